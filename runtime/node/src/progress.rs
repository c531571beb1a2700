//! Progress on standard error: rate and time left, and nothing where nobody looks.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar up to `len`; hidden where standard error is not a terminal.
pub(crate) fn bar(len: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(len).with_message(what.to_owned());
    let style = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} {msg} {per_sec} eta {eta}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// A counter without an end; hidden where standard error is not a terminal.
pub(crate) fn counter(what: &str) -> ProgressBar {
    let bar = ProgressBar::no_length().with_message(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{human_pos} {msg} {per_sec}") {
        bar.set_style(style);
    }
    bar
}
