use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::l10n::L10n;

/// A picture that was decoded and written anew, so that nothing is left of what its file had beside the picture: place,
/// time, device, thumbnails, comments, and whatever was hidden behind its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanImage {
    /// The new file.
    pub bytes: Vec<u8>,
    /// Its media type: `image/jpeg`, `image/png` or `image/webp`.
    pub media_type: &'static str,
    /// Width and height in pixels, as it is meant to be looked at.
    pub size: (u32, u32),
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageFlaw {
    /// It is no JPEG, PNG or WebP, whatever it is called.
    #[error("the file is no JPEG, PNG or WebP picture")]
    WrongKind,
    /// It says that it has more pixels than are taken. It was not decoded.
    #[error("the picture has more than {max_pixels} pixels")]
    TooLarge {
        /// The limit.
        max_pixels: u64,
    },
    /// It cannot be decoded.
    #[error("the picture is damaged")]
    Damaged,
}

/// Decodes a picture and writes it anew in its own format. The way it is to be turned, which stood in the metadata, is
/// carried out. How many pixels it has is read from its header and bounds the memory before anything is decoded. A file that is
/// something else as well is refused, although nothing of that would be left.
pub fn clean_image(bytes: &[u8], max_pixels: u64) -> Result<CleanImage, ImageFlaw> {
    if is_something_else_too(bytes) {
        return Err(ImageFlaw::WrongKind);
    }
    let format = image::guess_format(bytes).map_err(|_| ImageFlaw::WrongKind)?;
    let media_type = match format {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
        ImageFormat::WebP => "image/webp",
        _ => return Err(ImageFlaw::WrongKind),
    };
    let picture = decode(bytes, format, max_pixels)?;
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).map_err(|_| ImageFlaw::Damaged)?;
    Ok(CleanImage { bytes: out.into_inner(), media_type, size: (picture.width(), picture.height()) })
}

/// A picture that was written by [`clean_image`], for measuring.
pub(crate) fn decoded(bytes: &[u8], max_pixels: u64) -> Result<DynamicImage, ImageFlaw> {
    let format = image::guess_format(bytes).map_err(|_| ImageFlaw::WrongKind)?;
    decode(bytes, format, max_pixels)
}

/// Whether other programs would take the file for a PDF document, an archive or a page: by the marks that they look for, where
/// they look for them.
fn is_something_else_too(bytes: &[u8]) -> bool {
    let holds = |part: &[u8], mark: &[u8]| part.windows(mark.len()).any(|window| window.eq_ignore_ascii_case(mark));
    let head = bytes.get(..1024).unwrap_or(bytes);
    // A ZIP archive is read from its end: a record of 22 bytes and a comment of at most 65,535.
    let tail = bytes.get(bytes.len().saturating_sub(65_557)..).unwrap_or(bytes);
    [b"%PDF-".as_slice(), b"<html", b"<script", b"<?php"].iter().any(|mark| holds(head, mark)) || holds(tail, b"PK\x05\x06")
}

/// Eight bits a channel: what pages show, and what every encoder here can write.
fn decode(bytes: &[u8], format: ImageFormat, max_pixels: u64) -> Result<DynamicImage, ImageFlaw> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    // Sixteen bits in four channels, and a second copy while it is turned.
    limits.max_alloc = Some(max_pixels.saturating_mul(16));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| ImageFlaw::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > max_pixels {
        return Err(ImageFlaw::TooLarge { max_pixels });
    }
    let turned = decoder.orientation().map_err(|_| ImageFlaw::Damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| ImageFlaw::Damaged)?;
    picture.apply_orientation(turned);
    let opaque = format == ImageFormat::Jpeg || !picture.color().has_alpha();
    Ok(if opaque { DynamicImage::ImageRgb8(picture.into_rgb8()) } else { DynamicImage::ImageRgba8(picture.into_rgba8()) })
}

impl ImageFlaw {
    /// One sentence for the page. `t` are the shell's words ([`crate::texts`]).
    pub fn sentence(self, t: &L10n) -> String {
        t.get(match self {
            Self::WrongKind => "file-not-picture",
            Self::TooLarge { .. } => "file-too-many-pixels",
            Self::Damaged => "file-damaged",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &[u8] = b"22.3193N 114.1694E";
    const MANY: u64 = 1_000_000;

    /// A red picture with a blue corner, wider than high.
    fn picture(format: ImageFormat) -> Vec<u8> {
        let mut pixels = image::RgbImage::from_pixel(32, 16, image::Rgb([200, 0, 0]));
        for at in 0..8 {
            (0..8).for_each(|y| pixels.put_pixel(at, y, image::Rgb([0, 0, 200])));
        }
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(pixels).write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// An EXIF block (TIFF 6.0, big-endian) that says "turn me by 90 degrees", has a GPS directory, and the place in it.
    fn exif() -> Vec<u8> {
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
        tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0]);
        let length = u8::try_from(PLACE.len()).unwrap();
        tiff.extend([0, 1, 0, 2, 0, 2, 0, 0, 0, length, 0, 0, 0, 56, 0, 0, 0, 0]);
        tiff.extend(PLACE);
        tiff
    }

    fn jpeg_with_place() -> Vec<u8> {
        let (plain, exif) = (picture(ImageFormat::Jpeg), [b"Exif\0\0".as_slice(), &exif()].concat());
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..], PLACE].concat()
    }

