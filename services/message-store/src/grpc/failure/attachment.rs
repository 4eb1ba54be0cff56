//! What the failures of files become for the caller.

use pulse_rpc::{Failure, Reason};

use crate::clients::file_store::FileStoreError;
use crate::domain::raster::RasterFault;
use crate::ops::file::ReadFileError;
use crate::ops::picture::PictureError;
use crate::ops::upload::UploadError;

/// What the caller is told is down.
const FILES: &str = "the file store";
/// The field that holds the file.
const FILE: &str = "file";

impl From<FileStoreError> for Failure {
    fn from(error: FileStoreError) -> Self {
        Self::unavailable(FILES).with_source(error)
    }
}

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        let text = error.to_string();
        match error {
            UploadError::Empty => Self::invalid_field(FILE, "required", text),
            UploadError::TooLarge(_) => Self::new(Reason::TooLarge, text),
            UploadError::Raster(RasterFault::TooLarge) => Self::invalid_field(FILE, "too_large", text),
            UploadError::Raster(RasterFault::Unreadable) | UploadError::Unclean(_) => {
                Self::invalid_field(FILE, "invalid", text)
            }
            UploadError::BrokenOff => Self::new(Reason::Malformed, text),
            UploadError::Busy => Self::unavailable("the upload of files").with_source(error),
            UploadError::Files(error) => error.into(),
            UploadError::Store(error) => error.into(),
        }
    }
}

impl From<ReadFileError> for Failure {
    fn from(error: ReadFileError) -> Self {
        match error {
            ReadFileError::Address(fault) => Self::new(Reason::Forbidden, fault.to_string()),
            ReadFileError::NotFound => Self::not_found("file"),
            ReadFileError::Files(error) => error.into(),
            ReadFileError::Store(error) => error.into(),
        }
    }
}

impl From<PictureError> for Failure {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::Invalid => {
                Self::invalid_field("avatar_attachment_id", "invalid", error.to_string())
            }
            PictureError::NoRandomness(error) => Self::internal(error),
            PictureError::Store(error) => error.into(),
        }
    }
}
