//! Exports: an archive of all data held on a person, made once it was asked for and kept for a day.

use std::time::Duration;

use pulse_types::{ExportId, UserId};

/// How long a finished archive can be read.
pub const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Most exports of one person within [`KEPT`].
pub const MAX_A_DAY: i64 = 5;
/// Longest piece of an archive in bytes.
pub const CHUNK_MAX: usize = 256 * 1024;

/// An export that is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Making {
    /// Which one.
    pub export_id: ExportId,
    /// Whose data it holds.
    pub user_id: UserId,
    /// How often it was taken up, this time included: whoever took it up before has lost it.
    pub attempt: i32,
}

/// What is known of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Size of the archive in bytes, once it is whole.
    pub size: Option<u64>,
}
