//! The folder that holds all data of one installation: its lock, and files written so that a reader never sees half.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use nix::sys::statvfs::statvfs;
use serde::{Deserialize, Serialize};

/// Below this the databases of a fresh installation do not fit.
const MIN_FREE_BYTES: u128 = 256 * 1024 * 1024;

/// The data folder of a running installation. The lock is held until this is dropped, or until the process ends in
/// whatever way.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Who holds the lock; written for the message that the second one prints.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    url: String,
}

impl DataDir {
    /// Makes the folder if it is missing, and locks it. `url` is where this installation will be served.
    ///
    /// # Errors
    /// When another launcher runs on this folder, when it cannot be written, or when the disk is nearly full. The text
    /// says which, and what to do.
    pub fn open(path: &Path, url: &str) -> anyhow::Result<Self> {
        let unwritable =
            || format!("cannot write to {}; set PULSE_DATA_DIR to a folder of yours", path.display());
        std::fs::create_dir_all(path).with_context(unwritable)?;
        let path = path.canonicalize().with_context(unwritable)?;
        let lock_path = path.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut lock = options.open(&lock_path).with_context(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => anyhow::bail!(already_running(&path, &lock_path)),
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the data folder"),
        }
        check_free_space(&path)?;
        lock.set_len(0)?;
        lock.write_all(&serde_json::to_vec(&Holder { pid: std::process::id(), url: url.to_owned() })?)
            .with_context(unwritable)?;
        Ok(Self { path, _lock: lock })
    }

    /// Its absolute path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside, made with mode 755 if it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.path.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }
}

fn already_running(path: &Path, lock: &Path) -> String {
    let holder = std::fs::read(lock).ok().and_then(|bytes| serde_json::from_slice::<Holder>(&bytes).ok());
    let folder = path.display();
    match holder {
        Some(Holder { pid, url }) => format!(
            "already running from {folder} (pid {pid}): {url}\nstop that one first, or set PULSE_DATA_DIR and PULSE_PORT for a second one"
        ),
        None => format!("already running from {folder}"),
    }
}

fn check_free_space(path: &Path) -> anyhow::Result<()> {
    let stat = statvfs(path)?;
    // The widths differ between systems.
    let free = u128::from(stat.blocks_available()) * u128::from(stat.fragment_size());
    anyhow::ensure!(
        free >= MIN_FREE_BYTES,
        "the disk of {} is full ({} MiB free, {} MiB needed); make room, or set PULSE_DATA_DIR to another disk",
        path.display(),
        free / (1024 * 1024),
        MIN_FREE_BYTES / (1024 * 1024)
    );
    Ok(())
}

/// Writes a file with mode 600 in one step: readers see the old content or the new one, also after a power cut.
///
/// # Errors
/// When the folder cannot be written or the disk is full.
pub fn write_private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let temporary = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_launcher_on_one_folder_is_told_who_runs_there() {
        let scratch = crate::scratch::Scratch::new("lock").unwrap();
        let first = DataDir::open(scratch.path(), "http://localhost:1").unwrap();
        let refused = DataDir::open(scratch.path(), "http://localhost:2").unwrap_err().to_string();
        assert!(refused.contains("already running"), "{refused}");
        assert!(refused.contains("http://localhost:1"), "{refused}");
        assert!(refused.contains(&std::process::id().to_string()), "{refused}");
        drop(first);
        DataDir::open(scratch.path(), "http://localhost:2").unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_gives_a_clear_line() {
        let scratch = crate::scratch::Scratch::new("unwritable").unwrap();
        let file = scratch.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let refused = DataDir::open(&file.join("data"), "http://localhost:1").unwrap_err().to_string();
        assert!(refused.contains("set PULSE_DATA_DIR"), "{refused}");
    }
}
