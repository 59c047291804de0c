//! Strings as canonical N-Quads writes them.
//!
//! Spec: <https://www.w3.org/TR/rdf-canon/#canonical-quads>. Invariant: only what
//! the form asks to be escaped is escaped.

use std::fmt::Write as _;

/// Appends a string as a canonical N-Quads literal.
pub(super) fn quote(value: &str, text: &mut String) {
    text.push('"');
    let plain = |b: &u8| (*b >= b' ') & (*b != b'"') & (*b != b'\\') & (*b != 0x7f);
    if value.as_bytes().iter().fold(true, |all, b| all & plain(b)) {
        text.push_str(value);
    } else {
        value.chars().for_each(|c| escape(c, text));
    }
    text.push('"');
}

fn escape(c: char, text: &mut String) {
    match c {
        '\u{8}' => text.push_str("\\b"),
        '\t' => text.push_str("\\t"),
        '\n' => text.push_str("\\n"),
        '\u{c}' => text.push_str("\\f"),
        '\r' => text.push_str("\\r"),
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\0'..='\u{1f}' | '\u{7f}' => {
            let _infallible = write!(text, "\\u{:04X}", c as u32);
        }
        other => text.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_escaped_as_canonical_n_quads_are() {
        let mut text = String::new();
        quote("a\"b\\c\n\t\u{0}\u{7f}é🍎", &mut text);
        assert_eq!(text, "\"a\\\"b\\\\c\\n\\t\\u0000\\u007Fé🍎\"");
    }
}