    fn png_with_place() -> Vec<u8> {
        let plain = picture(ImageFormat::Png);
        let chunk = |name: &[u8], content: &[u8]| {
            let mut sum = flate2::Crc::new();
            sum.update(name);
            sum.update(content);
            let length = u32::try_from(content.len()).unwrap().to_be_bytes();
            [&length, name, content, &sum.sum().to_be_bytes()].concat()
        };
        let text = [b"Comment\0".as_slice(), PLACE].concat();
        // After the signature and the header chunk.
        [&plain[..33], &chunk(b"eXIf", &exif()), &chunk(b"tEXt", &text), &plain[33..]].concat()
    }

    fn webp_with_place() -> Vec<u8> {
        let (plain, exif) = (picture(ImageFormat::WebP), exif());
        let mut file = [&plain[..], b"EXIF", &u32::try_from(exif.len()).unwrap().to_le_bytes(), &exif].concat();
        let length = u32::try_from(file.len() - 8).unwrap().to_le_bytes();
        file[4..8].copy_from_slice(&length);
        file
    }

    fn holds(bytes: &[u8], needle: &[u8]) -> bool {
        bytes.windows(needle.len()).any(|window| window == needle)
    }

    #[test]
    fn no_place_survives_in_any_format() {
        for (file, kind) in [(jpeg_with_place(), "image/jpeg"), (png_with_place(), "image/png"), (webp_with_place(), "image/webp")] {
            assert!(holds(&file, PLACE), "{kind}: the place is there at first");
            let clean = clean_image(&file, MANY).unwrap();
            assert_eq!(clean.media_type, kind);
            for trace in [PLACE, b"Exif", b"EXIF", b"eXIf", b"tEXt"] {
                assert!(!holds(&clean.bytes, trace), "{kind}: {}", String::from_utf8_lossy(trace));
            }
            let again = image::load_from_memory(&clean.bytes).unwrap();
            assert_eq!((again.width(), again.height()), clean.size);
        }
    }

    #[test]
    fn a_file_that_is_a_picture_and_something_else_is_refused() {
        let plain = picture(ImageFormat::Jpeg);
        let comment = |text: &[u8]| {
            let length = u16::try_from(text.len() + 2).unwrap().to_be_bytes();
            [&plain[..2], &[0xff, 0xfe], &length, text, &plain[2..]].concat()
        };
        assert!(clean_image(&comment(b"a comment"), MANY).is_ok());
        let archive = [plain.as_slice(), b"PK\x05\x06", &[0; 18]].concat();
        for two in [comment(b"%PDF-1.7"), comment(b"<SCRIPT>alert(1)</SCRIPT>"), comment(b"<?php x"), archive] {
            assert_eq!(clean_image(&two, MANY), Err(ImageFlaw::WrongKind));
        }
    }

    #[test]
    fn a_picture_that_lay_on_its_side_stands_afterwards() {
        let clean = clean_image(&jpeg_with_place(), MANY).unwrap();
        assert_eq!(clean.size, (16, 32));
        let pixels = image::load_from_memory(&clean.bytes).unwrap().into_rgb8();
        assert!(pixels.get_pixel(14, 2)[2] > 150 && pixels.get_pixel(2, 2)[0] > 150, "turned to the right");
    }

    #[test]
    fn what_is_too_large_is_not_decoded_and_what_is_no_picture_is_refused() {
        let mut bomb = picture(ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        let sum = {
            let mut sum = flate2::Crc::new();
            sum.update(&bomb[12..29]);
            sum.sum().to_be_bytes()
        };
        bomb[29..33].copy_from_slice(&sum);
        assert_eq!(clean_image(&bomb, MANY), Err(ImageFlaw::TooLarge { max_pixels: MANY }));
        assert_eq!(clean_image(&picture(ImageFormat::Png), 511), Err(ImageFlaw::TooLarge { max_pixels: 511 }));
        for other in [b"".as_slice(), b"%PDF-1.7", b"GIF89a\x01\0\x01\0\0\0\0;", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"] {
            assert_eq!(clean_image(other, MANY), Err(ImageFlaw::WrongKind));
        }
        for (format, cut) in [(ImageFormat::Png, 60), (ImageFormat::Jpeg, 60), (ImageFormat::WebP, 25), (ImageFormat::WebP, 12)] {
            assert_eq!(clean_image(&picture(format)[..cut], MANY), Err(ImageFlaw::Damaged), "{format:?} {cut}");
        }
    }
}
