//! When the group is behind with what clients write, and how long that takes.

/// So many minutes of the group's budget may wait before clients and admins are told.
pub const BEHIND_MINUTES: u32 = 5;
/// Calls that are counted at most, in minutes of the budget: a day is as good as any more.
pub const COUNTED_MINUTES: u32 = 24 * 60;

/// Whether the group is behind, with so many calls that wait and so many in a minute (0 = no limit).
/// Once it is, it stays so until half of the bound is worked off.
pub fn is_behind(was_behind: bool, waiting: u32, limit: u32) -> bool {
    let bound = limit.saturating_mul(BEHIND_MINUTES);
    limit > 0 && waiting > if was_behind { bound / 2 } else { bound }
}

/// How many minutes so many calls take, rounded up; at least one.
pub fn minutes(waiting: u32, limit: u32) -> u64 {
    u64::from(waiting.div_ceil(limit.max(1)).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_begins_at_five_minutes_and_ends_at_half_of_that() {
        let table = [
            (false, 100, 20, false),
            (false, 101, 20, true),
            (true, 51, 20, true),
            (true, 50, 20, false),
            (false, 1_000_000, 0, false),
            (true, 1_000_000, 0, false),
            (false, 6, 1, true),
        ];
        for (was_behind, waiting, limit, expected) in table {
            let found = is_behind(was_behind, waiting, limit);
            assert_eq!(found, expected, "{waiting} at {limit}, {was_behind}");
        }
    }

    #[test]
    fn minutes_are_rounded_up() {
        for (waiting, limit, expected) in [(0, 20, 1), (1, 20, 1), (101, 20, 6), (7, 0, 7)] {
            assert_eq!(minutes(waiting, limit), expected);
        }
    }
}
