//! The pictures that we draw ourselves: the mark of an achievement whose issuer
//! gives no picture, the preview that other sites show of a link, QR codes.
//!
//! Invariant: nothing here looks at a picture that somebody else made, and the
//! same words always draw the same bytes.

pub mod canvas;
pub mod lettering;
pub mod mark;
pub mod preview;
pub mod qr;

use sha2::{Digest as _, Sha256};

use canvas::Colour;

/// The hue of an achievement, in degrees, which follows from its name.
fn hue(name: &str) -> u16 {
    // 360 / 256, so that it fits.
    u16::from(Sha256::digest(name)[0]) * 45 / 32
}

/// A colour as CSS names it: `hsl(hue saturation% lightness%)`.
fn hsl(hue: u16, saturation: f32, lightness: f32) -> Colour {
    let chroma = saturation / 100.0 * (lightness / 100.0).min(1.0 - lightness / 100.0);
    let channel = |offset: f32| {
        let k = (offset + f32::from(hue) / 30.0) % 12.0;
        let value = lightness / 100.0 - chroma * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    };
    [channel(0.0), channel(8.0), channel(4.0)]
}

/// The six corners of the mark in a square of 400 units, its middle at (200, 200).
const CORNERS: [(f32, f32); 6] =
    [(200.0, 8.0), (366.0, 104.0), (366.0, 296.0), (200.0, 392.0), (34.0, 296.0), (34.0, 104.0)];

/// The mark, `part` of its full size, where a square of `side` pixels begins at (`x`, `y`).
fn hexagon((x, y): (f32, f32), side: f32, part: f32) -> Vec<(f32, f32)> {
    let place = |(across, down): (f32, f32)| {
        let at = |unit: f32| (200.0 + (unit - 200.0) * part) / 400.0 * side;
        (x + at(across), y + at(down))
    };
    CORNERS.map(place).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_css() {
        assert_eq!(hsl(0, 100.0, 50.0), [255, 0, 0]);
        assert_eq!(hsl(120, 100.0, 25.0), [0, 128, 0]);
        assert_eq!(hsl(240, 50.0, 75.0), [159, 159, 223]);
        assert_eq!(hsl(30, 0.0, 100.0), [255, 255, 255]);
    }
}
