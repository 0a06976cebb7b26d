//! Tables and properties of schedules, across zones, changes of the clock and holidays.

use chrono::DateTime;
use chrono_tz::America::Santiago;
use chrono_tz::Europe::Berlin;
use chrono_tz::Pacific::Apia;
use chrono_tz::{Asia, UTC};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    let time = DateTime::parse_from_rfc3339(text).expect(text);
    Timestamp::from_millis(time.timestamp_millis())
}

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text, UTC).expect(text)
}

fn hours(count: u64) -> Duration {
    minutes(60 * count)
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

#[test]
fn what_is_written_in_many_ways_is_one_schedule() {
    for (written, expected) in [
        ("mon-fri 9-17", "mon-fri 09:00-17:00"),
        ("Monday - Friday 9:00 – 17:00", "mon-fri 09:00-17:00"),
        ("пн-пт 09:00-17:00", "mon-fri 09:00-17:00"),
        ("mon, tue, wed 9-17", "mon-wed 9-17"),
        ("mon-fri 9-12, 13-17", "mon-fri 9-12, mon-fri 13-17"),
        ("mon-fri 9-12 12-17", "mon-fri 9-17"),
        ("fri-mon 9-17", "mon 9-17, fri 9-17, sat 9-17, sun 9-17"),
        ("daily 22:00-06:00", "daily 0-6, daily 22-24"),
        ("sun 22-6", "sun 22-24, mon 0-6"),
        ("mon 9-17 utc", "mon 9-17 UTC"),
        ("daily 0-24", ""),
        ("24/7", ""),
        ("суббота 10-14", "sat 10-14"),
    ] {
        assert_eq!(schedule(written), schedule(expected), "{written}");
    }
    assert_eq!(schedule("mon 9-17 europe/berlin").zone(), Berlin);
    assert_eq!(schedule("Europe/Berlin"), Schedule::always(Berlin));
    assert!(schedule("").is_always());
    assert!(!schedule("").with_holidays([NaiveDate::MIN]).is_always());
}

#[test]
fn what_is_no_schedule_is_answered_in_words() {
    for (written, expected) in [
        (
            "mon-fry 9-17",
            "\"mon-fry\" is neither a day nor a time; write as in mon-fri 09:00-17:00, sat 10:00-14:00",
        ),
        (
            "mon 9-25",
            "\"9-25\" is neither a day nor a time; write as in mon-fri 09:00-17:00, sat 10:00-14:00",
        ),
        (
            "mon 9:60-17",
            "\"9:60-17\" is neither a day nor a time; write as in mon-fri 09:00-17:00, sat 10:00-14:00",
        ),
        (
            "mon 24-9",
            "\"24-9\" is neither a day nor a time; write as in mon-fri 09:00-17:00, sat 10:00-14:00",
        ),
        (
            "mon 9",
            "\"9\" is neither a day nor a time; write as in mon-fri 09:00-17:00, sat 10:00-14:00",
        ),
        (
            "9-17",
            "there is no day before \"9-17\"; write as in mon-fri 09:00-17:00, sat 10:00-14:00",
        ),
        (
            "mon-fri",
            "there is no time behind \"mon-fri\"; write as in mon-fri 09:00-17:00, sat 10:00-14:00",
        ),
        (
            "mon 9-9",
            "\"9-9\" ends when it begins; for a whole day write 00:00-24:00",
        ),
        (
            "mon 9-17 Europe/Berlim",
            "there is no time zone \"Europe/Berlim\"; did you mean Europe/Berlin?",
        ),
        (
            "mon 9-17 Xyzzy/Plugh",
            "there is no time zone \"Xyzzy/Plugh\"; write a place as in Europe/Berlin, or UTC",
        ),
    ] {
        let error = Schedule::parse(written, UTC).expect_err(written);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn it_is_open_from_its_first_minute_up_to_its_last() {
    let office = "mon-fri 09:00-17:00 Europe/Berlin";
    for (written, when, is_open) in [
        // 2026-11-27 is a Friday; Berlin is an hour ahead of UTC.
        (office, "2026-11-27T08:59:59+01:00", false),
        (office, "2026-11-27T09:00:00+01:00", true),
        (office, "2026-11-27T16:59:59+01:00", true),
        (office, "2026-11-27T17:00:00+01:00", false),
        (office, "2026-11-28T12:00:00+01:00", false),
        // In summer it is two.
        (office, "2026-07-03T07:00:00Z", true),
        (office, "2026-07-03T15:00:00Z", false),
        // Over midnight, from Friday into Saturday.
        ("fri 22:00-06:00", "2026-11-27T23:00:00Z", true),
        ("fri 22:00-06:00", "2026-11-28T00:00:00Z", true),
        ("fri 22:00-06:00", "2026-11-28T06:00:00Z", false),
        ("fri 22:00-06:00", "2026-11-27T03:00:00Z", false),
        // A leap day.
        ("tue 9-17", "2028-02-29T10:00:00Z", true),
        // The day is the zone's, not UTC's.
        ("sat 0-24 Asia/Tokyo", "2026-11-27T15:00:00Z", true),
        ("sat 0-24 Asia/Tokyo", "2026-11-28T15:00:00Z", false),
    ] {
        assert_eq!(
            schedule(written).is_open(at(when)),
            is_open,
            "{written} at {when}"
        );
    }
}

#[test]
fn holidays_are_closed_from_midnight_to_midnight() {
    let day = NaiveDate::from_ymd_opt(2026, 12, 25).expect("it exists"); // A Friday.
    let nights = schedule("daily 22:00-06:00 Europe/Berlin").with_holidays([day]);
    for (when, is_open) in [
        ("2026-12-24T23:59:59+01:00", true),
        ("2026-12-25T00:00:00+01:00", false),
        ("2026-12-25T23:00:00+01:00", false),
        ("2026-12-26T00:00:00+01:00", true),
    ] {
        assert_eq!(nights.is_open(at(when)), is_open, "{when}");
    }
    let always = schedule("").with_holidays([day]);
    assert_eq!(
        always.next_opening(at("2026-12-25T08:00:00Z")),
        Some(at("2026-12-26T00:00:00Z"))
    );
    assert_eq!(
        always.next_change(at("2026-12-20T08:00:00Z")),
        Some(at("2026-12-25T00:00:00Z"))
    );
    assert_eq!(always.next_change(at("2026-12-27T08:00:00Z")), None);
}

#[test]
fn what_comes_next() {
    let office = schedule("mon-fri 9-17, sat 10-14");
    let never =
        schedule("mon 9-17").with_holidays((0..500).filter_map(|days| {
            NaiveDate::from_ymd_opt(2026, 1, 1)?.checked_add_days(Days::new(days))
        }));
    for (from, opening, change) in [
        (
            "2026-11-27T08:00:00Z",
            "2026-11-27T09:00:00Z",
            "2026-11-27T09:00:00Z",
        ),
        (
            "2026-11-27T09:00:00Z",
            "2026-11-27T09:00:00Z",
            "2026-11-27T17:00:00Z",
        ),
        (
            "2026-11-27T17:00:00Z",
            "2026-11-28T10:00:00Z",
            "2026-11-28T10:00:00Z",
        ),
        (
            "2026-11-28T14:00:00Z",
            "2026-11-30T09:00:00Z",
            "2026-11-30T09:00:00Z",
        ),
    ] {
        assert_eq!(office.next_opening(at(from)), Some(at(opening)), "{from}");
        assert_eq!(office.next_change(at(from)), Some(at(change)), "{from}");
    }
    // Nights that touch at midnight are one stretch.
    let nights = schedule("daily 22-6");
    let end = at("2026-11-28T06:00:00Z");
    assert_eq!(nights.next_change(at("2026-11-27T23:00:00Z")), Some(end));
    let from = at("2026-01-01T00:00:00Z");
    assert_eq!(
        (never.next_opening(from), never.next_change(from)),
        (None, None)
    );
    assert_eq!(never.after_business(from, minutes(1)), None);
    assert_eq!(Schedule::always(UTC).next_change(from), None);
}

/// Berlin skips 02:00-03:00 on 2026-03-29 and shows 02:00-03:00 twice on 2026-10-25; both are Sundays.
#[test]
fn clocks_that_are_changed_make_ranges_shorter_and_longer() {
    let day = |date: &str| {
        (
            at(&format!("{date}T00:00:00+03:00")),
            at(&format!("{date}T23:00:00Z")),
        )
    };
    for (range, date, expected) in [
        // Inside of the skipped hour there is nothing; what begins or ends in it is cut.
        ("sun 02:15-02:45", "2026-03-29", minutes(0)),
        ("sun 01:30-02:30", "2026-03-29", minutes(30)),
        ("sun 02:30-04:00", "2026-03-29", minutes(60)),
        ("sun 01:00-05:00", "2026-03-29", minutes(180)),
        // In the doubled hour the first showing counts.
        ("sun 02:15-02:45", "2026-10-25", minutes(30)),
        ("sun 01:30-02:30", "2026-10-25", minutes(60)),
        ("sun 02:30-04:00", "2026-10-25", minutes(150)),
        ("sun 01:00-05:00", "2026-10-25", minutes(300)),
        ("sun 09:00-17:00", "2026-10-25", minutes(480)),
    ] {
        let schedule = schedule(&format!("{range} Europe/Berlin"));
        let (from, to) = day(date);
        assert_eq!(
            schedule.business_between(from, to),
            expected,
            "{range} on {date}"
        );
    }
}

#[test]
fn whole_days_can_be_skipped_and_midnights_too() {
    // Samoa had no 2011-12-30; Chile has no midnight on the first Sunday of its summer time.
    let skipped = NaiveDate::from_ymd_opt(2011, 12, 30).expect("it exists elsewhere");
    let noon = skipped.and_hms_opt(12, 0, 0).expect("it is a time");
    assert_eq!(moment(Apia, noon), at("2011-12-30T10:00:00Z"));
    let midnight = NaiveDate::from_ymd_opt(2026, 9, 6).and_then(|date| date.and_hms_opt(0, 0, 0));
    assert_eq!(
        moment(Santiago, midnight.expect("it is a time")),
        at("2026-09-06T04:00:00Z")
    );
    assert_eq!(
        local(Asia::Tokyo, at("2026-11-27T15:00:00Z")).to_string(),
        "2026-11-28 00:00:00"
    );
}

#[test]
fn business_time_leaves_nights_and_weekends_out() {
    let office = schedule("mon-fri 9-17");
    for (from, to, expected) in [
        ("2026-11-27T16:00:00Z", "2026-11-30T10:00:00Z", 2),
        ("2026-11-27T10:00:00Z", "2026-11-27T12:00:00Z", 2),
        ("2026-11-28T10:00:00Z", "2026-11-29T12:00:00Z", 0),
        ("2026-11-30T10:00:00Z", "2026-11-27T12:00:00Z", 0),
        ("2028-02-28T09:00:00Z", "2028-03-01T17:00:00Z", 24),
    ] {
        assert_eq!(
            office.business_between(at(from), at(to)),
            hours(expected),
            "{from}"
        );
    }
    for (from, business, expected) in [
        ("2026-11-27T16:00:00Z", 2, "2026-11-30T10:00:00Z"),
        ("2026-11-27T16:00:00Z", 1, "2026-11-27T17:00:00Z"),
        ("2026-11-28T12:00:00Z", 8, "2026-11-30T17:00:00Z"),
        ("2026-11-28T12:00:00Z", 0, "2026-11-28T12:00:00Z"),
    ] {
        assert_eq!(
            office.after_business(at(from), hours(business)),
            Some(at(expected)),
            "{from}"
        );
    }
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let ranges = prop::collection::vec((0..7_usize, 0..1440_u16, 1..=1440_u16), 1..5);
    let zones = prop::sample::select(vec![UTC, Berlin, Santiago, Apia, Asia::Kolkata]);
    (ranges, zones, any::<bool>()).prop_map(|(ranges, zone, has_holiday)| {
        let mut text = String::new();
        for (day, from, to) in ranges.iter().filter(|(_, from, to)| from != to) {
            let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][*day];
            let clock = |minute: u16| format!("{}:{:02}", minute / 60, minute % 60);
            text += &format!("{day} {}-{}, ", clock(*from), clock(*to));
        }
        let holiday = NaiveDate::from_ymd_opt(2026, 11, 30).filter(|_| has_holiday);
        Schedule::parse(&text, zone)
            .expect("it is one")
            .with_holidays(holiday)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is(
        schedule in any_schedule(), from in 1_780_000_000_i64..1_810_000_000,
    ) {
        let from = Timestamp::from_seconds(from);
        let opening = schedule.next_opening(from);
        if let Some(opening) = opening {
            prop_assert!(schedule.is_open(opening));
            prop_assert_eq!(schedule.business_between(from, opening), Duration::ZERO);
            prop_assert!(opening == from || !schedule.is_open(from));
        }
    }

    #[test]
    fn a_change_changes_it(
        schedule in any_schedule(), from in 1_780_000_000_i64..1_810_000_000,
    ) {
        let from = Timestamp::from_seconds(from);
        if let Some(change) = schedule.next_change(from) {
            let before = Timestamp::from_millis(change.millis() - 1);
            prop_assert_eq!(schedule.is_open(before), schedule.is_open(from));
            prop_assert_ne!(schedule.is_open(change), schedule.is_open(from));
        }
    }

    #[test]
    fn the_time_after_business_is_the_inverse_of_the_business_between(
        schedule in any_schedule(),
        from in 1_780_000_000_i64..1_810_000_000,
        business in 1_u64..100_000,
    ) {
        let (from, business) = (Timestamp::from_seconds(from), Duration::from_secs(business));
        if let Some(then) = schedule.after_business(from, business) {
            prop_assert_eq!(schedule.business_between(from, then), business);
            let before = Timestamp::from_millis(then.millis() - 1);
            prop_assert!(schedule.business_between(from, before) < business);
        }
    }
}
