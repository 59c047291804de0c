//! The mark of an achievement whose issuer gives no picture: its name and its
//! issuer on a hexagon whose shade follows from the name, as an SVG or a PNG.

use std::fmt::Write as _;

use super::canvas::{Canvas, WHITE};
use super::lettering::{Block, Face, Line, plain, wrap, writable};
use super::{hexagon, hsl, hue};

/// The widest that a line of the name may be, of 400 units: 298 are inside the
/// line around, and who opens the SVG may have a wider font.
const NAME_WIDTH: f32 = 250.0;
const NAME_LINES: usize = 4;
/// The sizes that a name is tried in.
const NAME_SIZES: [f32; 4] = [34.0, 30.0, 26.0, 22.0];
const ISSUER_WIDTH: f32 = 210.0;
const ISSUER_LINES: usize = 2;
const ISSUER_SIZES: [f32; 2] = [17.0, 15.0];
/// Where the issuer's last base line is.
const ISSUER_AT: f32 = 300.0;

/// The side of the PNG, in pixels.
const SIDE: f32 = 600.0;

/// An SVG of 400 by 400 units; the same names always draw the same.
pub fn svg(name: &str, issuer: &str) -> String {
    let mut texts = String::new();
    for Text { text, weight, size, y, opacity, .. } in texts_of(name, issuer) {
        let text = escape(&text);
        write!(
            texts,
            "<text x=\"200\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" \
             opacity=\"{opacity}\">{text}</text>"
        )
        .expect("a String takes any text");
    }
    let (hue, title) = (hue(name), escape(name));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img"><title>{title}</title>
<path d="M200 8 366 104v192L200 392 34 296V104Z" fill="hsl({hue},46%,34%)"/>
<path d="M200 26 350 113v174L200 374 50 287V113Z" fill="none" stroke="#fff" stroke-opacity=".55" stroke-width="3"/>
<g font-family="Open Sans,system-ui,sans-serif" text-anchor="middle" fill="#fff">{texts}</g></svg>
"##
    )
}

/// The same as a PNG, clear around the hexagon. Words that the font cannot write
/// are left out.
pub fn png(name: &str, issuer: &str) -> Vec<u8> {
    let side = SIDE as usize;
    let scale = SIDE / 400.0;
    let mut canvas = Canvas::new(side, side, None);
    let at = (0.0, 0.0);
    canvas.fill(&[hexagon(at, SIDE, 1.0)], hsl(hue(name), 46.0, 34.0), 1.0);
    // A line of 3 units, as wide as the one of the SVG, at nine tenths of the way out.
    let [outer, inner] = [0.914, 0.896].map(|part| hexagon(at, SIDE, part));
    canvas.fill(&[outer, inner.into_iter().rev().collect()], WHITE, 0.55);
    let (has_name, has_issuer) = (writable(&plain(name)), writable(&plain(issuer)));
    for Text { text, face, size, y, opacity, .. } in texts_of(name, issuer) {
        let has = if face == Face::Bold { has_name } else { has_issuer };
        if has {
            let line = Line { text: &text, face, size: size * scale };
            canvas.write_centred(&line, (200.0 * scale, y * scale), WHITE, opacity);
        }
    }
    canvas.png()
}

/// A line of the mark, in units.
struct Text {
    text: String,
    face: Face,
    /// As CSS counts it.
    weight: u16,
    size: f32,
    /// Its base line.
    y: f32,
    opacity: f32,
}

/// The name with the middle of its lines a little above the hexagon's, the issuer below.
fn texts_of(name: &str, issuer: &str) -> Vec<Text> {
    let name = wrap(&plain(name), Face::Bold, &NAME_SIZES, NAME_WIDTH, NAME_LINES);
    let issuer = wrap(&plain(issuer), Face::Regular, &ISSUER_SIZES, ISSUER_WIDTH, ISSUER_LINES);
    let beyond_first = |block: &Block| block.lines.len().saturating_sub(1) as f32;
    let step = name.size * 1.2;
    let first = 180.0 + name.size * 0.35 - step * beyond_first(&name) / 2.0;
    let bold = spread(name, first, step, |text, size, y| Text {
        text,
        face: Face::Bold,
        weight: 700,
        size,
        y,
        opacity: 1.0,
    });
    let step = issuer.size * 1.2;
    let first = ISSUER_AT - step * beyond_first(&issuer);
    let regular = spread(issuer, first, step, |text, size, y| Text {
        text,
        face: Face::Regular,
        weight: 400,
        size,
        y,
        opacity: 0.9,
    });
    bold.chain(regular).collect()
}

/// The lines of a block, each at its place, which is a tenth of a unit exact.
fn spread(
    block: Block,
    first: f32,
    step: f32,
    text: impl Fn(String, f32, f32) -> Text,
) -> impl Iterator<Item = Text> {
    let place = move |line: usize| ((first + step * line as f32) * 10.0).round() / 10.0;
    block.lines.into_iter().enumerate().map(move |(at, line)| text(line, block.size, place(at)))
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
    use crate::bake::{self, Picture};

    #[test]
    fn a_hostile_name_stays_text() {
        let svg = svg("<script>alert(1)</script>\u{0}", "A & \"B\"");
        assert!(!svg.contains("<script"));
        assert!(svg.contains("A &amp; &quot;B&quot;"));
    }

    #[test]
    fn the_same_names_draw_the_same_and_a_credential_can_be_baked_into_either() {
        let (name, issuer) = ("Restorative Practices", "NEA (example)");
        assert_eq!(svg(name, issuer), svg(name, issuer));
        let drawn = png(name, issuer);
        assert_eq!(drawn, png(name, issuer));
        assert_ne!(drawn, png("Other", issuer));
        assert_eq!(bake::png::size(&drawn), Some((600, 600)));
        assert!(drawn.len() < 64 * 1024, "{}", drawn.len());
        for (picture, bytes) in [(Picture::Png, drawn), (Picture::Svg, svg(name, issuer).into())] {
            let baked = picture.bake(&bytes, "{}").unwrap();
            assert_eq!(picture.open(&baked).unwrap().credential, "{}");
        }
    }

    #[test]
    fn a_name_in_letters_that_the_font_lacks_is_left_out_of_the_pixels() {
        let (with, without) = (png("実践", "Issuer"), png("実践", ""));
        assert!(with.len() > without.len());
        assert_eq!(png("実践", "発行"), without);
        assert!(svg("実践", "発行").contains(">実践</text>"));
    }
}
