//! A picture in pixels: flat shapes and lines of text, written as a PNG.
//! Spec: <https://www.w3.org/TR/png-3/>

use ab_glyph_rasterizer::{Rasterizer, point};

use super::lettering::Line;
use crate::bake::png::{self, Pixels};

/// Red, green and blue.
pub type Colour = [u8; 3];

pub const WHITE: Colour = [255; 3];

/// What shapes are put upon, one over the other.
pub struct Canvas {
    width: usize,
    height: usize,
    /// Row by row: red, green, blue, and how opaque, not multiplied.
    pixels: Vec<[u8; 4]>,
}

impl Canvas {
    /// Nothing but `ground`, or nothing at all.
    pub fn new(width: usize, height: usize, ground: Option<Colour>) -> Self {
        let pixel = ground.map_or([0; 4], |[r, g, b]| [r, g, b, 255]);
        Self { width, height, pixels: vec![pixel; width * height] }
    }

    /// A shape whose outlines are closed by themselves; where two of them run in
    /// opposite directions, the inner one is a hole. All of it is inside the picture.
    pub fn fill(&mut self, outlines: &[Vec<(f32, f32)>], colour: Colour, opacity: f32) {
        // Only where the shape is: a picture is large, and shapes are many.
        let corners = || outlines.iter().flatten();
        let left = corners().fold(f32::MAX, |least, corner| least.min(corner.0)).floor();
        let top = corners().fold(f32::MAX, |least, corner| least.min(corner.1)).floor();
        let right = corners().fold(0.0, |most: f32, corner| most.max(corner.0)).ceil();
        let bottom = corners().fold(0.0, |most: f32, corner| most.max(corner.1)).ceil();
        let mut shape = Rasterizer::new((right - left) as usize, (bottom - top) as usize);
        for outline in outlines {
            let corners = outline.iter().map(|&(x, y)| point(x - left, y - top));
            for (from, to) in corners.clone().zip(corners.cycle().skip(1)) {
                shape.draw_line(from, to);
            }
        }
        shape.for_each_pixel_2d(|x, y, covered| {
            let (x, y) = (x as usize + left as usize, y as usize + top as usize);
            self.put(x, y, colour, covered * opacity);
        });
    }

    /// A line of text from the left end of its base line on.
    pub fn write(&mut self, line: &Line<'_>, (x, y): (f32, f32), colour: Colour, opacity: f32) {
        line.letters((x, y), |x, y, covered| {
            if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                self.put(x, y, colour, covered * opacity);
            }
        });
    }

    /// The same with the middle of the line at `x`.
    pub fn write_centred(
        &mut self,
        line: &Line<'_>,
        (x, y): (f32, f32),
        colour: Colour,
        opacity: f32,
    ) {
        self.write(line, (x - line.width() / 2.0, y), colour, opacity);
    }

    /// A PNG; what is opaque all over is written without saying so for each pixel.
    pub fn png(&self) -> Vec<u8> {
        let opaque = self.pixels.iter().all(|pixel| pixel[3] == 255);
        let (kind, taken) = if opaque { (Pixels::Colours, 3) } else { (Pixels::SeeThrough, 4) };
        let mut rows = Vec::with_capacity(self.height * (self.width * taken + 1));
        for row in self.pixels.chunks_exact(self.width) {
            // No filter: of flat shapes and letters, "as above" gives files that are a third longer.
            rows.push(0);
            rows.extend(row.iter().flat_map(|pixel| &pixel[..taken]));
        }
        let side = |pixels: usize| u32::try_from(pixels).expect("a picture of ours is small");
        png::write(side(self.width), side(self.height), kind, &rows)
    }

    /// Lays a colour over one pixel; beside the picture is nothing to lay it on.
    fn put(&mut self, x: usize, y: usize, colour: Colour, opacity: f32) {
        let over = opacity.clamp(0.0, 1.0);
        if over == 0.0 || x >= self.width || y >= self.height {
            return;
        }
        let pixel = &mut self.pixels[y * self.width + x];
        let under = f32::from(pixel[3]) / 255.0 * (1.0 - over);
        let whole = over + under;
        for (below, above) in pixel.iter_mut().zip(colour) {
            let mixed = (f32::from(above) * over + f32::from(*below) * under) / whole;
            *below = mixed.round() as u8;
        }
        pixel[3] = (whole * 255.0).round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(from: f32, to: f32) -> Vec<(f32, f32)> {
        vec![(from, from), (to, from), (to, to), (from, to)]
    }

    #[test]
    fn a_shape_covers_its_inside_and_half_of_a_pixel_that_it_halves() {
        let mut canvas = Canvas::new(8, 8, None);
        canvas.fill(&[square(1.0, 4.5)], [200, 100, 0], 1.0);
        assert_eq!(canvas.pixels[0], [0; 4]);
        assert_eq!(canvas.pixels[8 + 1], [200, 100, 0, 255]);
        assert_eq!(canvas.pixels[8 + 4], [200, 100, 0, 128]);
        assert_eq!(canvas.pixels[8 + 5][3], 0);
    }

    #[test]
    fn an_outline_the_other_way_round_is_a_hole_and_colours_mix() {
        let mut canvas = Canvas::new(8, 8, Some(WHITE));
        let hole: Vec<_> = square(2.0, 6.0).into_iter().rev().collect();
        canvas.fill(&[square(1.0, 7.0), hole], [0; 3], 0.5);
        assert_eq!(canvas.pixels[8 + 1], [128, 128, 128, 255]);
        assert_eq!(canvas.pixels[3 * 8 + 3], [255; 4]);
    }

    #[test]
    fn what_is_written_has_the_size_that_was_asked_for() {
        let clear = Canvas::new(30, 20, None).png();
        assert_eq!(png::size(&clear), Some((30, 20)));
        // Colour type 6 has transparency, 2 has none.
        assert_eq!(clear[25], 6);
        assert_eq!(Canvas::new(30, 20, Some(WHITE)).png()[25], 2);
    }
}
