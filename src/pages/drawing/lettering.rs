//! Text in the one font that we carry: how wide it is, how it breaks over lines,
//! and its letters as shapes.
//!
//! The font has the letters of Latin, Greek and Cyrillic and no way to join or
//! turn them. [`writable`] tells text that it cannot write; a picture leaves
//! such text out rather than show boxes.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, GlyphId, ScaleFont, point};

static REGULAR: LazyLock<FontRef<'static>> =
    LazyLock::new(|| carried(include_bytes!("../fonts/OpenSans-Regular.ttf")));
static BOLD: LazyLock<FontRef<'static>> =
    LazyLock::new(|| carried(include_bytes!("../fonts/OpenSans-Bold.ttf")));

fn carried(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the font is part of the program, and a test reads it")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Regular,
    Bold,
}

impl Face {
    fn font(self) -> &'static FontRef<'static> {
        match self {
            Face::Regular => &REGULAR,
            Face::Bold => &BOLD,
        }
    }
}

/// Some text on one line.
#[derive(Debug, Clone, Copy)]
pub struct Line<'t> {
    pub text: &'t str,
    pub face: Face,
    /// The font size in pixels, as CSS counts it.
    pub size: f32,
}

impl Line<'_> {
    /// In pixels. A letter that the font lacks counts as a square.
    pub fn width(&self) -> f32 {
        self.text.chars().map(|c| self.advance(c)).sum()
    }

    /// Calls `put` with each pixel that a letter covers, and how much of it, where
    /// the base line begins at `at`. The pixel may be outside of any picture.
    pub fn letters(&self, at: (f32, f32), mut put: impl FnMut(i32, i32, f32)) {
        let font = self.face.font();
        let mut x = at.0;
        for c in self.text.chars() {
            let glyph: Glyph =
                font.glyph_id(c).with_scale_and_position(self.scale(), point(x, at.1));
            x += self.advance(c);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|right, down, covered| {
                put(corner.x as i32 + right as i32, corner.y as i32 + down as i32, covered);
            });
        }
    }

    fn advance(&self, c: char) -> f32 {
        match self.face.font().glyph_id(c) {
            GlyphId(0) => self.size,
            letter => self.face.font().as_scaled(self.scale()).h_advance(letter),
        }
    }

    /// What the font's own units are scaled by: it counts a line's height, CSS the em.
    fn scale(&self) -> f32 {
        let font = self.face.font();
        let em = font.units_per_em().expect("the font says its units, and a test reads them");
        self.size * font.height_unscaled() / em
    }
}

/// The text without what has no shape: control characters and marks of direction.
pub fn plain(text: &str) -> String {
    let shaped = |&c: &char| c.is_whitespace() || !c.is_control() && !is_format(c);
    let text: String = text.chars().filter(shaped).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the font has every letter of the text.
pub fn writable(text: &str) -> bool {
    text.chars().all(|c| REGULAR.glyph_id(c) != GlyphId(0))
}

/// Text over lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub size: f32,
    pub lines: Vec<String>,
}

/// Breaks `text` into at most `lines` lines of at most `width` pixels, in the first
/// of `sizes` in which all of it fits; else in the last, cut with an ellipsis.
pub fn wrap(text: &str, face: Face, sizes: &[f32], width: f32, lines: usize) -> Block {
    let last = sizes.last().copied().unwrap_or(16.0);
    let whole = sizes.iter().find_map(|&size| {
        let broken = broken(text, face, size, width);
        let fits = broken.len() <= lines
            && broken.iter().all(|text| Line { text, face, size }.width() <= width);
        fits.then_some(Block { size, lines: broken })
    });
    whole.unwrap_or_else(|| {
        let mut broken = broken(text, face, last, width);
        if broken.len() > lines {
            broken.truncate(lines);
            if let Some(end) = broken.last_mut() {
                end.push('…');
            }
        }
        for line in &mut broken {
            *line = shorten(line, face, last, width);
        }
        Block { size: last, lines: broken }
    })
}

/// The text if it fits, else its beginning and an ellipsis.
pub fn shorten(text: &str, face: Face, size: f32, width: f32) -> String {
    let fits = |text: &str| Line { text, face, size }.width() <= width;
    if fits(text) {
        return text.to_owned();
    }
    let mut kept = text.trim_end_matches('…').to_owned();
    loop {
        let cut = format!("{}…", kept.trim_end());
        if fits(&cut) || kept.pop().is_none() {
            return cut;
        }
    }
}

/// Word by word; one that is too long has a line to itself.
fn broken(text: &str, face: Face, size: f32, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) => {
                let longer = format!("{line} {word}");
                if (Line { text: &longer, face, size }).width() <= width {
                    *line = longer;
                } else {
                    lines.push(word.to_owned());
                }
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Marks of direction and joining, which have no shape of their own.
fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(text: &str) -> f32 {
        Line { text, face: Face::Bold, size: 30.0 }.width()
    }

    #[test]
    fn both_faces_can_be_read_and_widths_are_those_of_the_font() {
        // An "A" of Open Sans is 1296 of 2048 units wide in Regular, 1413 in Bold.
        let regular = Line { text: "A", face: Face::Regular, size: 2048.0 }.width();
        let bold = Line { text: "A", face: Face::Bold, size: 2048.0 }.width();
        assert_eq!((regular.round(), bold.round()), (1296.0, 1413.0));
    }

    #[test]
    fn text_is_broken_between_words_and_made_smaller_before_it_is_cut() {
        let wrapped = |text: &str| wrap(text, Face::Bold, &[30.0, 24.0], 268.0, 4);
        let whole = wrapped("Creating a Classroom Community");
        assert_eq!((whole.size, whole.lines.len()), (30.0, 3));
        let smaller = wrapped("Creating a Classroom Community with Families and Others");
        assert_eq!(smaller.size, 24.0);
        assert!(!smaller.lines.concat().contains('…'), "{smaller:?}");
        let cut = wrapped(&"word ".repeat(100));
        assert_eq!(cut.lines.len(), 4);
        assert!(cut.lines[3].ends_with('…'));
        let long = wrapped(&"W".repeat(500));
        assert!(long.lines.iter().all(|line| width(line) <= 268.0 * 30.0 / 24.0), "{long:?}");
        assert_eq!(wrapped("").lines, [""; 0]);
    }

    #[test]
    fn text_that_the_font_cannot_write_is_told() {
        for fine in ["Prácticas restaurativas", "Ñandú – «Übung» №1", "Ελληνικά", "Русский"]
        {
            assert!(writable(fine), "{fine}");
        }
        for other in ["مرحبا", "実践", "שלום", "🙂"] {
            assert!(!writable(other), "{other}");
        }
    }

    #[test]
    fn marks_of_direction_and_control_characters_are_left_out() {
        assert_eq!(plain("a\u{202e}b\u{0}\n\u{200f} c "), "ab c");
    }
}
