//! Where the server programs are: an explicit setting, `.pulse/tools`, `PATH`, the system's versioned folders.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

/// Major and minor version of a program.
pub type Version = (u32, u32);

/// A server program that was found and is new enough.
#[derive(Debug, Clone)]
pub struct Found {
    /// The program.
    pub path: PathBuf,
    /// Its version.
    pub version: Version,
}

/// What is looked for.
pub struct Wanted {
    /// What people call it.
    pub name: &'static str,
    /// Environment variable that names the place; nothing else is looked at then.
    pub variable: &'static str,
    /// Where it can be, best first.
    pub candidates: Vec<PathBuf>,
    /// The oldest version that works.
    pub at_least: Version,
}

impl Wanted {
    /// The first candidate that is new enough.
    ///
    /// # Errors
    /// When there is none: the text names those that are too old, and what to do.
    pub fn find(&self) -> anyhow::Result<Found> {
        let mut too_old = String::new();
        for path in self.candidates.iter().filter(|path| is_executable(path)) {
            match version_of(path) {
                Some(version) if version >= self.at_least => {
                    return Ok(Found { path: path.clone(), version });
                }
                Some((major, minor)) => {
                    too_old.push_str(&format!("\n  {} is {major}.{minor}", path.display()))
                }
                None => too_old.push_str(&format!("\n  {} tells no version", path.display())),
            }
        }
        let (major, minor) = self.at_least;
        anyhow::bail!(
            "{} {major}.{minor} or newer was not found; run `make setup`, or set {}{too_old}",
            self.name,
            self.variable
        )
    }
}

/// `folder/name` for each of the names.
pub(crate) fn each_in(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| folder.join(name)).collect()
}

/// A path from the environment; empty counts as absent.
pub(crate) fn from_env(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The folders of `PATH`.
pub(crate) fn path_folders() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// The first program of this name in `PATH`.
#[must_use]
pub fn in_path(name: &str) -> Option<PathBuf> {
    path_folders().into_iter().map(|folder| folder.join(name)).find(|path| is_executable(path))
}

/// The file or folder `relative` in the nearest folder at or above the working folder, else above our own program:
/// how `.pulse/tools` and `web/dist` are found from wherever in the work tree we are started.
#[must_use]
pub fn above_us(relative: &str) -> Option<PathBuf> {
    let starts = [env::current_dir().ok(), env::current_exe().ok()];
    starts.into_iter().flatten().find_map(|start| {
        start.ancestors().map(|folder| folder.join(relative)).find(|candidate| candidate.exists())
    })
}

/// Where `make setup` puts Python packages: `.pulse/tools/lib/python3.*/site-packages`.
pub(crate) fn site_packages() -> Option<PathBuf> {
    let lib = above_us(".pulse/tools/lib")?;
    let folders = std::fs::read_dir(lib).ok()?.flatten().map(|entry| entry.path().join("site-packages"));
    folders.filter(|folder| folder.is_dir()).max()
}

/// Folders below `parent` whose names are numbers, highest first.
pub(crate) fn numbered_folders(parent: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let number =
        |path: &Path| path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok());
    let mut folders: Vec<_> =
        entries.flatten().filter_map(|entry| Some((number(&entry.path())?, entry.path()))).collect();
    folders.sort_unstable_by(|a, b| b.cmp(a));
    folders.into_iter().map(|(_, path)| path).collect()
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

fn version_of(path: &Path) -> Option<Version> {
    let output = Command::new(path).arg("--version").output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

/// The first number with a dot in what `--version` printed: `postgres (PostgreSQL) 18.6`, `Valkey server v=9.1.2 …`,
/// `nats-server: v2.15.1`, `postgres (PostgreSQL) 15.18 (Debian …)`, `postgres (PostgreSQL) 19beta1`.
fn parse_version(text: &str) -> Option<Version> {
    text.split(|c: char| c.is_whitespace() || c == '=').find_map(|word| {
        let mut numbers = word.trim_start_matches('v').split(|c: char| !c.is_ascii_digit());
        let major = numbers.next()?.parse().ok()?;
        Some((major, numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)))
    })
}

/// The folder of a program and of its own libraries, copied (with all below it) to where every account can read it.
///
/// # Errors
/// When the copy cannot be written.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    let unfinished = to.with_extension("new");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    std::fs::create_dir_all(&unfinished)?;
    let copied = Command::new("cp").arg("-R").arg(from.join(".")).arg(&unfinished).status();
    anyhow::ensure!(
        copied.is_ok_and(|status| status.success()),
        "cannot copy {} to {}",
        from.display(),
        to.display()
    );
    std::fs::rename(&unfinished, to).with_context(|| format!("cannot write {}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_servers_print_them() {
        for (text, version) in [
            ("postgres (PostgreSQL) 18.6", Some((18, 6))),
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some((15, 18))),
            ("postgres (PostgreSQL) 19beta1", Some((19, 0))),
            ("Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64", Some((9, 1))),
            ("Redis server v=7.0.15 sha=00000000:0", Some((7, 0))),
            ("nats-server: v2.15.1", Some((2, 15))),
            ("no number here", None),
        ] {
            assert_eq!(parse_version(text), version, "{text}");
        }
    }

    #[test]
    fn a_program_that_is_too_old_is_named_with_what_to_do() {
        let scratch = crate::scratch::Scratch::new("old").unwrap();
        let old = scratch.path().join("nats-server");
        std::fs::write(&old, "#!/bin/sh\necho nats-server: v2.9.10\n").unwrap();
        std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o755)).unwrap();
        let wanted = Wanted {
            name: "NATS",
            variable: "PULSE_NATS_BIN",
            candidates: vec![scratch.path().join("absent"), old],
            at_least: (2, 10),
        };
        let refused = wanted.find().unwrap_err().to_string();
        assert!(refused.contains("NATS 2.10 or newer was not found"), "{refused}");
        assert!(refused.contains("make setup") && refused.contains("PULSE_NATS_BIN"), "{refused}");
        assert!(refused.contains("is 2.9"), "{refused}");
    }
}
