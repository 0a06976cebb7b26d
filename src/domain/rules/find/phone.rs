//! Phone numbers among all the other numbers that people write: orders, dates, prices, accounts. A
//! number that says by its form that it is a phone's is taken for one; a bare row of digits only
//! where a word beside it says so. No tables of countries: they age, and a mark too many costs less.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Fewer digits are no phone number (a short one inside a town), more are none (ITU-T E.164).
const DIGITS_MIN: usize = 7;
const DIGITS_MAX: usize = 15;
/// A number with so few digits beside a phone's only counts something.
const COUNT_DIGITS_MAX: usize = 3;
/// How far before a number a word is looked for that says what it is, in characters.
const WORDS_BEFORE_CHARS: usize = 32;

/// Finds phone numbers in a plain text; ranges are bytes.
pub fn find(text: &str, mut push: impl FnMut(Range<usize>)) {
    static RUN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\+?\(?[0-9](?:[ ./()-]{0,3}[0-9])+").expect("the expression is right")
    });
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?:19|20)[0-9]{2}[-./](?:0?[1-9]|1[0-2])[-./](?:[12][0-9]|3[01]|0?[1-9])|(?:[12][0-9]|3[01]|0?[1-9])[-./](?:0?[1-9]|1[0-2])[-./](?:(?:19|20)[0-9]{2}|[0-9]{2})|(?:0?[1-9]|1[0-2])/(?:[12][0-9]|3[01]|0?[1-9])/(?:(?:19|20)[0-9]{2}|[0-9]{2})",
        )
        .expect("the expression is right")
    });
    if text.bytes().filter(u8::is_ascii_digit).count() < DIGITS_MIN {
        return;
    }
    // A date is a wall between two numbers.
    let dates: Vec<Range<usize>> = DATE
        .find_iter(text)
        .map(|date| date.range())
        .filter(|date| stands_alone(text, date))
        .collect();
    for run in RUN.find_iter(text) {
        for piece in pieces(text, run.range(), &dates) {
            for number in numbers(text, piece) {
                push(number);
            }
        }
    }
}

/// Whether no further digit or sign of a number touches it.
fn stands_alone(text: &str, bytes: &Range<usize>) -> bool {
    !goes_on(text[..bytes.start].chars().rev()) && !goes_on(text[bytes.end..].chars())
}

/// Whether the characters next to a date, the nearest first, make it a part of something longer.
fn goes_on(mut touching: impl Iterator<Item = char>) -> bool {
    match touching.next() {
        Some('.') => touching.next().is_some_and(|next| next.is_ascii_digit()),
        Some(sign) => sign.is_ascii_digit() || "+-/".contains(sign),
        None => false,
    }
}

/// A run of digits and signs without the dates in it, cut before every `+`.
fn pieces(text: &str, run: Range<usize>, dates: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = run.start;
    for date in dates
        .iter()
        .filter(|date| date.start < run.end && run.start < date.end)
    {
        pieces.push(start..date.start);
        start = date.end.min(run.end);
    }
    pieces.push(start..run.end);
    pieces
        .into_iter()
        .filter_map(|piece| trimmed(text, piece))
        .collect()
}

/// Without signs at its edges that are no part of a number.
fn trimmed(text: &str, piece: Range<usize>) -> Option<Range<usize>> {
    let words = text.get(piece.clone())?;
    let begin = words.find(|first: char| first.is_ascii_digit() || "+(".contains(first))?;
    let end = words.rfind(|last: char| last.is_ascii_digit())? + 1;
    (begin < end).then_some(piece.start + begin..piece.start + end)
}

/// The numbers in a piece: itself, or several that stand side by side and leave nothing over.
fn numbers(text: &str, piece: Range<usize>) -> Vec<Range<usize>> {
    if is_phone(text, &piece) {
        return vec![piece];
    }
    let is_other = matches!(said_before(text, piece.start), Said::Other);
    if is_other || !may_be_phone(text, &piece) {
        return Vec::new();
    }
    let groups: Vec<Range<usize>> = text[piece.clone()]
        .split([' ', '/'])
        .scan(piece.start, |start, group| {
            let bytes = *start..*start + group.len();
            *start = bytes.end + 1;
            Some(bytes)
        })
        .filter_map(|group| trimmed(text, group))
        .collect();
    let mut found = Vec::new();
    let mut rest = groups.as_slice();
    while let Some(first) = rest.first() {
        let most = rest.len().min(DIGITS_MAX);
        let number = (1..=most).rev().find_map(|length| {
            let bytes = first.start..rest[length - 1].end;
            is_phone_by_form(&text[bytes.clone()]).then_some((bytes, length))
        });
        match number {
            Some((bytes, length)) => {
                found.push(bytes);
                rest = &rest[length..];
            }
            // "0301234567, 2 times".
            None if first.len() <= COUNT_DIGITS_MAX => rest = &rest[1..],
            // Part of something longer, such as the number of an account.
            None => return Vec::new(),
        }
    }
    found
}

