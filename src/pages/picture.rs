//! The picture of an achievement whose issuer gives none: its name and its
//! issuer on a mark whose shade follows from the name.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Letters that fit a line of the mark.
const LINE: usize = 16;
/// Lines for the name.
const LINES: usize = 4;

/// An SVG of 400 by 400 units; the same names always draw the same.
pub fn draw(name: &str, issuer: &str) -> String {
    let hue = u32::from(Sha256::digest(name)[0]) * 360 / 256;
    let lines = wrap(name);
    let first = 190 - 17 * (lines.len() as i32 - 1);
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        let y = first + 36 * i as i32;
        write!(text, r#"<text x="200" y="{y}" class="n">{}</text>"#, escape(line))
            .expect("a String takes any text");
    }
    let issuer = escape(&shorten(issuer, 34));
    let title = escape(name);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img"><title>{title}</title>
<style>text{{font-family:system-ui,sans-serif;text-anchor:middle;fill:#fff}}.n{{font-size:30px;font-weight:700}}.i{{font-size:17px;opacity:.9}}</style>
<path d="M200 8 366 104v192L200 392 34 296V104Z" fill="hsl({hue} 46% 34%)"/>
<path d="M200 26 350 113v174L200 374 50 287V113Z" fill="none" stroke="#fff" stroke-opacity=".55" stroke-width="3"/>
{text}<text x="200" y="322" class="i">{issuer}</text></svg>
"##
    )
}

/// Words over lines, the rest of a long name cut with an ellipsis.
fn wrap(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        let full = lines.len() == LINES;
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LINE => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) if full => {
                *line = shorten(&format!("{line} …"), LINE);
                break;
            }
            _ => lines.push(shorten(word, LINE)),
        }
    }
    lines
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_text() {
        let svg = draw("<script>alert(1)</script>\u{0}", "A & \"B\"");
        assert!(!svg.contains("<script"));
        assert!(svg.contains("A &amp; &quot;B&quot;"));
    }

    #[test]
    fn a_long_name_is_wrapped_and_cut() {
        assert_eq!(
            wrap("Creating a Classroom Community"),
            ["Creating a", "Classroom", "Community"]
        );
        let lines = wrap(&"word ".repeat(100));
        assert_eq!(lines.len(), LINES);
        assert!(lines.iter().all(|l| l.chars().count() <= LINE));
        assert_eq!(draw("X", "Y"), draw("X", "Y"));
    }
}
