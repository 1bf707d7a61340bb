//! The picture: logarithmic in size, linear in value, legible on light and dark pages.

use std::fmt::{self, Write};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 30.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 60.0;
/// Parts of the value's axis.
const PARTS: u32 = 5;
/// The height of a line of the legend.
const LEGEND: f64 = 18.0;
/// Each is legible on white and on black.
const COLOURS: [&str; 6] = ["#2f81f7", "#d9730d", "#2da44e", "#bf5af2", "#d1242f", "#8a8a8a"];
const STYLE: &str = "text{fill:#57606a}path{stroke:#8c959f}@media(prefers-color-scheme:dark){text{fill:#9198a1}}";

/// Points of one label, in the order of their sizes.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// What to draw.
pub(super) struct Picture {
    pub(super) value: String,
    pub(super) unit: String,
    pub(super) size: String,
    pub(super) lines: Vec<Line>,
}

impl Picture {
    pub(super) fn svg(&self) -> Result<String, fmt::Error> {
        let points = || self.lines.iter().flat_map(|line| line.points.iter().copied());
        let most = points().map(|(_, value)| value).fold(f64::MIN_POSITIVE, f64::max) * 1.05;
        let mut sizes: Vec<_> = points().map(|(size, _)| size).collect();
        sizes.sort_unstable_by(f64::total_cmp);
        sizes.dedup();
        let ends = (place(sizes[0]), place(sizes[sizes.len() - 1]));
        let width = if ends.1 > ends.0 { ends.1 - ends.0 } else { 1.0 };
        let x = |size: f64| LEFT + (place(size) - ends.0) / width * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM);

        let mut svg = String::new();
        let height = HEIGHT + LEGEND * crate::report::count(self.lines.len());
        let unit = if self.unit.is_empty() { String::new() } else { format!(", {}", escape(&self.unit)) };
        writeln!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">"#
        )?;
        writeln!(svg, "<style>{STYLE}</style>")?;
        writeln!(svg, r#"<text x="{LEFT}" y="26" font-size="16">{}{unit}</text>"#, escape(&self.value))?;
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        for part in 0..=PARTS {
            let value = most * f64::from(part) / f64::from(PARTS);
            let (at, edge, digits) = (y(value), LEFT - 8.0, usize::from(most < 100.0) * 2);
            writeln!(svg, r#"<path d="M{LEFT} {at:.1}H{right}" stroke-opacity=".4"/>"#)?;
            writeln!(svg, r#"<text x="{edge}" y="{:.1}" text-anchor="end">{value:.digits$}</text>"#, at + 4.0)?;
        }
        for size in sizes {
            let (at, label) = (x(size), bottom + 18.0);
            writeln!(svg, r#"<text x="{at:.1}" y="{label}" text-anchor="middle">{size}</text>"#)?;
        }
        let (middle, below) = (f64::midpoint(LEFT, right), bottom + 40.0);
        writeln!(svg, r#"<text x="{middle}" y="{below}" text-anchor="middle">{}</text>"#, escape(&self.size))?;
        let mut legend = HEIGHT;
        for (line, colour) in self.lines.iter().zip(COLOURS.iter().cycle()) {
            let at: Vec<_> = line.points.iter().map(|(size, value)| (x(*size), y(*value))).collect();
            let path: Vec<_> = at.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            writeln!(svg, r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#, path.join(" "))?;
            for (x, y) in at {
                writeln!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="{colour}"/>"#)?;
            }
            writeln!(svg, r#"<circle cx="{LEFT}" cy="{}" r="5" fill="{colour}"/>"#, legend - 4.0)?;
            writeln!(svg, r#"<text x="{}" y="{legend}">{}</text>"#, LEFT + 12.0, escape(&line.name))?;
            legend += LEGEND;
        }
        svg.push_str("</svg>\n");
        Ok(svg)
    }
}

/// Where a size belongs on a logarithmic axis; sizes below one are all at its beginning.
fn place(size: f64) -> f64 {
    size.max(1.0).log10()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_and_size_is_drawn() {
        let line = |name: &str| Line { name: name.to_owned(), points: vec![(1.0, 2.0), (100.0, 4.0)] };
        let picture = Picture {
            value: "CPU <all>".to_owned(),
            unit: "µs".to_owned(),
            size: "members".to_owned(),
            lines: vec![line("before"), line("after")],
        };
        let svg = picture.svg().unwrap();
        assert_eq!((svg.matches("<polyline").count(), svg.matches(">100<").count()), (2, 1));
        assert!(svg.contains("CPU &lt;all>, µs") && svg.contains(">after<"));
    }
}
