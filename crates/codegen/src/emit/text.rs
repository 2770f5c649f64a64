//! Pieces of Rust as text.

/// The longest line.
const WIDTH: usize = 100;

/// Items between brackets, behind an indentation: on one line where they fit, else each on a line of its own.
pub(super) fn listed(indent: usize, open: &str, items: &[String], close: &str) -> String {
    let space = if open.ends_with('{') && !items.is_empty() {
        " "
    } else {
        ""
    };
    let line = format!("{open}{space}{}{space}{close}", items.join(", "));
    if items.is_empty() || indent + line.len() <= WIDTH {
        return line;
    }
    let mut lines = format!("{open}\n");
    let indent = " ".repeat(indent);
    for item in items {
        lines.push_str(&format!("{indent}    {item},\n"));
    }
    lines + &indent + close
}

/// A text as Rust has it between quotes.
pub(super) fn literal(text: &str) -> String {
    format!("{text:?}")
}
