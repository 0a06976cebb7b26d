//! The picture of docs/pacing.md, drawn from the figures of the test. Only where it is asked for: the
//! letters come from a font of the machine (`HUSHDESK_FONT` names another).

use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};

use super::figures::{Figures, percentile};
use super::{HOURS, MINUTE_MS};
use crate::harness::START_MS;

const WIDTH: u32 = 1000;
const HEIGHT: u32 = 640;
const FONT: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
/// Minutes that one point of a curve stands for.
const SLICE: i64 = 5;

pub fn draw(figures: &Figures) {
    let path = std::env::var("HUSHDESK_FONT").unwrap_or_else(|_| FONT.to_owned());
    let font = std::fs::read(path).expect("a font is needed to draw");
    // Fonts are registered for as long as the program runs.
    let registered = register_font("sans-serif", FontStyle::Normal, font.leak());
    assert!(registered.is_ok(), "the font cannot be read");
    let mut pixels = vec![0; (WIDTH * HEIGHT * 3) as usize];
    panels(figures, &mut pixels);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pacing.png");
    image::save_buffer(file, &pixels, WIDTH, HEIGHT, image::ExtendedColorType::Rgb8)
        .expect("docs can be written to");
}

fn panels(figures: &Figures, pixels: &mut [u8]) {
    let end = figures.depth.last().map_or(0, |(minute, _)| *minute) + 5;
    let root = BitMapBackend::with_buffer(pixels, (WIDTH, HEIGHT)).into_drawing_area();
    root.fill(&WHITE).expect("pixels take colour");
    let (upper, lower) = root.split_vertically(HEIGHT / 2);

    let deepest = figures
        .depth
        .iter()
        .map(|(_, depth)| *depth)
        .max()
        .unwrap_or(1);
    let mut chart = ChartBuilder::on(&upper)
        .caption("Calls that wait for the group", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d(0..end, 0..deepest + deepest / 10)
        .expect("the panel has room");
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("minutes")
        .label_style(("sans-serif", 14))
        .light_line_style(WHITE);
    mesh.draw().expect("the mesh can be drawn");
    let line = LineSeries::new(figures.depth.iter().copied(), BLUE.stroke_width(2));
    chart.draw_series(line).expect("a line can be drawn");
    let over = [(HOURS * 60, 0), (HOURS * 60, deepest)];
    let line = LineSeries::new(over, BLACK.stroke_width(1));
    chart.draw_series(line).expect("a line can be drawn");
    let text = Text::new(
        "nobody writes any more",
        (HOURS * 60 + 2, deepest),
        ("sans-serif", 14),
    );
    chart.draw_series([text]).expect("letters can be drawn");

    let mut chart = ChartBuilder::on(&lower)
        .caption(
            "How long it took, by when it was written (seconds, 99th percentile of 5 minutes)",
            ("sans-serif", 20),
        )
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d(0..end, (0.1_f64..10_000.0).log_scale())
        .expect("the panel has room");
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("minutes")
        .label_style(("sans-serif", 14))
        .light_line_style(WHITE);
    mesh.draw().expect("the mesh can be drawn");
    for (name, all, colour) in [
        ("a client's text reaches the topic", &figures.messages, BLUE),
        ("a new ticket has its first post", &figures.tickets, RED),
        (
            "a reply reaches the client (at most 0.1 s is shown as 0.1)",
            &figures.replies,
            GREEN,
        ),
    ] {
        let line = LineSeries::new(slices(all), colour.stroke_width(2));
        let series = chart.draw_series(line).expect("a line can be drawn");
        series
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE)
        .border_style(BLACK)
        .label_font(("sans-serif", 14))
        .draw()
        .expect("the legend has room");
    root.present().expect("pixels are kept");
}

/// The 99th percentile of each slice of time, in seconds.
fn slices(all: &[(i64, i64)]) -> Vec<(i64, f64)> {
    let slice_of = |at: i64| (at - START_MS) / MINUTE_MS / SLICE;
    (0..HOURS * 60 / SLICE)
        .filter_map(|slice| {
            let of_slice: Vec<(i64, i64)> = all
                .iter()
                .copied()
                .filter(|(at, _)| slice_of(*at) == slice)
                .collect();
            let took = percentile(&of_slice, 99) as f64 / 1000.0;
            (!of_slice.is_empty()).then_some((slice * SLICE, took.max(0.1)))
        })
        .collect()
}
