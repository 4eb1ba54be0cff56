//! A ZIP that is written without being kept: what is full of it goes out in chunks.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::domain::export::CHUNK_MAX;

/// Where the ZIP goes: bytes that nobody has taken yet.
#[derive(Debug, Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    /// The first full chunks, or all there is when `is_end`.
    fn take(&self, is_end: bool) -> Vec<Vec<u8>> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = bytes.len() - bytes.len() % CHUNK_MAX;
        let rest = if is_end { Vec::new() } else { bytes.split_off(full) };
        let taken = std::mem::replace(&mut *bytes, rest);
        taken.chunks(CHUNK_MAX).map(<[u8]>::to_vec).collect()
    }
}

/// A ZIP under way.
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Sink>>,
    sink: Sink,
    /// The document that is being written.
    name: String,
}

impl Archive {
    pub(super) fn new() -> Self {
        let sink = Sink::default();
        Self { zip: ZipWriter::new_stream(sink.clone()), sink, name: String::new() }
    }

    /// Writes to a document, which begins when the one before had another name; gives the chunks that are full by then.
    pub(super) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<Vec<u8>>, ZipError> {
        if self.name != name {
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .unix_permissions(0o600);
            self.zip.start_file(name, options)?;
            name.clone_into(&mut self.name);
        }
        self.zip.write_all(bytes)?;
        Ok(self.sink.take(false))
    }

    /// Writes the end; gives the chunks that are left.
    pub(super) fn finish(self) -> Result<Vec<Vec<u8>>, ZipError> {
        self.zip.finish()?;
        Ok(self.sink.take(true))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn chunks_are_full_but_for_the_last_and_one_after_the_other_a_zip() {
        let mut archive = Archive::new();
        let mut chunks = Vec::new();
        // Pseudo-random bytes, which can't be compressed.
        let mut state = 1_u64;
        let mut noise = Vec::new();
        for _ in 0..600_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            noise.push(u8::try_from(state >> 56).unwrap());
        }
        for piece in noise.chunks(50_000) {
            chunks.extend(archive.write("noise.bin", piece).unwrap());
        }
        chunks.extend(archive.write("a.json", b"[").unwrap());
        chunks.extend(archive.write("a.json", b"]").unwrap());
        chunks.extend(archive.finish().unwrap());
        let (last, full) = chunks.split_last().unwrap();
        assert!(full.len() >= 2 && full.iter().all(|chunk| chunk.len() == CHUNK_MAX));
        assert!(last.len() <= CHUNK_MAX && !last.is_empty());

        let mut zip = zip::ZipArchive::new(Cursor::new(chunks.concat())).unwrap();
        assert_eq!(zip.len(), 2);
        let mut read = Vec::new();
        zip.by_name("noise.bin").unwrap().read_to_end(&mut read).unwrap();
        assert!(read == noise);
        let mut text = String::new();
        zip.by_name("a.json").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "[]");
    }
}
