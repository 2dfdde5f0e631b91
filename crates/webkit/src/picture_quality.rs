use crate::images::{ImageFlaw, decoded};

/// What plain arithmetic over the pixels of a picture says of how well one can see what is on it. What the picture shows is not
/// looked at: nothing here knows a face, a document or a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureQuality {
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Mean brightness, 0 (black) to 100 (white).
    pub brightness: u8,
    /// How much neighbouring pixels differ: the variance of the Laplacian over brightness 0 to 255 (Pech-Pacheco and others, 2000).
    pub sharpness: u32,
}

/// The longer side below which the letters of a card cannot be read.
const SIDE_LEAST: u32 = 600;
const DARK_BELOW: u8 = 20;
const BRIGHT_ABOVE: u8 = 85;
const BLURRED_BELOW: u32 = 40;
/// Pixels beyond this many a side are skipped evenly: the measure is one of the picture as it is looked at.
const SAMPLED_SIDE: u32 = 800;

/// What may be wrong with a picture: a hint, never a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureHint {
    /// It has few pixels.
    Small,
    /// It is dark.
    Dark,
    /// It is very bright.
    Bright,
    /// It is blurred.
    Blurred,
}

impl PictureQuality {
    /// Measures a picture of at most so many pixels.
    pub fn measure(bytes: &[u8], max_pixels: u64) -> Result<Self, ImageFlaw> {
        let picture = decoded(bytes, max_pixels)?.into_luma8();
        let size = picture.dimensions();
        let step = (size.0.max(size.1) / SAMPLED_SIDE).max(1);
        let (width, height) = (size.0 / step, size.1 / step);
        let at = |x: u32, y: u32| i64::from(picture.get_pixel_checked(x * step, y * step).map_or(0, |pixel| pixel.0[0]));
        let (mut light, mut count, mut sum, mut squares) = (0, 0, 0, 0);
        for y in 0..height {
            for x in 0..width {
                light += at(x, y);
                count += 1;
                if x > 0 && y > 0 && x + 1 < width && y + 1 < height {
                    let edge = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y);
                    sum += edge;
                    squares += edge * edge;
                }
            }
        }
        let inner = (i64::from(width.saturating_sub(2)) * i64::from(height.saturating_sub(2))).max(1);
        let variance = (squares / inner - (sum / inner).pow(2)).max(0);
        Ok(Self {
            size,
            brightness: u8::try_from(light * 100 / (255 * count.max(1))).unwrap_or(100),
            sharpness: u32::try_from(variance).unwrap_or(u32::MAX),
        })
    }

    /// What somebody who looks at it may want to know.
    pub fn hints(&self) -> Vec<PictureHint> {
        let all = [
            (self.size.0.max(self.size.1) < SIDE_LEAST, PictureHint::Small),
            (self.brightness < DARK_BELOW, PictureHint::Dark),
            (self.brightness > BRIGHT_ABOVE, PictureHint::Bright),
            (self.sharpness < BLURRED_BELOW, PictureHint::Blurred),
        ];
        all.into_iter().filter(|(holds, _)| *holds).map(|(_, hint)| hint).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, GrayImage, ImageFormat, Luma};

    use super::*;

    fn measured(side: u32, pixel: impl Fn(u32, u32) -> u8) -> PictureQuality {
        let picture = GrayImage::from_fn(side, side, |x, y| Luma([pixel(x, y)]));
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageLuma8(picture).write_to(&mut out, ImageFormat::Png).unwrap();
        PictureQuality::measure(&out.into_inner(), 10_000_000).unwrap()
    }

    #[test]
    fn dark_bright_small_and_blurred_pictures_are_told_apart() {
        let board = |x: u32, y: u32| if (x / 4 + y / 4).is_multiple_of(2) { 40 } else { 200 };
        let good = measured(700, board);
        assert_eq!((good.size, good.hints()), ((700, 700), vec![]));
        assert_eq!(measured(300, board).hints(), [PictureHint::Small]);
        assert_eq!(measured(700, |_, _| 10).hints(), [PictureHint::Dark, PictureHint::Blurred]);
        assert_eq!(measured(700, |_, _| 250).hints(), [PictureHint::Bright, PictureHint::Blurred]);
        let slope = measured(700, |x, _| u8::try_from(x * 200 / 700).unwrap());
        assert_eq!(slope.hints(), [PictureHint::Blurred], "{slope:?}");
        assert!(measured(1_700, board).sharpness > 1_000, "large pictures are sampled");
    }
}
