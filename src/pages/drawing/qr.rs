//! A page's address as a QR code, for paper.
//! Spec: ISO/IEC 18004. Error correction M: 15% of it may be covered or torn.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

use crate::bake::png::{self, Pixels};

/// The white edge that readers need, in modules.
const EDGE: i32 = 4;
/// The side of a module in the PNG, in pixels: large enough to print.
const MODULE: i32 = 16;

/// A QR code of some text.
pub struct Code(QrCode);

impl Code {
    /// `None` where the text is longer than a QR code can hold, 2,331 bytes.
    pub fn of(text: &str) -> Option<Self> {
        QrCode::encode_text(text, QrCodeEcc::Medium).ok().map(Self)
    }

    pub fn svg(&self) -> String {
        let side = self.0.size() + 2 * EDGE;
        let mut path = String::new();
        for y in 0..self.0.size() {
            let mut x = 0;
            while x < self.0.size() {
                // What is dark side by side is one bar.
                let dark = (x..self.0.size()).take_while(|&x| self.0.get_module(x, y)).count();
                if dark > 0 {
                    write!(path, "M{} {}h{dark}v1h-{dark}z", x + EDGE, y + EDGE)
                        .expect("a String takes any text");
                }
                x += 1.max(i32::try_from(dark).expect("a QR code has 177 modules at most"));
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path d=\"{path}\"/></svg>\n"
        )
    }

    pub fn png(&self) -> Vec<u8> {
        let side = (self.0.size() + 2 * EDGE) * MODULE;
        let mut rows = Vec::new();
        for y in 0..side {
            // A row of modules is drawn once; the rows below it repeat it (filter 2 is "as above").
            let first = y % MODULE == 0;
            rows.push(if first { 0 } else { 2 });
            let white = |x| !self.0.get_module(x / MODULE - EDGE, y / MODULE - EDGE);
            let eight = |from| {
                let bit = |byte: u8, x| byte << 1 | u8::from(first && white(x));
                (from..from + 8).fold(0, bit)
            };
            rows.extend((0..side).step_by(8).map(eight));
        }
        let side = side.unsigned_abs();
        png::write(side, side, Pixels::BlackAndWhite, &rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://badges.example.org/credentials/0123456789abcdef0123456789abcdef";

    #[test]
    fn both_forms_are_of_one_size_and_the_same_each_time() {
        let code = Code::of(PAGE).unwrap();
        let modules = code.0.size() + 2 * EDGE;
        let svg = code.svg();
        assert!(svg.contains(&format!("viewBox=\"0 0 {modules} {modules}\"")));
        // The three corners begin with a bar of seven.
        assert!(svg.contains("M4 4h7v1h-7z"));
        let png = code.png();
        assert_eq!(png::size(&png), Some((modules as u32 * 16, modules as u32 * 16)));
        assert!(png.len() < 4096 && svg.len() < 16_384, "{} {}", png.len(), svg.len());
        assert_eq!((svg, png), (code.svg(), code.png()));
    }

    #[test]
    fn the_edge_is_white_all_around() {
        let code = Code::of(PAGE).unwrap();
        let svg = code.svg();
        let path = svg.split("d=\"").nth(2).unwrap();
        for bar in path.split('M').skip(1) {
            let (x, rest) = bar.split_once(' ').unwrap();
            let y = rest.split('h').next().unwrap();
            let inside = EDGE..EDGE + code.0.size();
            assert!(inside.contains(&x.parse().unwrap()) && inside.contains(&y.parse().unwrap()));
        }
    }

    #[test]
    fn text_that_is_too_long_has_no_code() {
        assert!(Code::of(&"x".repeat(2331)).is_some());
        assert!(Code::of(&"x".repeat(2332)).is_none());
    }
}
