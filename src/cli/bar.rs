//! Progress bars; hidden if standard error is not a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// `messages     ━━━━━━━━━━━━  1,234 of 5,678, 12 s to go`.
pub(super) const WITH_TIME: &str = "{prefix:<12} {bar:40} {human_pos} of {human_len}, {eta} to go";
/// `chats        ━━━━━━━━━━━━  1,234 of 5,678`.
pub(super) const WITHOUT_TIME: &str = "{prefix:<12} {bar:40} {human_pos} of {human_len}";

/// A bar whose steps set its prefix and its length.
pub(super) fn styled(template: &str) -> ProgressBar {
    let is_watched = std::io::stderr().is_terminal();
    let target = if is_watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    bar.set_style(ProgressStyle::with_template(template).expect("the template is well-formed"));
    bar
}

/// The bar of a step with this many rows.
pub(super) fn of(step: &str, rows: u64) -> ProgressBar {
    let bar = styled(WITH_TIME);
    bar.set_length(rows);
    bar.set_prefix(step.to_owned());
    bar
}
