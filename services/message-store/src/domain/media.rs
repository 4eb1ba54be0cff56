//! What a file is, by its first bytes. What its uploader says is not believed.

use crate::domain::raster::Raster;

/// How many of the first bytes are looked at.
pub const HEAD_BYTES: usize = 8 * 1024;

/// What nothing more is known of.
const UNKNOWN: &str = "application/octet-stream";

/// What a file is, and so what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// A picture that is shown, and cleaned before.
    Raster(Raster),
    /// An image that may hold where it was taken, and that can't be cleaned here: it is refused.
    Unclean(&'static str),
    /// Anything else, kept byte for byte.
    Other(&'static str),
}

impl Media {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Raster(raster) => raster.media_type(),
            Self::Unclean(media_type) | Self::Other(media_type) => media_type,
        }
    }
}

/// Tells what a file is that begins with `head`: all of it, or its first [`HEAD_BYTES`].
#[must_use]
pub fn sniff(head: &[u8]) -> Media {
    let found = infer::get(head).map(|found| found.mime_type());
    match found {
        Some("image/jpeg") => Media::Raster(Raster::Jpeg),
        Some("image/png") => Media::Raster(Raster::Png),
        Some("image/gif") => Media::Raster(Raster::Gif),
        Some("image/webp") => Media::Raster(Raster::WebP),
        Some(
            unclean @ ("image/heif" | "image/avif" | "image/jxl" | "image/jp2" | "image/tiff"
            | "image/x-canon-cr2" | "image/vnd.ms-photo"),
        ) => Media::Unclean(unclean),
        Some("text/xml") | None => Media::Other(text_type(head, found.unwrap_or(UNKNOWN))),
        Some(other) => Media::Other(other),
    }
}

/// Text that no signature tells: a drawing, or plain text. `otherwise` when it is neither.
fn text_type(head: &[u8], otherwise: &'static str) -> &'static str {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end within a character.
        Err(error) if error.error_len().is_none() => {
            let whole = head.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return otherwise,
    };
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("<svg") || (start.starts_with('<') && start.contains("<svg")) {
        return "image/svg+xml";
    }
    let is_text = !text.chars().any(|character| {
        character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}')
    });
    if is_text && otherwise == UNKNOWN && !text.is_empty() { "text/plain" } else { otherwise }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_tell_what_a_file_is() {
        for (head, media) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], Media::Raster(Raster::Png)),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Media::Raster(Raster::Jpeg)),
            (b"GIF89a/*", Media::Raster(Raster::Gif)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Media::Raster(Raster::WebP)),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Media::Unclean("image/heif")),
            (b"II*\0\x08\0\0\0\0\0\0\0", Media::Unclean("image/tiff")),
            (b"%PDF-1.7", Media::Other("application/pdf")),
            (b"<!DOCTYPE html><script>", Media::Other("text/html")),
            (b" <svg xmlns='http://www.w3.org/2000/svg'>", Media::Other("image/svg+xml")),
            (b"<?xml version='1.0'?><!-- x --><svg>", Media::Other("image/svg+xml")),
            (b"<?xml version='1.0'?><note/>", Media::Other("text/xml")),
            (b"hello\n", Media::Other("text/plain")),
            ("né à Z\u{fc}ri".as_bytes(), Media::Other("text/plain")),
            (b"half a character \xc3", Media::Other("text/plain")),
            (b"\x01\x02\x03\xff", Media::Other(UNKNOWN)),
            (b"nul\0", Media::Other(UNKNOWN)),
        ] {
            assert_eq!(sniff(head), media, "{:?}", String::from_utf8_lossy(head));
        }
    }
}
