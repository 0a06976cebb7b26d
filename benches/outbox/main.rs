//! What waits must not slow down what goes: what a claim costs with 1 k, 100 k and 1 M waiting calls, how long
//! a start takes with a million of them, and what that needs of memory.
//!
//! `cargo bench --bench outbox`; it fails where a start takes long or memory grows with what waits. In process,
//! with the real store on a disk; each call is answered at once.

mod bed;
mod fill;
mod shape;

use std::time::Duration;

use bed::{Bed, Cost, Cycle, Start};
use shape::Shape;

/// The shapes take turns, so that what the machine does beside falls on all of them alike.
const ROUNDS: usize = 15;
/// Cycles of a shape in a round, after one that is not counted.
const CYCLES: usize = 10;
/// A start takes no longer, whatever waits.
const START_MAX: Duration = Duration::from_secs(2);
/// What a start and the turns may need of memory: SQLite's cache (8 MB), and as much again for all else.
const MEMORY_MAX_KIB: u64 = 16 * 1024;

/// The cycles of a shape, round by round.
type Rounds = Vec<Vec<Cycle>>;
type Phase = fn(&Cycle) -> Cost;

const PHASES: [(&str, Phase); 5] = [
    ("commit of one row", |cycle| cycle.floor),
    ("claim", |cycle| cycle.claim),
    ("settle", |cycle| cycle.settle),
    ("settle and claim", |cycle| cycle.both),
    ("checkpoint", |cycle| cycle.checkpoint),
];

fn main() {
    let mut beds: Vec<(Bed, Start)> = Shape::all().into_iter().map(Bed::make).collect();
    let mut rounds: Vec<Rounds> = beds.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((bed, _), rounds) in beds.iter_mut().zip(&mut rounds) {
            bed.cycle();
            rounds.push((0..CYCLES).map(|_| bed.cycle()).collect());
        }
    }
    print_starts(&beds);
    println!("\nThe time of each, and how much more that is than with few calls:\n");
    print_phases(&PHASES, &beds, &rounds, |own, few, phase| {
        let time = |cycle: &Cycle| phase(cycle).time;
        compared(own, few, &time)
    });
    println!("\nWhat of that the thread that writes is busy:\n");
    // The checkpoints are made beside it.
    let by_the_writer = &PHASES[..PHASES.len() - 1];
    print_phases(by_the_writer, &beds, &rounds, |own, few, phase| {
        let busy = |cycle: &Cycle| phase(cycle).busy;
        compared(own, few, &busy)
    });
    println!("\nPages of 4 KiB read and written:\n");
    print_phases(&PHASES, &beds, &rounds, |own, _, phase| {
        let pages =
            |of: fn(Cost) -> u64| median(own.iter().flatten().map(|cycle| of(phase(cycle)) as f64));
        format!(
            "{:.0} and {:.0}",
            pages(|cost| cost.read),
            pages(|cost| cost.written)
        )
    });
    for (bed, start) in beds {
        assert!(start.took < START_MAX, "a start took {:?}", start.took);
        assert!(
            start.memory_kib <= MEMORY_MAX_KIB,
            "{} KiB more were needed",
            start.memory_kib
        );
        bed.close();
    }
}

fn print_starts(beds: &[(Bed, Start)]) {
    println!("| calls that wait | lanes | order | file | start | memory |");
    println!("|---|---|---|---|---|---|");
    for (bed, start) in beds {
        println!(
            "| {} | {} MB | {:.0} ms | {:.1} MB more |",
            bed.shape,
            bed.megabytes(),
            start.took.as_secs_f64() * 1000.0,
            start.memory_kib as f64 / 1024.0
        );
    }
}

/// A line for each shape, a column for each phase. `cell` is given the cycles of the shape and those of few calls
/// in the same order.
fn print_phases(
    phases: &[(&str, Phase)],
    beds: &[(Bed, Start)],
    rounds: &[Rounds],
    cell: impl Fn(&Rounds, &Rounds, Phase) -> String,
) {
    let names: Vec<&str> = phases.iter().map(|(name, _)| *name).collect();
    let names = names.join(" | ");
    println!("| calls that wait | lanes | order | {names} |");
    println!("|---|---|---|{}", "---|".repeat(phases.len()));
    for ((bed, _), own) in beds.iter().zip(rounds) {
        let few = beds
            .iter()
            .position(|(few, _)| few.shape.is_few() && few.shape.order == bed.shape.order)
            .expect("each order is measured with few calls");
        let cells = phases
            .iter()
            .map(|(_, phase)| cell(own, &rounds[few], *phase));
        let cells: Vec<String> = cells.collect();
        println!("| {} | {} |", bed.shape, cells.join(" | "));
    }
}

/// The median, and how it compares with that of few calls in the same round: the median of all rounds.
fn compared(own: &Rounds, few: &Rounds, time: &dyn Fn(&Cycle) -> Duration) -> String {
    let medians = |rounds: &Rounds| -> Vec<f64> {
        let of_round = |round: &Vec<Cycle>| {
            median(round.iter().map(|cycle| time(cycle).as_secs_f64() * 1000.0))
        };
        rounds.iter().map(of_round).collect()
    };
    let (own, few) = (medians(own), medians(few));
    let more = median(own.iter().zip(&few).map(|(own, few)| own / few));
    format!(
        "{:.2} ms, {:+.0} %",
        median(own.into_iter()),
        (more - 1.0) * 100.0
    )
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
