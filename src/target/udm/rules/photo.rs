//! Photos. The server re-encodes each JPEG, so only the visible content is compared.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::imageops::{FilterType, resize};
use image::{ImageReader, Limits};

/// Photos are compared in this many parts per direction, each with the average colour of its pixels.
const PARTS: u32 = 8;

/// How much the colour of a part, of 255, may change by re-encoding as a JPEG of usual quality.
const TOLERANCE: u8 = 10;

/// Larger images are no photos of people, and would need too much memory.
const LONGEST_SIDE: u32 = 8_192;

/// Returns whether two photos in base64 show the same.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other
        || seen(one)
            .zip(seen(other))
            .is_some_and(|((size, parts), (other_size, other_parts))| {
                let mut differences = parts.iter().zip(&other_parts).map(|(a, b)| a.abs_diff(*b));
                size == other_size && differences.all(|difference| difference <= TOLERANCE)
            })
}

/// Size and colours.
fn seen(text: &str) -> Option<((u32, u32), Vec<u8>)> {
    let base64: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(base64).ok()?;
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    reader.limits(limits);
    let picture = reader.decode().ok()?.to_rgb8();
    let parts = resize(&picture, PARTS, PARTS, FilterType::Triangle);
    Some((picture.dimensions(), parts.into_raw()))
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

    use super::*;

    /// A picture with some content, as PNG and as JPEG.
    fn picture(turn: u8) -> (String, String) {
        let colour = |x: u32, y: u32| {
            let value = |n: u32| u8::try_from(n * 4 % 256).unwrap_or_default().wrapping_add(turn);
            Rgb([value(x), value(y), value(x + y)])
        };
        let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(48, 64, colour));
        let (mut png, mut jpeg) = (Cursor::new(Vec::new()), Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).unwrap();
        picture
            .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 75))
            .unwrap();
        (STANDARD.encode(png.into_inner()), STANDARD.encode(jpeg))
    }

    #[test]
    fn a_photo_is_the_same_in_another_file() {
        let (png, jpeg) = picture(0);
        assert!(same(&png, &jpeg) && same(&jpeg, &png));
        let (other, _) = picture(100);
        assert!(!same(&other, &jpeg));
        for nothing in ["", "AAAA", "%%%"] {
            assert!(!same(nothing, &jpeg), "{nothing}");
        }
    }
}
