//! A WebP without metadata (RFC 9649, section 2): pictures, transparency, frames and the colour profile stay; EXIF, XMP, unknown
//! chunks and whatever stands behind the end go.

/// Flags of `VP8X` that announce EXIF and XMP.
const METADATA_FLAGS: u8 = 0x08 | 0x04;
/// Bytes of a frame before its chunks.
const FRAME_HEADER_BYTES: usize = 16;

/// The WebP, cleaned; `None` when its chunks are not whole.
pub(super) fn without_metadata(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?;
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let chunks = bytes.get(12..size.checked_add(8)?)?;
    let mut kept = b"RIFF\0\0\0\0WEBP".to_vec();
    for chunk in Chunks(chunks) {
        let (name, body) = chunk?;
        match &name {
            b"VP8X" => {
                let mut body = body.to_vec();
                *body.first_mut()? &= !METADATA_FLAGS;
                write(&mut kept, name, &body)?;
            }
            b"ANMF" => write(&mut kept, name, &frame(body)?)?,
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => write(&mut kept, name, body)?,
            _ => {}
        }
    }
    let size = u32::try_from(kept.len() - 8).ok()?;
    kept.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    Some(kept)
}

fn frame(body: &[u8]) -> Option<Vec<u8>> {
    let (header, chunks) = body.split_at_checked(FRAME_HEADER_BYTES)?;
    let mut kept = header.to_vec();
    for chunk in Chunks(chunks) {
        let (name, body) = chunk?;
        if matches!(&name, b"VP8 " | b"VP8L" | b"ALPH") {
            write(&mut kept, name, body)?;
        }
    }
    Some(kept)
}

fn write(kept: &mut Vec<u8>, name: [u8; 4], body: &[u8]) -> Option<()> {
    kept.extend_from_slice(&name);
    kept.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
    kept.extend_from_slice(body);
    if body.len() % 2 == 1 {
        kept.push(0);
    }
    Some(())
}

/// Chunks with their names; `None` once for one that breaks off.
struct Chunks<'b>(&'b [u8]);

impl<'b> Iterator for Chunks<'b> {
    type Item = Option<([u8; 4], &'b [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let chunk = self.read();
        if chunk.is_none() {
            self.0 = &[];
        }
        Some(chunk)
    }
}

impl<'b> Chunks<'b> {
    fn read(&mut self) -> Option<([u8; 4], &'b [u8])> {
        let (header, rest) = self.0.split_at_checked(8)?;
        let name = header.get(..4)?.try_into().ok()?;
        let size = usize::try_from(u32::from_le_bytes(header.get(4..8)?.try_into().ok()?)).ok()?;
        let (body, rest) = rest.split_at_checked(size)?;
        // A body of odd length is filled up; some writers forget it at the end.
        self.0 = rest.get(size % 2..).unwrap_or_default();
        Some((name, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WEBP".to_vec();
        for (name, body) in chunks {
            write(&mut bytes, **name, body).unwrap();
        }
        let size = u32::try_from(bytes.len() - 8).unwrap();
        bytes[4..8].copy_from_slice(&size.to_le_bytes());
        bytes
    }

    #[test]
    fn pictures_and_colours_stay_and_nothing_else() {
        let mut frame_body = vec![0; FRAME_HEADER_BYTES];
        write(&mut frame_body, *b"VP8L", b"pixels").unwrap();
        write(&mut frame_body, *b"ODD ", b"secret").unwrap();
        let mut given = webp(&[
            (b"VP8X", &[0x2e, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            (b"ICCP", b"profile"),
            (b"ANIM", &[0; 6]),
            (b"ANMF", &frame_body),
            (b"EXIF", b"secret"),
            (b"XMP ", b"secret"),
            (b"ODD ", b"secret"),
        ]);
        given.extend_from_slice(b"secret");
        let kept = without_metadata(&given).unwrap();
        let mut frame_kept = vec![0; FRAME_HEADER_BYTES];
        write(&mut frame_kept, *b"VP8L", b"pixels").unwrap();
        let expected = webp(&[
            (b"VP8X", &[0x22, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            (b"ICCP", b"profile"),
            (b"ANIM", &[0; 6]),
            (b"ANMF", &frame_kept),
        ]);
        assert_eq!(kept, expected);
    }

    #[test]
    fn one_that_breaks_off_is_none() {
        let whole = webp(&[(b"VP8L", b"pixels")]);
        assert_eq!(without_metadata(&whole).as_ref(), Some(&whole));
        for length in 0..whole.len() {
            assert_eq!(without_metadata(&whole[..length]), None, "{length}");
        }
    }
}
