//! The bot's token: its shape, a type that does not print it, and a scanner that finds tokens in
//! texts that leave the process. Never asks Telegram whether a token is valid.

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};

use crate::domain::ids::BotId;

/// What stands where a token stood.
pub const HIDDEN_TOKEN: &str = "<token>";

/// The shortest second half that is taken for a token. BotFather makes 35 characters; test servers
/// are content with a few.
const SECRET_MIN_CHARS: usize = 4;
/// In text of unknown origin, fewer digits or characters than these are no token: times of day and
/// `name:value` pairs look the same.
const SCANNED_ID_MIN_DIGITS: usize = 6;
const SCANNED_SECRET_MIN_CHARS: usize = 20;

/// A bot's token. `Debug` shows the bot's id only, which is no secret.
#[derive(Clone)]
pub struct Token {
    bot: BotId,
    secret: SecretString,
}

/// Why a text is no token. The sentences complete "the token …" and never show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// No colon.
    #[error("has no colon")]
    NoColon,
    /// The part before the colon is no positive number.
    #[error("has no number before its colon")]
    NoBotId,
    /// The part after the colon is too short.
    #[error("is cut off after its colon")]
    TooShort,
    /// The part after the colon holds something that no token holds.
    #[error("holds a character that no token has (letters, digits, - and _ only)")]
    StrangeCharacter,
}

impl Token {
    /// From `<digits>:<letters, digits, - and _>`; white space around it is dropped.
    pub fn parse(text: &str) -> Result<Token, TokenError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        let (id, secret) = text.split_once(':').ok_or(TokenError::NoColon)?;
        if !secret.bytes().all(is_secret_byte) {
            return Err(TokenError::StrangeCharacter);
        }
        if secret.len() < SECRET_MIN_CHARS {
            return Err(TokenError::TooShort);
        }
        let only_digits = id.bytes().all(|byte| byte.is_ascii_digit());
        match id.parse::<i64>() {
            Ok(number) if only_digits && number > 0 => Ok(Token {
                bot: BotId(number),
                secret: SecretString::from(text),
            }),
            Ok(_) | Err(_) => Err(TokenError::NoBotId),
        }
    }

    /// The bot that the token belongs to: the number before the colon.
    pub fn bot(&self) -> BotId {
        self.bot
    }

    /// The token itself, for the one place that puts it into a URL.
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The token in its wrapper, to hand on.
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token(bot {:?})", self.bot)
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Token {}

/// Replaces whatever looks like a bot token: a number, a colon and a long run of letters, digits,
/// `-` and `_`, wherever it stands (also in URLs such as `/bot<token>/getMe`).
pub fn hide_tokens(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut hidden = String::new();
    let mut copied_to = 0;
    let mut search_from = 0;
    while let Some(found) = text[search_from..].find(':') {
        let colon = search_from + found;
        search_from = colon + 1;
        let digits = bytes[copied_to..colon]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let secret = bytes[colon + 1..]
            .iter()
            .take_while(|byte| is_secret_byte(**byte))
            .count();
        if digits >= SCANNED_ID_MIN_DIGITS && secret >= SCANNED_SECRET_MIN_CHARS {
            hidden.push_str(&text[copied_to..colon - digits]);
            hidden.push_str(HIDDEN_TOKEN);
            copied_to = colon + 1 + secret;
            search_from = copied_to;
        }
    }
    if copied_to == 0 {
        return Cow::Borrowed(text);
    }
    hidden.push_str(&text[copied_to..]);
    Cow::Owned(hidden)
}

fn is_secret_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "123456789:AAF-abcdefghijklmnopqrstuvwxyz01234";

    #[test]
    fn a_token_is_a_number_a_colon_and_a_secret() {
        let token = Token::parse(&format!("  {TOKEN}\n")).expect("it has the right shape");
        assert_eq!(token.bot(), BotId(123_456_789));
        assert_eq!(token.expose(), TOKEN);
        assert_eq!(format!("{token:?}"), "Token(bot 123456789)");
        for (text, error) in [
            ("", TokenError::Empty),
            (" \n", TokenError::Empty),
            ("123456", TokenError::NoColon),
            (":abcdefgh", TokenError::NoBotId),
            ("+12:abcdefgh", TokenError::NoBotId),
            ("0:abcdefgh", TokenError::NoBotId),
            ("99999999999999999999:abcdefgh", TokenError::NoBotId),
            ("bot:abcdefgh", TokenError::NoBotId),
            ("123456:", TokenError::TooShort),
            ("123456:abc", TokenError::TooShort),
            ("123456:abc def", TokenError::StrangeCharacter),
            ("123456:абвгд", TokenError::StrangeCharacter),
        ] {
            assert_eq!(Token::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn tokens_are_hidden_wherever_they_stand() {
        for (text, expected) in [
            ("nothing here", "nothing here"),
            (TOKEN, "<token>"),
            (
                &format!("error for url (https://api.telegram.org/bot{TOKEN}/getMe)"),
                "error for url (https://api.telegram.org/bot<token>/getMe)",
            ),
            (&format!("{TOKEN} and {TOKEN}"), "<token> and <token>"),
            (&format!("Привет, {TOKEN}!"), "Привет, <token>!"),
            ("at 12:30:45 ticket: 77", "at 12:30:45 ticket: 77"),
            (
                "12345:abcdefghijklmnopqrstuvwxyz is too short a number",
                "12345:abcdefghijklmnopqrstuvwxyz is too short a number",
            ),
            ("1234567:short", "1234567:short"),
            (":::", ":::"),
            ("", ""),
        ] {
            assert_eq!(hide_tokens(text), expected);
        }
    }
}
