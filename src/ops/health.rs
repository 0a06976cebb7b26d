//! Whether the program does its work, from the signs of its life: values in, one sentence out. The
//! sentence names nobody.

use std::time::Duration;

use crate::store;

/// A loop that has not come round for so long hangs: it comes round every few seconds.
pub const LOOPS_TURN_WITHIN: Duration = Duration::from_secs(120);
/// Updates do not arrive when no poll has brought any, or the news that there are none, for so long. A
/// poll takes 50 s, and one that failed is tried again.
pub const POLLS_SUCCEED_WITHIN: Duration = Duration::from_secs(120);

/// The signs of life.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// The loops.
    pub loops: Vec<Turns>,
    /// How long ago a poll last succeeded and what it brought was stored; none: not since the start.
    pub polled: Option<Duration>,
}

/// How a loop stands.
#[derive(Clone, Debug)]
pub struct Turns {
    /// What the loop is called.
    pub name: &'static str,
    /// How long ago it last came round.
    pub ago: Duration,
    /// What went wrong then with the database, which is tried again.
    pub failed: Option<store::Error>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Sick {
    /// The database does not read or write; the error says that it is the database.
    #[error("{0}")]
    Database(String),
    /// It takes too long for that.
    #[error("the database has not answered for {} s", .0.as_secs())]
    DatabaseSlow(Duration),
    /// There was no poll that succeeded yet.
    #[error(
        "no updates have arrived since the start: Telegram does not answer, or they cannot be stored"
    )]
    NeverPolled,
    /// There was none for long.
    #[error("no updates arrive: no poll of Telegram has succeeded for {} s", .0.as_secs())]
    NotPolled(Duration),
    /// A loop hangs.
    #[error("the {name} loop has not come round for {} s", .ago.as_secs())]
    LoopHangs {
        /// Which.
        name: &'static str,
        /// How long ago it last did.
        ago: Duration,
    },
}

/// What the signs say. The database comes first, because without it nothing that has arrived is kept;
/// Telegram comes before the loops, one of which waits for it at the start.
pub fn judge(signs: &Signs) -> Result<(), Sick> {
    let mut failures = signs.loops.iter().filter_map(|turns| turns.failed.as_ref());
    if let Some(error) = failures.next() {
        return Err(Sick::Database(error.to_string()));
    }
    match signs.polled {
        None => return Err(Sick::NeverPolled),
        Some(ago) if ago > POLLS_SUCCEED_WITHIN => return Err(Sick::NotPolled(ago)),
        Some(_) => {}
    }
    match signs.loops.iter().max_by_key(|turns| turns.ago) {
        Some(&Turns { name, ago, .. }) if ago > LOOPS_TURN_WITHIN => {
            Err(Sick::LoopHangs { name, ago })
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_signs_say() {
        let seconds = Duration::from_secs;
        let full = Some(store::Error::DiskFull);
        for (polled, delivery, failed, said) in [
            (Some(0), 0, None, ""),
            (Some(120), 120, None, ""),
            (None, 0, None, "no updates have arrived since the start"),
            (
                Some(121),
                0,
                None,
                "no poll of Telegram has succeeded for 121 s",
            ),
            (
                Some(0),
                121,
                None,
                "the delivery loop has not come round for 121 s",
            ),
            (Some(500), 500, None, "no updates arrive"),
            (None, 500, full, "the disk is full"),
        ] {
            let turns = |name, ago, failed| Turns {
                name,
                ago: seconds(ago),
                failed,
            };
            let signs = Signs {
                loops: vec![turns("desk", 3, None), turns("delivery", delivery, failed)],
                polled: polled.map(seconds),
            };
            let sentence = judge(&signs).err().map(|sick| sick.to_string());
            let sentence = sentence.unwrap_or_default();
            assert_eq!(sentence.is_empty(), said.is_empty(), "{sentence}");
            assert!(sentence.contains(said), "{sentence}");
        }
    }
}
