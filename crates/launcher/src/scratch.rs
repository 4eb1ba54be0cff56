//! A temporary folder that every account can enter and that is removed when it is dropped.
//!
//! One whose owner was killed is removed by the next process that makes one.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, Uid};

const PREFIX: &str = "pulse-scratch-";

/// A folder below the system's temporary one, with mode 755, gone when this is dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes a folder; `purpose` is part of its name, for people who look into it.
    ///
    /// # Errors
    /// When the temporary folder cannot be written.
    pub fn new(purpose: &str) -> anyhow::Result<Self> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let name = format!("{PREFIX}{}-{purpose}-{}", std::process::id(), crate::secrets::random_name()?);
        let path = parent.join(name);
        std::fs::create_dir(&path).with_context(|| format!("cannot write to {}", parent.display()))?;
        let scratch = Self { path };
        std::fs::set_permissions(&scratch.path, Permissions::from_mode(0o755))?;
        Ok(scratch)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// A server that is just ending may still write its last file: try again for a moment.
fn remove(path: &Path) {
    for _ in 0..50 {
        if std::fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let Some(pid) = rest.split('-').next().and_then(|pid| pid.parse().ok()) else { continue };
        let ours = entry.metadata().is_ok_and(|meta| meta.uid() == Uid::effective().as_raw());
        let abandoned = kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH);
        if ours && abandoned {
            remove(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_gone_when_dropped() {
        let scratch = Scratch::new("drop").unwrap();
        let path = scratch.path().to_owned();
        std::fs::write(path.join("file"), b"x").unwrap();
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_killed_process_left_is_swept() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let left = std::env::temp_dir().join(format!("{PREFIX}{}-left-x", child.id()));
        std::fs::create_dir_all(&left).unwrap();
        let _other = Scratch::new("sweeper").unwrap();
        assert!(!left.exists());
    }
}