fn is_phone(text: &str, bytes: &Range<usize>) -> bool {
    let number = &text[bytes.clone()];
    if !may_be_phone(text, bytes) {
        return false;
    }
    if number.starts_with('+') {
        return is_international(number);
    }
    match said_before(text, bytes.start) {
        Said::Phone => (DIGITS_MIN..=DIGITS_MAX).contains(&digits(number).len()),
        Said::Other => false,
        Said::Nothing => is_phone_by_form(number),
    }
}

/// Whether what touches it lets it be a number of its own.
fn may_be_phone(text: &str, bytes: &Range<usize>) -> bool {
    let number = &text[bytes.clone()];
    let before = &text[..bytes.start];
    let after = &text[bytes.end..];
    if is_in_address(before) && !before.ends_with("phone=") {
        return false;
    }
    let joined_before = before.chars().next_back().is_some_and(|last| {
        // A plus begins a number of its own, also directly after a word or another number.
        let may_touch = number.starts_with('+');
        (last.is_alphanumeric() && !may_touch) || "_-+.,/#=\\@&%$€£¥₽₴₹".contains(last)
    });
    let joined_after = {
        let mut next = after.chars();
        match next.next() {
            Some(first) if first.is_alphanumeric() || "_%$€£¥₽₴₹@=".contains(first) => {
                true
            }
            Some('-' | '.' | ',' | ':' | '/') => next.next().is_some_and(char::is_alphanumeric),
            Some(_) | None => false,
        }
    };
    // `phone=` and `№` are said before, not joined.
    let is_named = before.ends_with("phone=");
    let numbered = before.trim_end().ends_with(['#', '№']) && !number.starts_with('+');
    let is_part = (joined_before && !is_named) || joined_after || numbered;
    !is_part && !is_amount(number, after)
}

fn is_in_address(before: &str) -> bool {
    let word = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    word.contains("://") || word.starts_with("www.")
}

/// Whether a unit of money or measure follows.
fn is_amount(number: &str, after: &str) -> bool {
    static UNIT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^ ?(?:eur|usd|gbp|chf|rub|uah|kzt|руб|р\.|евро|долл|euro|dollar|pesos?|€|\$|£|₽|₴|₹|¥|kg|km|cm|mm|m²|px|ms|kb|mb|gb|шт|кг|км|points|bytes)",
        )
        .expect("the expression is right")
    });
    !number.starts_with('+') && UNIT.is_match(after)
}

/// What the words before a number say that it is.
enum Said {
    Phone,
    Other,
    Nothing,
}

fn said_before(text: &str, start: usize) -> Said {
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)order|ticket|invoice|tracking|parcel|shipment|account|customer|card|serial|contract|article|item|version|ref\b|\bid\b|code|case|claim|iban|imei|vin\b|isbn|booking|transaction|payment|заказ|тикет|чек|счет|счёт|карт|договор|трек|посылк|накладн|артикул|клиент|инн|заявк|транзакц|bestell|auftrag|rechnung|kunden|vertrag|sendung|artikel|konto|pedido|factura|cuenta|cliente|contrato|env[ií]o|tarjeta",
        )
        .expect("the expression is right")
    });
    static PHONE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)phone|\btel\b|\bcall\b|\bcell\b|mobile|\bmob\b|whats ?app|viber|signal|\bsms\b|\bfax\b|handy|telefon|mobil|nummer|number|\bтел\b|телефон|\bмоб|звон|номер|в[ао]тсап|вайбер|m[óo]vil|tel[ée]fono|ll[aá]m|n[úu]mero",
        )
        .expect("the expression is right")
    });
    let before = &text[..start];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let skipped = line.chars().count().saturating_sub(WORDS_BEFORE_CHARS);
    let near: String = line.chars().skip(skipped).collect();
    // The last thing that was said counts: "order 5, phone 0301234".
    let end = |found: Option<regex::Match<'_>>| found.map(|found| found.end());
    let other = end(OTHER.find_iter(&near).last());
    let phone = end(PHONE.find_iter(&near).last());
    match (phone, other) {
        // "Order number", "номер заказа", "customer phone": one phrase, in either order.
        (Some(phone), Some(other)) => {
            if is_number_word(&near) || other > phone {
                Said::Other
            } else {
                Said::Phone
            }
        }
        (Some(_), None) => Said::Phone,
        (None, Some(_)) => Said::Other,
        (None, None) => Said::Nothing,
    }
}

