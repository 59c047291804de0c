//! The preview that other sites show of a link to a credential's page: 1200 by
//! 630 pixels, the size that Open Graph readers expect.
//! Spec: <https://ogp.me/#structured>
//!
//! Invariant: it tells neither the verdict, which would age where it is kept, nor
//! the earner, whose name would stay there.

use super::canvas::{Canvas, WHITE};
use super::lettering::{Face, Line, plain, shorten, wrap, writable};
use super::{hexagon, hsl, hue};

pub const WIDTH: usize = 1200;
pub const HEIGHT: usize = 630;

/// What the preview says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Words {
    /// What it is: "Micro-credential".
    pub kind: String,
    /// The achievement's name.
    pub title: String,
    pub issuer: String,
    /// "Verify at badges.example.org"
    pub verify: String,
}

/// Where text begins, and how wide it may be.
const LEFT: f32 = 80.0;
const TEXT: f32 = 690.0;

/// A PNG. Words that the font cannot write are left out.
pub fn png(words: &Words) -> Vec<u8> {
    let hue = hue(&words.title);
    let mut canvas = Canvas::new(WIDTH, HEIGHT, Some(hsl(hue, 30.0, 97.0)));
    seal(&mut canvas, hue);
    let (dark, soft, shade) = ([24, 24, 27], [72, 72, 80], hsl(hue, 46.0, 30.0));
    let mut write = |text: &str, face, size: f32, y: f32, colour| {
        let text = shorten(&plain(text), face, size, TEXT);
        if writable(&text) {
            canvas.write(&Line { text: &text, face, size }, (LEFT, y), colour, 1.0);
        }
    };
    write(&words.kind, Face::Bold, 30.0, 118.0, shade);
    let title = plain(&words.title);
    let mut y = 160.0;
    if writable(&title) {
        let block = wrap(&title, Face::Bold, &[72.0, 60.0, 50.0, 42.0], TEXT, 4);
        for line in &block.lines {
            y += block.size * 1.15;
            write(line, Face::Bold, block.size, y, dark);
        }
    }
    write(&words.issuer, Face::Regular, 34.0, y + 64.0, soft);
    write(&words.verify, Face::Bold, 30.0, 560.0, shade);
    canvas.png()
}

/// The hexagon of the mark with two lines in it.
fn seal(canvas: &mut Canvas, hue: u16) {
    let (at, side) = ((800.0, 150.0), 330.0);
    canvas.fill(&[hexagon(at, side, 1.0)], hsl(hue, 46.0, 34.0), 1.0);
    for (outer, opacity) in [(0.914, 0.55), (0.62, 0.35), (0.32, 0.9)] {
        let width = if opacity > 0.8 { outer } else { 0.018 };
        let inner: Vec<_> = hexagon(at, side, outer - width).into_iter().rev().collect();
        canvas.fill(&[hexagon(at, side, outer), inner], WHITE, opacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bake;

    fn words(title: &str) -> Words {
        Words {
            kind: "Micro-credential".into(),
            title: title.into(),
            issuer: "NEA (example)".into(),
            verify: "Verify at touchmark.example".into(),
        }
    }

    #[test]
    fn a_preview_has_the_usual_size_and_stays_small_whatever_the_name() {
        let long = "Supporting Multilingual Learners ".repeat(20);
        for title in ["Restorative Practices", "<script>", "実践", "", &long] {
            let drawn = png(&words(title));
            assert_eq!(bake::png::size(&drawn), Some((1200, 630)), "{title:.20}");
            assert!(drawn.len() < 128 * 1024, "{title:.20}: {}", drawn.len());
        }
        assert_eq!(png(&words("A")), png(&words("A")));
        assert_ne!(png(&words("A")), png(&words("B")));
    }
}
