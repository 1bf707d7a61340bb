//! Draws the samples: one small diagram per series, all with the same time axis.

use std::fmt::Write;

use super::samples::{SERIES, Sample, Series};

const WIDTH: f64 = 970.0;
const LEFT: f64 = 150.0;
const RIGHT: f64 = 30.0;
const TOP: f64 = 50.0;
/// The height of a diagram, and the distance from one to the next.
const HEIGHT: f64 = 70.0;
const STEP: f64 = 100.0;
/// The time axis has this many parts.
const PARTS: u32 = 6;

/// The plot as a picture.
pub(super) fn svg(title: &str, samples: &[Sample]) -> String {
    let end = samples.last().map_or(1.0, |sample| sample.second).max(1.0);
    let mut diagrams = String::new();
    let mut top = TOP;
    for series in &SERIES {
        diagrams.push_str(&diagram(series, samples, end, top));
        top += STEP;
    }
    let mut axis = String::new();
    for part in 0..=PARTS {
        let share = f64::from(part) / f64::from(PARTS);
        let (x, y, minute) = (LEFT + share * (WIDTH - LEFT - RIGHT), top - STEP + HEIGHT + 18.0, share * end / 60.0);
        // Writing to a string cannot fail.
        let _ = writeln!(axis, r#"<text x="{x:.0}" y="{y:.0}" text-anchor="middle">{minute:.1} min</text>"#);
    }
    let height = top;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">
<rect width="{WIDTH}" height="{height}" fill="#fff"/>
<text x="{LEFT}" y="28" font-size="16">{title}</text>
{diagrams}{axis}</svg>
"##
    )
}

fn diagram(series: &Series, samples: &[Sample], end: f64, top: f64) -> String {
    let most = samples.iter().map(series.value).fold(0.0, f64::max);
    let scale = if most > 0.0 { HEIGHT / most } else { 0.0 };
    let bottom = top + HEIGHT;
    let mut line = String::new();
    for sample in samples {
        let x = LEFT + sample.second / end * (WIDTH - LEFT - RIGHT);
        let y = bottom - (series.value)(sample) * scale;
        // Writing to a string cannot fail.
        let _ = write!(line, "{x:.1},{y:.1} ");
    }
    let (name, unit, digits) = (series.name, series.unit, usize::from(most < 100.0));
    let (edge, middle, right, label) = (LEFT - 8.0, top + HEIGHT / 2.0, WIDTH - RIGHT, top + 10.0);
    format!(
        r##"<text x="10" y="{middle}">{name}</text>
<text x="{edge}" y="{label}" text-anchor="end">{most:.digits$} {unit}</text>
<text x="{edge}" y="{bottom}" text-anchor="end">0</text>
<path d="M{LEFT} {top}V{bottom}H{right}" fill="none" stroke="#999"/>
<polyline points="{}" fill="none" stroke="#06c" stroke-width="1.5"/>
"##,
        line.trim_end()
    )
}