/// Whether the last word that speaks of a phone only says "number", which may be of anything.
fn is_number_word(near: &str) -> bool {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:number|nummer|номер\p{L}*|n[úu]mero)[^\p{L}]*$")
            .expect("the expression is right")
    });
    NUMBER.is_match(near)
}

fn digits(number: &str) -> Vec<u8> {
    number.bytes().filter(u8::is_ascii_digit).collect()
}

fn is_international(number: &str) -> bool {
    let digits = digits(number);
    (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) && digits.first() != Some(&b'0')
}

/// Whether a number without a word beside it looks like a phone's.
fn is_phone_by_form(number: &str) -> bool {
    if let Some(rest) = number.strip_prefix('+') {
        return is_international(rest);
    }
    let digits = digits(number);
    let is_one_digit = digits.iter().all(|digit| Some(digit) == digits.first());
    if is_one_digit || is_network_address(number) {
        return false;
    }
    let groups: Vec<usize> = number
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .map(str::len)
        .collect();
    is_dialled_abroad(&digits)
        || is_with_trunk_zero(&digits, &groups)
        || is_russian(&digits, &groups)
        || is_in_groups(number, &digits, &groups)
}

/// `0049 30 123456`.
fn is_dialled_abroad(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'0', first, ..] if *first != b'0')
        && (11..=2 + DIGITS_MAX).contains(&digits.len())
}

/// `030 1234567`, `0171 1234567`, `06 12 34 56 78`.
fn is_with_trunk_zero(digits: &[u8], groups: &[usize]) -> bool {
    let least = if groups.len() > 1 { 8 } else { 9 };
    let begins = matches!(digits, [b'0', second, ..] if *second != b'0');
    begins
        && groups.first().is_some_and(|first| *first >= 2)
        && (least..=12).contains(&digits.len())
}

/// `8 (916) 123-45-67`, `79161234567`.
fn is_russian(digits: &[u8], groups: &[usize]) -> bool {
    matches!(digits, [b'7' | b'8', b'3'..=b'9', ..])
        && digits.len() == 11
        && groups.iter().all(|group| *group <= 4 || *group >= 7)
}

/// `(212) 555-0123`, `212-555-0123`, `612 34 56 78`, `612 345 678`.
fn is_in_groups(number: &str, digits: &[u8], groups: &[usize]) -> bool {
    let country = usize::from(digits.len() == 11 && digits.first() == Some(&b'1'));
    let groups = if country == 1 && groups.first() == Some(&1) {
        &groups[1..]
    } else {
        groups
    };
    if !(9..=11).contains(&digits.len()) || digits.first() == Some(&b'0') {
        return false;
    }
    if number.contains('(') && number.contains(')') {
        return groups.len() >= 2;
    }
    let sizes_fit = groups.len() >= 3 && groups.iter().all(|group| (2..=4).contains(group));
    let in_threes = groups.iter().skip(1).all(|group| *group == 3);
    // `100 000 000` and `123.456.789` are amounts; a mobile number begins with 5 or more.
    let is_amount = in_threes
        && !number.contains('-')
        && (groups.first() != Some(&3) || !matches!(digits.first(), Some(b'5'..=b'9')));
    sizes_fit && !is_amount
}

