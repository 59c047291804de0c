//! Strings as canonical N-Quads writes them.
//!
//! Spec: <https://www.w3.org/TR/rdf-canon/#canonical-quads>. Invariant: only what
//! the form asks to be escaped is escaped.

use std::fmt::Write as _;

/// Appends a string as a canonical N-Quads literal. Whether it has what some
/// write otherwise.
pub(super) fn quote(value: &str, text: &mut String) -> bool {
    text.push('"');
    let odd = has_odd(value.as_bytes());
    if odd {
        value.chars().for_each(|c| escape(c, text));
    } else {
        text.push_str(value);
    }
    text.push('"');
    // Some escape the two characters that XML 1.1 has not, some do not.
    odd && value.contains(['\u{fffe}', '\u{ffff}'])
}

/// Whether a byte may ask for more than copying: one that is escaped, or the
/// first of a character that may be U+FFFE or U+FFFF.
fn has_odd(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else {
        let mut word = [b' '; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        return odd_bytes(u64::from_le_bytes(word)) != 0;
    };
    // The last word may overlap the one before it.
    let words = bytes.as_chunks::<8>().0.iter().chain([last]);
    words.fold(0, |odd, word| odd | odd_bytes(u64::from_le_bytes(*word))) != 0
}

/// Eight bytes at once: not zero if one of them is odd.
fn odd_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let from_ef = ((word & (ONES * 0x7f)) + ONES * 0x11) & word;
    let odd = equal(b'"') | equal(b'\\') | equal(0x7f) | below(word, b' ') | from_ef;
    odd & (ONES * 0x80)
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

    #[test]
    fn what_is_escaped_or_disputed_is_seen_wherever_it_stands() {
        for (before, after) in (0..20).flat_map(|before| [(before, 0), (before, 1), (before, 9)]) {
            let quoted = |c: char| {
                let value = format!("{}{c}{}", "x".repeat(before), "x".repeat(after));
                let mut text = String::new();
                (quote(&value, &mut text), text.len() > value.len() + 2)
            };
            for c in (0..0x300).filter_map(char::from_u32) {
                let escaped = matches!(c, '\0'..' ' | '"' | '\\' | '\u{7f}');
                assert_eq!(quoted(c), (false, escaped), "{c:?} after {before}");
            }
            for (c, disputed) in [('\u{fffd}', false), ('\u{fffe}', true), ('\u{ffff}', true)] {
                assert_eq!(quoted(c), (disputed, false), "{c:?} after {before}");
            }
        }
    }
}
