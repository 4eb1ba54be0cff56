//! Passwords and keys that were made on this machine, kept in `<data dir>/secrets.json` with mode 600.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::data_dir::write_private;

/// All secrets of one data folder, each 32 random bytes as base64url, made when first asked for.
pub struct Secrets {
    path: PathBuf,
    values: BTreeMap<String, String>,
}

impl Secrets {
    /// Reads the file, or begins an empty one.
    ///
    /// # Errors
    /// When the file cannot be read or is no JSON object of texts.
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join("secrets.json");
        let values = match std::fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).with_context(|| format!("{} is damaged", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        Ok(Self { path, values })
    }

    /// The secret of this name, if there is one.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    /// The secret of this name: the same in every run of this data folder.
    ///
    /// # Errors
    /// When a new one cannot be made or written.
    pub fn get(&mut self, name: &str) -> anyhow::Result<String> {
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        let value = random_32()?;
        self.values.insert(name.to_owned(), value.clone());
        write_private(&self.path, &serde_json::to_vec_pretty(&self.values)?)?;
        Ok(value)
    }
}

/// 32 random bytes, base64url without padding: 43 letters that need no quoting in URLs, SQL and shells.
///
/// # Errors
/// When the system gives no randomness.
pub fn random_32() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A short random name for files and databases: 12 letters of `0-9a-f`.
///
/// # Errors
/// When the system gives no randomness.
pub fn random_name() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 6];
    rand::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_stays_the_same_and_is_private() {
        let scratch = crate::scratch::Scratch::new("secrets").unwrap();
        let first = Secrets::open(scratch.path()).unwrap().get("redis").unwrap();
        let mut again = Secrets::open(scratch.path()).unwrap();
        assert_eq!(again.get("redis").unwrap(), first);
        assert_ne!(again.get("nats").unwrap(), first);
        assert_eq!((again.find("redis"), again.find("other")), (Some(first.clone()), None));
        assert_eq!(URL_SAFE_NO_PAD.decode(&first).unwrap().len(), 32);
        let mode = scratch.path().join("secrets.json").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