/// `192.168.100.200`.
fn is_network_address(number: &str) -> bool {
    let parts: Vec<&str> = number.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        find(text, |bytes| found.push(&text[bytes]));
        found
    }

    #[test]
    fn numbers_that_say_by_their_form_that_they_are_phones() {
        for number in [
            "+49 30 1234567",
            "+4930123456",
            "+7(916)123-45-67",
            "+7 916 123 45 67",
            "+1 (212) 555-0123",
            "+34 612 345 678",
            "+380501234567",
            "+1234567",
            "0049 30 123456",
            "030 1234567",
            "030/1234567",
            "0171-1234567",
            "01711234567",
            "06 12 34 56 78",
            "06.12.34.56.78",
            "020 7946 0958",
            "8 (916) 123-45-67",
            "8-916-123-45-67",
            "89161234567",
            "79161234567",
            "8 800 555-35-35",
            "(495) 123-45-67",
            "(212) 555-0123",
            "212-555-0123",
            "212.555.0123",
            "1-212-555-0123",
            "612 34 56 78",
            "612 345 678",
            "601-234-567",
        ] {
            for text in [
                number.to_owned(),
                format!("call me: {number}, please"),
                format!("({number})"),
                format!("я: {number}."),
                format!("{number}\nthanks"),
            ] {
                let found = all(&text);
                let is_found =
                    found.len() == 1 && found[0].contains(number.trim_matches(['(', ')']));
                assert!(is_found, "{text:?} gave {found:?}");
            }
        }
    }

    #[test]
    fn a_word_beside_it_makes_a_bare_number_a_phone_or_something_else() {
        for (text, expected) in [
            ("my phone is 2125550123", vec!["2125550123"]),
            ("tel. 5550123", vec!["5550123"]),
            ("Tel: 555-0123", vec!["555-0123"]),
            ("мой номер 9161234567", vec!["9161234567"]),
            ("WhatsApp 612345678", vec!["612345678"]),
            ("order 5512345, phone 2125550123", vec!["2125550123"]),
            ("order number 0301234567", vec![]),
            ("номер заказа 89161234567", vec![]),
            ("Bestellnummer 0301234567", vec![]),
            ("order 212-555-0123", vec![]),
            ("order +49 30 1234567", vec!["+49 30 1234567"]),
            ("tracking 00340434161094042557", vec![]),
        ] {
            assert_eq!(all(text), expected, "{text}");
        }
    }

    #[test]
    fn several_numbers_are_found_one_by_one() {
        for (text, expected) in [
            (
                "030 1234567 or +49 171 1234567",
                vec!["030 1234567", "+49 171 1234567"],
            ),
            (
                "+49 171 1234567 +49 30 7654321",
                vec!["+49 171 1234567", "+49 30 7654321"],
            ),
            (
                "030 1234567 0171 7654321",
                vec!["030 1234567", "0171 7654321"],
            ),
            (
                "030 1234567 / 0171 7654321",
                vec!["030 1234567", "0171 7654321"],
            ),
            (
                "0301234567 0171 7654321 89161234567",
                vec!["0301234567", "0171 7654321", "89161234567"],
            ),
            ("2 89161234567 3 times", vec!["89161234567"]),
            ("030 1234567 2026-11-20", vec!["030 1234567"]),
            ("2026-11-20 030 1234567", vec!["030 1234567"]),
            (
                "89161234567\n89167654321",
                vec!["89161234567", "89167654321"],
            ),
        ] {
            assert_eq!(all(text), expected, "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "2026-11-20",
            "2026-11-20 14:30:00",
            "20.11.2026-25.11.2026",
            "20.11.2026 18.30",
            "11/20/2026",
            "20261120",
            "order 123456789",
            "order #0301234567",
            "№ 89161234567",
            "123456789",
            "1763712000",
            "12.50 EUR",
            "1 234 567 EUR",
            "100 000 000",
            "1.234.567,89",
            "900 000 000 руб",
            "SUPP-261120-7F3K2Q",
            "INV-2026-0001234",
            "A1234567890",
            "DE89 3704 0044 0532 0130 00",
            "GB29NWBK60161331926819",
            "4111 1111 1111 1111",
            "4111111111111111",
            "ISBN 978-3-16-148410-0",
            "192.168.100.200",
            "10.0.0.1:8080",
            "52.520008, 13.404954",
            "0.1234567890",
            "10:30-12:45",
            "https://example.org/orders/89161234567",
            "https://example.org/?id=+4930123456",
            "id=89161234567",
            "x_89161234567",
            "0000000000",
            "1111111111",
            "1920x1080 3840x2160",
            "9,161,234,567",
            "550e8400-e29b-41d4-a716-446655440000",
            "pages 200-2300",
            "",
        ] {
            assert_eq!(all(text), Vec::<&str>::new(), "{text}");
        }
    }
}
