//! The one table at the end: each figure beside its floor and its target.

use std::time::Duration;

/// Of the floor's rate the bot has to reach so much, or `RATE_TARGET`, whichever is less.
const FLOOR_SHARE: f64 = 0.5;
/// Texts a second.
const RATE_TARGET: f64 = 5_000.0;
const LATENCY_TARGETS_MS: (f64, f64) = (5.0, 25.0);
/// Idle, and after the load.
const MEMORY_TARGETS_MB: (f64, f64) = (15.0, 40.0);

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    figure: String,
    measured: String,
    floor: String,
    target: String,
    is_met: bool,
}

impl Table {
    pub fn machine(&self) {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        println!("{cores} cores; bot, floor and sandbox are processes that share them\n");
    }

    pub fn throughput(&mut self, database: &str, rates: &[f64], floors: &[f64]) {
        let (rate, floor) = (median(rates), median(floors));
        let target = (floor * FLOOR_SHARE).min(RATE_TARGET);
        println!("texts/s in each round, {database}: {rates:.0?}, floor {floors:.0?}");
        self.add(
            &format!("5,000 texts of 200 clients, {database}"),
            format!(
                "{rate:.0} texts/s ({:.0} % of the floor)",
                100.0 * rate / floor
            ),
            format!("{floor:.0} texts/s"),
            format!("≥ {target:.0} texts/s"),
            rate >= target,
        );
    }

    pub fn latency(&mut self, bot: (Duration, Duration), floor: (Duration, Duration)) {
        let figures = [
            ("p50", bot.0, floor.0, LATENCY_TARGETS_MS.0),
            ("p99", bot.1, floor.1, LATENCY_TARGETS_MS.1),
        ];
        for (name, bot, floor, target) in figures {
            self.add(
                &format!("client to topic, one at a time, {name}"),
                format!("{:.1} ms", millis(bot)),
                format!("{:.1} ms", millis(floor)),
                format!("< {target} ms"),
                millis(bot) < target,
            );
        }
    }

    pub fn restart(&mut self, database: &str, bot: Duration, floor: Duration, target_ms: u32) {
        self.add(
            &format!("start to first getUpdates, {database}"),
            format!("{:.0} ms", millis(bot)),
            format!("{:.0} ms", millis(floor)),
            format!("< {target_ms} ms"),
            millis(bot) < f64::from(target_ms),
        );
    }

    pub fn memory(&mut self, idle_kib: u64, loaded_kib: &[u64], floor_kib: u64) {
        let loaded_kib = loaded_kib.iter().copied().max().unwrap_or(0);
        let figures = [
            ("idle", idle_kib, MEMORY_TARGETS_MB.0),
            ("after the load", loaded_kib, MEMORY_TARGETS_MB.1),
        ];
        for (name, kib, target) in figures {
            self.add(
                &format!("resident memory, {name}"),
                format!("{:.1} MB", megabytes(kib)),
                format!("{:.1} MB", megabytes(floor_kib)),
                format!("< {target} MB"),
                megabytes(kib) < target,
            );
        }
    }

    pub fn print(&self) {
        println!("\n| figure | hushdesk | floor | target | |\n|---|---|---|---|---|");
        for row in &self.rows {
            println!(
                "| {} | {} | {} | {} | {} |",
                row.figure,
                row.measured,
                row.floor,
                row.target,
                if row.is_met { "met" } else { "MISSED" }
            );
        }
    }

    fn add(&mut self, figure: &str, measured: String, floor: String, target: String, is_met: bool) {
        self.rows.push(Row {
            figure: figure.to_owned(),
            measured,
            floor,
            target,
            is_met,
        });
    }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn megabytes(kib: u64) -> f64 {
    kib as f64 * 1_024.0 / 1_000_000.0
}
