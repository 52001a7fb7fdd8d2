//! Photos: JPEG and PNG are taken and come back as another JPEG (recorded: create-user/get photo, get png photo).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The text of the JPEG that a server makes of a photo: the size is kept, the bytes are not.
///
/// It is no real conversion: the file has the right frame and size, and a comment that differs with the picture.
pub(super) fn converted(text: &str) -> Option<String> {
    let bytes = STANDARD.decode(text).ok()?;
    let (width, height) = png_size(&bytes).or_else(|| jpeg_size(&bytes))?;
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    jpeg.extend_from_slice(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
    jpeg.extend_from_slice(&[0xff, 0xfe, 0, 34]);
    jpeg.extend_from_slice(digest.as_ref());
    jpeg.extend_from_slice(&[0xff, 0xdb, 0, 67, 0]);
    jpeg.extend_from_slice(&[16; 64]);
    jpeg.extend_from_slice(&[0xff, 0xc0, 0, 11, 8]);
    jpeg.extend_from_slice(&height.to_be_bytes());
    jpeg.extend_from_slice(&width.to_be_bytes());
    jpeg.extend_from_slice(&[
        1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 0x3f, 0, 0x2b, 0xff, 0xd9,
    ]);
    Some(STANDARD.encode(jpeg))
}

fn png_size(bytes: &[u8]) -> Option<(u16, u16)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let number = |at: usize| {
        let four: [u8; 4] = rest.get(at..at + 4)?.try_into().ok()?;
        u16::try_from(u32::from_be_bytes(four)).ok()
    };
    (rest.get(4..8)? == b"IHDR").then_some(())?;
    Some((number(8)?, number(12)?))
}

/// Size in the first frame header.
fn jpeg_size(bytes: &[u8]) -> Option<(u16, u16)> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (&[0xff, marker], after) = rest.split_first_chunk::<2>()? else {
            return None;
        };
        let number = |at: usize| Some(u16::from_be_bytes(after.get(at..at + 2)?.try_into().ok()?));
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((number(5)?, number(3)?));
        }
        rest = after.get(usize::from(number(0)?)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A converted photo keeps its size, converts again, and differs from another one.
    #[test]
    fn conversion() {
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        let jpeg = converted(png).expect("a PNG");
        let bytes = STANDARD.decode(&jpeg).expect("base64");
        assert_eq!(jpeg_size(&bytes), Some((1, 1)));
        assert!(converted(&jpeg).is_some_and(|again| again != jpeg));
        assert_eq!(
            [converted("AAAA"), converted("%%%"), converted("")],
            [None, None, None]
        );
    }
}
