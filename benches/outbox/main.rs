//! What waits must not slow down what goes: what a claim costs with 1 k, 100 k and 1 M waiting calls, how long
//! a start takes with a million of them, and what that needs of memory.
//!
//! `cargo bench --bench outbox`, with nothing beside it; it fails where a start takes long, or where memory or a claim
//! grows with what waits. In process, with the real store on a disk; each call is answered at once.

mod bed;
mod fill;
mod shape;

use std::time::Duration;

use bed::{Bed, Cost, Cycle, Meanwhile, Start};
use shape::{Order, Shape};

/// The shapes take turns, so that what the machine does beside falls on all of them alike.
const ROUNDS: usize = 15;
/// Cycles of a shape in a round, after one that is not counted.
const CYCLES: usize = 10;
/// A start takes no longer, whatever waits.
const START_MAX: Duration = Duration::from_secs(2);
/// A claim takes no more of the time with few calls, whatever waits.
const CLAIM_MAX: f64 = 1.2;
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
    let meanwhile = Meanwhile::new();
    let make = |shape| Bed::make(shape, meanwhile.clone());
    let mut beds: Vec<(Bed, Start)> = Shape::all().into_iter().map(make).collect();
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
    check_promises(&beds, &rounds);
    for (bed, _) in beds {
        bed.close();
    }
}

fn check_promises(beds: &[(Bed, Start)], rounds: &[Rounds]) {
    for ((bed, start), own) in beds.iter().zip(rounds) {
        let few = with_few_calls(beds, bed.shape.order);
        let more = more(&medians(own, &claim), &medians(&rounds[few], &claim));
        assert!(
            more <= CLAIM_MAX,
            "{}: a claim takes {more:.2} times as long",
            bed.shape
        );
        assert!(start.took < START_MAX, "a start took {:?}", start.took);
        assert!(
            start.memory_kib <= MEMORY_MAX_KIB,
            "{} KiB more were needed",
            start.memory_kib
        );
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
        let few = with_few_calls(beds, bed.shape.order);
        let cells = phases
            .iter()
            .map(|(_, phase)| cell(own, &rounds[few], *phase));
        let cells: Vec<String> = cells.collect();
        println!("| {} | {} |", bed.shape, cells.join(" | "));
    }
}

/// The bed with few calls in this order, with which the others are compared.
fn with_few_calls(beds: &[(Bed, Start)], order: Order) -> usize {
    beds.iter()
        .position(|(few, _)| few.shape.is_few() && few.shape.order == order)
        .expect("each order is measured with few calls")
}

fn claim(cycle: &Cycle) -> Duration {
    cycle.claim.time
}

/// The median, and how it compares with that of few calls.
fn compared(own: &Rounds, few: &Rounds, time: &dyn Fn(&Cycle) -> Duration) -> String {
    let (own, few) = (medians(own, time), medians(few, time));
    let more = more(&own, &few);
    format!(
        "{:.2} ms, {:+.0} %",
        median(own.into_iter()),
        (more - 1.0) * 100.0
    )
}

/// The median of each round, in milliseconds.
fn medians(rounds: &Rounds, time: &dyn Fn(&Cycle) -> Duration) -> Vec<f64> {
    let of_round =
        |round: &Vec<Cycle>| median(round.iter().map(|cycle| time(cycle).as_secs_f64() * 1000.0));
    rounds.iter().map(of_round).collect()
}

/// How many times as long it takes as with few calls in the same round: the median of all rounds.
fn more(own: &[f64], few: &[f64]) -> f64 {
    median(own.iter().zip(few).map(|(own, few)| own / few))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
