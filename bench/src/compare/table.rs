//! The values of two sides beside each other.

use std::path::Path;

use crate::{
    report::{Kind, Report},
    results::{Run, Values},
};

/// Each value's medians, their ratio, and the smallest and the largest ratio of a round.
pub(super) fn report(title: &str, binaries: [&Path; 2], a: &[Run], b: &[Run]) -> Report {
    let mut report = Report::new(title);
    for (side, binary) in ["A", "B"].into_iter().zip(binaries) {
        report.line(side, binary.display());
    }
    report.line("", format_args!("{:>12} {:>12}       {:>8}   {}", "A", "B", "B / A", "of the rounds"));
    let kinds: [fn(&Run) -> &Values; 4] = [|run| &run.figures, |run| &run.cost, |run| &run.limits, |run| &run.ratios];
    for values in kinds {
        let Some(first) = a.first() else { break };
        for (name, quantity) in values(first) {
            let of = |runs: &[Run]| runs.iter().filter_map(|run| Some(values(run).get(name)?.value)).collect();
            let sides: [Vec<f64>; 2] = [of(a), of(b)];
            let Some(line) = Line::new(&sides) else { continue };
            let Line { medians: [a, b], ratio, spread: (least, most) } = line;
            let (digits, unit) = (if a.abs().max(b.abs()) < 1000.0 { 3 } else { 0 }, &quantity.unit);
            let text = format!("{a:>12.digits$} {b:>12.digits$} {unit:<5} {ratio:>8.3}   {least:.3} to {most:.3}");
            report.line(name, text);
            report.record(Kind::Ratio, name.clone(), ratio, "");
        }
    }
    report
}

struct Line {
    medians: [f64; 2],
    ratio: f64,
    spread: (f64, f64),
}

impl Line {
    /// `None` without values.
    fn new([a, b]: &[Vec<f64>; 2]) -> Option<Self> {
        let medians = [median(a)?, median(b)?];
        let ratios = || a.iter().zip(b).map(|(a, b)| ratio(*a, *b));
        let spread = (ratios().fold(f64::INFINITY, f64::min), ratios().fold(f64::NEG_INFINITY, f64::max));
        Some(Self { medians, ratio: ratio(medians[0], medians[1]), spread })
    }
}

/// Of two zeros, neither is larger.
fn ratio(a: f64, b: f64) -> f64 {
    if a == 0.0 && b == 0.0 { 1.0 } else { b / a }
}

/// The middle value, or the mean of the two in the middle.
fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len().is_multiple_of(2) { f64::midpoint(values[middle - 1], upper) } else { upper })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_compared_and_rounds_give_the_spread() {
        let line = Line::new(&[vec![10.0, 20.0, 40.0], vec![10.0, 10.0, 60.0]]).unwrap();
        assert_eq!((line.medians, line.ratio, line.spread), ([20.0, 10.0], 0.5, (0.5, 1.5)));
        assert_eq!(median(&[1.0, 3.0]), Some(2.0));
        assert!(median(&[]).is_none());
    }
}
