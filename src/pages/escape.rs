//! How text of strangers is written into a page.
//!
//! Invariant: no text turns into markup, and none changes the direction of what stands beside it:
//! the characters that override or embed a direction (Unicode UAX #9) can make `moc.live` read as
//! another domain, and are left out. Names in Arabic or Hebrew need none of them.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

/// The escaper of all templates (`askama.toml`).
#[derive(Clone, Copy)]
pub struct Plain;

impl Escaper for Plain {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        for part in string.split(turns) {
            Html.write_escaped_str(&mut dest, part)?;
        }
        Ok(())
    }
}

/// Whether the character turns the direction of what follows it, or controls a terminal.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || c.is_control() && !matches!(c, '\n' | '\t' | '\r')
}

/// JSON for a page to show, its text written so that it is the same to a parser and turns nothing.
pub fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match turns(c) {
            true => write!(shown, "\\u{:04x}", u32::from(c)).expect("a String takes any text"),
            false => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_and_nothing_turns_around() {
        let mut page = String::new();
        Plain.write_escaped_str(&mut page, "<b>\"\u{202e}moc\u{2069}'\u{0}\n&عمر").unwrap();
        assert_eq!(page, "&#60;b&#62;&#34;moc&#39;\n&#38;عمر");
    }

    #[test]
    fn json_that_is_shown_means_the_same() {
        let json_text = serde_json::json!({"a": "x\u{202e}y"}).to_string();
        let shown = json(&json_text);
        assert!(!shown.contains('\u{202e}'));
        let back: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(back["a"], "x\u{202e}y");
    }
}
