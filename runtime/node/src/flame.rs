//! The fuel of a call as a flame graph: an SVG in which every function is as wide as the fuel that it used with all it
//! called, and stands on who called it.
//!
//! The image has no script and loads nothing. What somebody points at says its name and its fuel.
//!
//! # Limits
//!
//! [`ROWS_MAX`] calls deep, and what would be narrower than [`WIDTH_MIN`] is left out.

use crate::output::percent;
use std::fmt::Write;
use vm::{Profile, User};

/// Most rows.
const ROWS_MAX: usize = 128;

/// Least width of what is drawn, in pixels.
const WIDTH_MIN: f64 = 0.3;

/// The width of the whole, in pixels.
const WIDTH: f64 = 1200.0;
/// The height of a row, and of the title, in pixels.
const ROW: usize = 18;
/// The width of a letter, in pixels.
const LETTER: f64 = 7.0;

/// One rectangle.
struct Block {
    /// Calls below it.
    row: usize,
    left: f64,
    width: f64,
    /// Where the next of those it called begins.
    next: f64,
}

/// The flame graph of a profile, with `name` for everyone in it.
pub(crate) fn graph(title: &str, profile: &Profile, name: impl Fn(User) -> String) -> String {
    let totals = profile.totals();
    let all = totals.first().copied().unwrap_or(0);
    let mut blocks: Vec<Block> = Vec::with_capacity(totals.len());
    // Callers stand before those they call.
    for (node, total) in profile.nodes.iter().zip(&totals) {
        let width = share(*total, all) * WIDTH;
        let (row, left) = match node.caller.and_then(|caller| blocks.get_mut(caller)) {
            None => (0, 0.0),
            Some(caller) => {
                let left = caller.next;
                caller.next += width;
                (caller.row + 1, left)
            }
        };
        blocks.push(Block { row, left, width, next: left });
    }
    let is_shown = |block: &Block| block.row < ROWS_MAX && block.width >= WIDTH_MIN;
    let rows = blocks.iter().filter(|block| is_shown(block)).map(|block| block.row + 1).max().unwrap_or(0);
    let height = (rows + 2) * ROW;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"monospace\" font-size=\"11\">\n<style>rect{{stroke:#fff;stroke-width:.5}}\
         g:hover rect{{stroke:#000}}</style>\n<text x=\"4\" y=\"13\">{}</text>\n",
        escaped(title)
    );
    for ((block, node), total) in blocks.iter().zip(&profile.nodes).zip(&totals) {
        if is_shown(block) {
            let (name, top) = (name(node.user), height - (block.row + 1) * ROW);
            let told = format!("{name}: {total} fuel, {}, {} itself", percent(*total, all), node.own);
            draw(&mut svg, block, top, &name, &told, matches!(node.user, User::Host(_)));
        }
    }
    svg + "</svg>\n"
}

/// Draws one rectangle with as much of its name as fits.
fn draw(svg: &mut String, block: &Block, top: usize, name: &str, told: &str, is_host: bool) {
    let Block { left, width, .. } = block;
    // One function has one colour, wherever it stands: of host calls, a blue.
    let sum = name.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let hue = if is_host { 200 + sum % 30 } else { 10 + sum % 45 };
    let mut letters = (*width - 6.0).max(0.0);
    let shown: String = name
        .chars()
        .take_while(|_| {
            letters -= LETTER;
            letters >= 0.0
        })
        .collect();
    // Writing to a string does not fail.
    let _ = write!(
        svg,
        "<g><title>{}</title><rect x=\"{left:.2}\" y=\"{top}\" width=\"{width:.2}\" height=\"{ROW}\" \
         fill=\"hsl({hue},80%,72%)\"/>",
        escaped(told)
    );
    if !shown.is_empty() {
        let _ = write!(svg, "<text x=\"{:.2}\" y=\"{}\">{}</text>", left + 3.0, top + 13, escaped(&shown));
    }
    svg.push_str("</g>\n");
}

fn share(part: u64, all: u64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "it is drawn")]
    let share = part as f64 / all.max(1) as f64;
    share
}

/// Text as XML has it: names of functions are a stranger's.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use vm::Node;

    fn node(caller: Option<usize>, user: User, own: u64) -> Node {
        Node { caller, user, own }
    }

    #[test]
    fn who_is_called_stands_on_their_caller_as_wide_as_their_fuel() {
        let nodes = vec![
            node(None, User::Function(1), 50),
            node(Some(0), User::Host("log"), 25),
            node(Some(0), User::Function(2), 20),
            node(Some(2), User::Function(3), 5),
        ];
        let name = |user| match user {
            User::Function(index) => format!("f<{index}>"),
            User::Host(name) => name.into(),
        };
        let svg = graph("a & b", &Profile { nodes }, name);
        assert!(svg.contains("viewBox=\"0 0 1200 90\"") && svg.contains(">a &amp; b</text>"), "{svg}");
        assert!(svg.contains("<title>f&lt;1&gt;: 100 fuel, 100.0 %, 50 itself</title>"), "{svg}");
        let rects: Vec<&str> = svg.lines().filter_map(|line| line.split("<rect ").nth(1)).collect();
        let starts = |nth: usize, place: &str| assert!(rects[nth].starts_with(place), "{}", rects[nth]);
        starts(0, "x=\"0.00\" y=\"72\" width=\"1200.00\"");
        starts(1, "x=\"0.00\" y=\"54\" width=\"300.00\"");
        starts(2, "x=\"300.00\" y=\"54\" width=\"300.00\"");
        starts(3, "x=\"300.00\" y=\"36\" width=\"60.00\"");
    }

    #[test]
    fn what_is_too_deep_or_too_narrow_is_left_out() {
        let mut nodes = vec![node(None, User::Function(1), 0), node(Some(0), User::Function(2), 1)];
        nodes.extend(
            (0..1000).map(|nth| node(Some(if nth == 0 { 0 } else { nth + 1 }), User::Function(3), 1000)),
        );
        let svg = graph("", &Profile { nodes }, |_| String::new());
        assert_eq!(svg.matches("<rect").count(), ROWS_MAX);
        assert_eq!(graph("", &Profile::default(), |_| String::new()).matches("<rect").count(), 0);
    }
}
