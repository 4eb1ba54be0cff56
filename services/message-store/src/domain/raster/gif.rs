//! A GIF without what is not a picture (GIF89a, sections 17 to 27): frames and how they follow one another stay, comments,
//! texts, foreign extensions and whatever stands behind the end go.

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const END: u8 = 0x3b;
const GRAPHIC_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;
/// Applications whose extension says how often an animation is repeated.
const LOOPS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// The GIF, cleaned; `None` when it has no whole frame. A GIF that breaks off ends after its last whole frame.
pub(super) fn without_metadata(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { rest: bytes };
    let mut kept = Vec::with_capacity(bytes.len());
    let header = reader.take(13)?;
    kept.extend_from_slice(header);
    kept.extend_from_slice(reader.take(color_table_bytes(*header.get(10)?))?);
    let mut frames = 0;
    while let Some(block) = reader.block() {
        match block {
            Block::Frame(bytes) => {
                kept.extend_from_slice(bytes);
                frames += 1;
            }
            Block::Control(bytes) => kept.extend_from_slice(bytes),
            Block::Foreign => {}
            Block::End => break,
        }
    }
    kept.push(END);
    (frames > 0).then_some(kept)
}

/// Bytes of the table of colours that the flags announce.
const fn color_table_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 0x07) + 1) }
}

enum Block<'b> {
    /// A frame, with its own colours.
    Frame(&'b [u8]),
    /// How frames follow one another.
    Control(&'b [u8]),
    /// Something else.
    Foreign,
    End,
}

struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// The next block; `None` when it breaks off or is none.
    fn block(&mut self) -> Option<Block<'b>> {
        let whole = self.rest;
        let kind = *self.take(1)?.first()?;
        let is_kept = match kind {
            END => return Some(Block::End),
            IMAGE => {
                let descriptor = self.take(9)?;
                self.take(color_table_bytes(*descriptor.get(8)?))?;
                // Bits of a code.
                self.take(1)?;
                true
            }
            EXTENSION => {
                let label = *self.take(1)?.first()?;
                label == GRAPHIC_CONTROL || (label == APPLICATION && self.is_loop())
            }
            _ => return None,
        };
        while self.sub_block()? > 0 {}
        let read = whole.get(..whole.len() - self.rest.len())?;
        Some(match (is_kept, kind) {
            (true, IMAGE) => Block::Frame(read),
            (true, _) => Block::Control(read),
            (false, _) => Block::Foreign,
        })
    }

    fn is_loop(&self) -> bool {
        // The loop itself is one sub-block of three bytes: 1 and how often.
        LOOPS.iter().any(|name| {
            self.rest.get(1..12) == Some(*name)
                && self.rest.get(12..14) == Some(&[3, 1])
                && self.rest.get(16) == Some(&0)
        })
    }

    /// Passes a sub-block; tells its length, 0 for the last one.
    fn sub_block(&mut self) -> Option<usize> {
        let length = usize::from(*self.take(1)?.first()?);
        self.take(length)?;
        Some(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One red pixel, shown twice, with a comment, a foreign extension and something behind the end.
    fn gif() -> Vec<u8> {
        let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0".to_vec();
        gif.extend_from_slice(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0");
        gif.extend_from_slice(b"\x21\xfe\x06secret\0");
        gif.extend_from_slice(b"\x21\xff\x0bXMP DataXMP\x06secret\0");
        for _ in 0..2 {
            gif.extend_from_slice(b"\x21\xf9\x04\0\x0a\0\0\0");
            gif.extend_from_slice(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0");
        }
        gif.extend_from_slice(b"\x3bsecret<script>");
        gif
    }

    #[test]
    fn frames_and_their_repetition_stay_and_nothing_else() {
        let kept = without_metadata(&gif()).unwrap();
        assert!(!kept.windows(6).any(|window| window == b"secret"), "{kept:?}");
        assert!(kept.windows(11).any(|window| window == b"NETSCAPE2.0"));
        assert_eq!(kept.iter().filter(|byte| **byte == IMAGE).count(), 2);
        assert_eq!(without_metadata(&kept).unwrap(), kept);
    }

    #[test]
    fn one_that_breaks_off_ends_after_its_last_whole_frame() {
        let whole = gif();
        let end = whole.iter().rposition(|byte| *byte == 0x44).unwrap();
        let kept = without_metadata(&whole[..end]).unwrap();
        assert_eq!(kept.iter().filter(|byte| **byte == IMAGE).count(), 1);
        assert_eq!(kept.last(), Some(&END));
        for length in 0..60 {
            assert_eq!(without_metadata(&whole[..length]), None, "{length}");
        }
    }
}
