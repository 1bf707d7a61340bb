//! Progress bars; hidden if standard error is not a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// `messages     ━━━━━━━━━━━━  1,234 of 5,678, 12 s to go`.
const BAR: &str = "{prefix:<12} {bar:40} {human_pos} of {human_len}, {eta} to go";

/// The bar of a step with this many rows.
pub(super) fn of(step: &str, rows: u64) -> ProgressBar {
    let is_watched = std::io::stderr().is_terminal();
    let target = if is_watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(rows), target);
    bar.set_style(ProgressStyle::with_template(BAR).expect("the template is well-formed"));
    bar.set_prefix(step.to_owned());
    bar
}
