//! The account that PostgreSQL runs under when we are root, which it refuses to be.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_lc_rs::digest;
use nix::unistd::{Uid, User, chown};

/// An ordinary account of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its user id.
    pub uid: u32,
    /// Its main group.
    pub gid: u32,
}

impl Account {
    /// The account for servers that refuse root: `postgres` if the machine has it, else `nobody`. `None` when we are an
    /// ordinary user, who runs them as themself.
    ///
    /// # Errors
    /// When we are root on a machine that has neither account.
    pub fn for_servers() -> anyhow::Result<Option<Self>> {
        if !Uid::effective().is_root() {
            return Ok(None);
        }
        for name in ["postgres", "nobody"] {
            if let Some(user) = User::from_name(name)? {
                return Ok(Some(Self { uid: user.uid.as_raw(), gid: user.gid.as_raw() }));
            }
        }
        anyhow::bail!(
            "PostgreSQL does not run as root, and this machine has no account `postgres` or `nobody`"
        )
    }

    /// Whether the account may enter every folder on the way to `path`, and `path` itself.
    #[must_use]
    pub fn can_enter(&self, path: &Path) -> bool {
        let Ok(path) = path.canonicalize() else { return false };
        path.ancestors().all(|folder| {
            folder.metadata().is_ok_and(|meta| {
                let shift = match (meta.uid() == self.uid, meta.gid() == self.gid) {
                    (true, _) => 6,
                    (false, true) => 3,
                    (false, false) => 0,
                };
                (meta.mode() >> shift) & 1 == 1
            })
        })
    }

    /// Gives a file or folder to the account.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn take(&self, path: &Path) -> anyhow::Result<()> {
        chown(path, Some(self.uid.into()), Some(self.gid.into()))
            .with_context(|| format!("cannot hand {} to the account of PostgreSQL", path.display()))
    }
}

/// A folder that every account can reach, for what belongs to `origin` but lies behind a closed folder (a home with
/// mode 700). The same origin always gives the same folder, so data stay where they are from one run to the next.
///
/// # Errors
/// When neither `/var/lib` nor `/var/tmp` can be written.
pub fn open_folder_for(origin: &Path) -> anyhow::Result<PathBuf> {
    let hash = digest::digest(&digest::SHA256, origin.as_os_str().as_encoded_bytes());
    let name: String = hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let candidates = ["/var/lib/pulsechat", "/var/tmp/pulsechat"].map(|base| Path::new(base).join(&name));
    if let Some(kept) = candidates.iter().find(|folder| folder.is_dir()) {
        return Ok(kept.clone());
    }
    candidates
        .into_iter()
        .find(|folder| std::fs::create_dir_all(folder).is_ok())
        .context("neither /var/lib/pulsechat nor /var/tmp/pulsechat can be written")
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_closed_folder_is_closed_to_others_and_open_to_its_owner() {
        let scratch = crate::scratch::Scratch::new("account").unwrap();
        let inner = scratch.path().join("closed/inner");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::set_permissions(scratch.path().join("closed"), Permissions::from_mode(0o700)).unwrap();
        let meta = inner.metadata().unwrap();
        assert!(Account { uid: meta.uid(), gid: meta.gid() }.can_enter(&inner));
        assert!(!Account { uid: meta.uid() + 4711, gid: meta.gid() + 4711 }.can_enter(&inner));
        assert!(Account { uid: meta.uid() + 4711, gid: meta.gid() + 4711 }.can_enter(scratch.path()));
    }
}
