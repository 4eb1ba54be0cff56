//! The settings of files: where their bytes stand, how large they may be, and how their addresses are made.

use std::path::PathBuf;

use pulse_runtime::Reader;
use secrecy::SecretString;

use super::{Secret32, in_range};
use crate::clients::file_store::{Bucket, Place};
use crate::domain::address::Addresses;

/// Bytes of one file, at most, when nothing else is set.
const ATTACHMENT_MAX_BYTES: usize = 26_214_400;
/// Bytes of one file that can be set, at most: an upload is to be over within minutes.
const ATTACHMENT_MAX_BYTES_LIMIT: usize = 1024 * 1024 * 1024;
/// Where a bucket stands when nothing else is set.
const REGION: &str = "us-east-1";

/// Settings of files.
#[derive(Debug)]
pub struct FileSettings {
    /// `PULSE_MESSAGES_FILE_DIR`, or `PULSE_MESSAGES_S3_BUCKET` and what belongs to it: where the bytes stand.
    pub place: Place,
    /// `PULSE_MESSAGES_ATTACHMENT_MAX_BYTES`: the largest file.
    pub attachment_max_bytes: u64,
    /// `PULSE_MESSAGES_IMAGE_THREADS`: images cleaned at once.
    pub image_threads: usize,
    /// `PULSE_MESSAGES_UPLOADS_MAX`: uploads at once.
    pub uploads_max: usize,
    /// `PULSE_PUBLIC_URL` and `PULSE_MESSAGES_FILE_KEY`: how addresses are made.
    pub addresses: Addresses,
}

impl FileSettings {
    /// Reads them; faults stay with `read`.
    pub(super) fn read(read: &mut Reader) -> Option<Self> {
        let place = place(read);
        let attachment_max_bytes = in_range(
            read,
            "PULSE_MESSAGES_ATTACHMENT_MAX_BYTES",
            ATTACHMENT_MAX_BYTES,
            1..=ATTACHMENT_MAX_BYTES_LIMIT,
        );
        let image_threads = in_range(read, "PULSE_MESSAGES_IMAGE_THREADS", 1, 1..=256);
        let uploads_max = in_range(read, "PULSE_MESSAGES_UPLOADS_MAX", 32, 1..=4096);
        let public_url = public_url(read);
        let key = read.parsed_secret::<Secret32>("PULSE_MESSAGES_FILE_KEY");
        Some(Self {
            place: place?,
            attachment_max_bytes: u64::try_from(attachment_max_bytes?).unwrap_or(u64::MAX),
            image_threads: image_threads?,
            uploads_max: uploads_max?,
            addresses: Addresses::new(&public_url?, &key?.0),
        })
    }
}

fn public_url(read: &mut Reader) -> Option<String> {
    let url: String = read.required("PULSE_PUBLIC_URL")?;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        read.fault(
            "the public URL, PULSE_PUBLIC_URL, is written like https://chat.example.com, without a path",
        );
        return None;
    }
    Some(url)
}

fn place(read: &mut Reader) -> Option<Place> {
    let folder: Option<PathBuf> = read.optional("PULSE_MESSAGES_FILE_DIR")?;
    let name: Option<String> = read.optional("PULSE_MESSAGES_S3_BUCKET")?;
    let endpoint: Option<String> = read.optional("PULSE_MESSAGES_S3_ENDPOINT")?;
    let region = read.or("PULSE_MESSAGES_S3_REGION", REGION.to_owned())?;
    let access_key_id: Option<String> = read.optional("PULSE_MESSAGES_S3_ACCESS_KEY_ID")?;
    let secret_access_key = read.optional_secret::<String>("PULSE_MESSAGES_S3_SECRET_ACCESS_KEY")?;
    match (folder, name) {
        (_, Some(name)) => {
            if access_key_id.is_some() != secret_access_key.is_some() {
                read.fault(
                    "both PULSE_MESSAGES_S3_ACCESS_KEY_ID and PULSE_MESSAGES_S3_SECRET_ACCESS_KEY are set, or none of them",
                );
                return None;
            }
            let keys = access_key_id.zip(secret_access_key.map(SecretString::from));
            Some(Place::Bucket(Bucket { name, endpoint, region, keys }))
        }
        (Some(folder), None) => Some(Place::Folder(folder)),
        (None, None) => {
            read.fault(
                "either PULSE_MESSAGES_FILE_DIR or PULSE_MESSAGES_S3_BUCKET must say where files are kept",
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: &[(&str, &str)]) -> Result<FileSettings, String> {
        let common =
            [("PULSE_PUBLIC_URL", "https://chat.example"), ("PULSE_MESSAGES_FILE_KEY", &"A".repeat(43))];
        let mut read = Reader::from_pairs(common.into_iter().chain(more.iter().copied()));
        let settings = FileSettings::read(&mut read);
        read.finish(|| settings).map_err(|faults| faults.to_string())
    }

    #[test]
    fn files_stand_in_a_bucket_or_in_a_folder() {
        let place = read(&[("PULSE_MESSAGES_FILE_DIR", "/files")]).unwrap().place;
        assert!(matches!(place, Place::Folder(folder) if folder.as_os_str() == "/files"));
        let bucket = [
            ("PULSE_MESSAGES_FILE_DIR", "/files"),
            ("PULSE_MESSAGES_S3_BUCKET", "files"),
            ("PULSE_MESSAGES_S3_ACCESS_KEY_ID", "id"),
            ("PULSE_MESSAGES_S3_SECRET_ACCESS_KEY", "hush"),
        ];
        let settings = read(&bucket).unwrap();
        assert!(matches!(&settings.place, Place::Bucket(bucket) if bucket.region == REGION));
        assert!(!format!("{settings:?}").contains("hush"));
        assert!(read(&bucket[..3]).unwrap_err().contains("SECRET_ACCESS_KEY"));
        assert!(read(&[]).unwrap_err().contains("PULSE_MESSAGES_FILE_DIR"));
    }
}
