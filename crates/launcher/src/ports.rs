//! Ports of this machine: free ones, kept from run to run, and who holds one that is taken.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_lc_rs::rand;

use crate::data_dir::write_private;

/// Listening ports come from below the range that systems give to outgoing connections (32768 on Linux, 49152 on
/// macOS): no passing connection can take the port of a process that is just being restarted.
const FIRST: u16 = 12_000;
const LAST: u16 = 32_000;

/// The ports of one data folder, by the name of who listens there; kept in `ports.json`.
pub struct Ports {
    path: PathBuf,
    kept: BTreeMap<String, u16>,
}

impl Ports {
    /// Reads the kept ports; a missing or damaged file means that new ones are chosen.
    #[must_use]
    pub fn open(data_dir: &Path) -> Self {
        let path = data_dir.join("ports.json");
        let kept = std::fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self { path, kept }
    }

    /// The port of this name on 127.0.0.1: the one of the last run if it is still free, else a new one.
    ///
    /// # Errors
    /// When no free port is found or the file cannot be written.
    pub fn get(&mut self, name: &str) -> anyhow::Result<u16> {
        if let Some(port) = self.kept.get(name).copied().filter(|port| is_free(*port)) {
            // Ours already when it was chosen by this process.
            reserve(port);
            return Ok(port);
        }
        let mut port = free_port()?;
        while self.kept.values().any(|kept| *kept == port) {
            port = free_port()?;
        }
        self.kept.insert(name.to_owned(), port);
        write_private(&self.path, &serde_json::to_vec_pretty(&self.kept)?)?;
        Ok(port)
    }
}

/// A port of 127.0.0.1 on which nobody listens now, and which no other process of ours is about to take. It stays ours until this
/// process ends.
///
/// # Errors
/// When a thousand random ones were all taken.
pub fn free_port() -> anyhow::Result<u16> {
    for _ in 0..1000 {
        let mut bytes = [0; 2];
        rand::fill(&mut bytes).context("the system gives no random bytes")?;
        let port = FIRST + u16::from_le_bytes(bytes) % (LAST - FIRST);
        if is_free(port) && reserve(port) {
            return Ok(port);
        }
    }
    anyhow::bail!("no free port between {FIRST} and {LAST}")
}

/// Takes a port between its choice and the moment somebody listens there: a lock that the system gives back with the end of this
/// process. False when another process has it. Where no lock can be had, the choice stands without one.
fn reserve(port: u16) -> bool {
    let folder = std::env::temp_dir().join(format!("pulse-ports-{}", nix::unistd::getuid()));
    if std::fs::create_dir_all(&folder).is_err() {
        return true;
    }
    let Ok(file) = std::fs::File::create(folder.join(port.to_string())) else { return true };
    match file.try_lock() {
        Ok(()) => {
            // Held for as long as this process lives.
            let _held: &'static mut std::fs::File = Box::leak(Box::new(file));
            true
        }
        Err(std::fs::TryLockError::WouldBlock) => false,
        Err(std::fs::TryLockError::Error(_)) => true,
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Whether this machine has the IPv6 loopback address.
#[must_use]
pub fn has_ipv6_loopback() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// Makes sure that the public port can be opened on each loopback address.
///
/// # Errors
/// When it is taken, with the holder's name if it can be found; or when this account may not open it.
pub fn require_public(port: u16) -> anyhow::Result<()> {
    let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop);
    let v6 =
        if has_ipv6_loopback() { TcpListener::bind((Ipv6Addr::LOCALHOST, port)).map(drop) } else { Ok(()) };
    match v4.and(v6) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let holder = holder(port).unwrap_or_else(|| "another process".to_owned());
            anyhow::bail!("port {port} is in use by {holder}; set PULSE_PORT to another one")
        }
        Err(error) => {
            Err(error).with_context(|| format!("cannot listen on port {port}; set PULSE_PORT to another one"))
        }
    }
}

/// Name and pid of the process that listens on a port, as far as `/proc` shows it to us.
fn holder(port: u16) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .find_map(|table| table.lines().find_map(|line| listening_inode(line, port)))?;
    let link = PathBuf::from(format!("socket:[{inode}]"));
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let mut processes =
        processes.filter(|entry| entry.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit));
    let process = processes.find(|process| {
        std::fs::read_dir(process.path().join("fd")).is_ok_and(|files| {
            files.flatten().any(|file| std::fs::read_link(file.path()).is_ok_and(|to| to == link))
        })
    })?;
    let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
    Some(format!("{} (pid {})", name.trim(), process.file_name().to_str()?))
}

/// The inode in a line of `/proc/net/tcp`, if it is a listening socket (state `0A`) on this port.
fn listening_inode(line: &str, port: u16) -> Option<u64> {
    let mut fields = line.split_whitespace();
    let local = fields.nth(1)?;
    let state = fields.nth(1)?;
    let inode = fields.nth(5)?.parse().ok()?;
    let listens = state == "0A" && local.rsplit(':').next() == Some(&format!("{port:04X}"));
    listens.then_some(inode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_kept_and_differ() {
        let scratch = crate::scratch::Scratch::new("ports").unwrap();
        let mut ports = Ports::open(scratch.path());
        let (a, b) = (ports.get("a").unwrap(), ports.get("b").unwrap());
        assert_ne!(a, b);
        assert_eq!(Ports::open(scratch.path()).get("a").unwrap(), a);
    }

    #[test]
    fn a_chosen_port_is_not_chosen_again_by_another_process() {
        let port = free_port().unwrap();
        assert!(!reserve(port), "it is held, as another process would find");
        assert!(is_free(port), "though nobody listens there yet");
    }

    #[test]
    fn a_kept_port_that_was_taken_is_replaced() {
        let scratch = crate::scratch::Scratch::new("ports").unwrap();
        let port = Ports::open(scratch.path()).get("a").unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        assert_ne!(Ports::open(scratch.path()).get("a").unwrap(), port);
    }

    #[test]
    fn a_public_port_in_use_names_its_holder() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let refused = require_public(port).unwrap_err().to_string();
        assert!(refused.contains(&format!("port {port} is in use by")), "{refused}");
        assert!(refused.contains("set PULSE_PORT"), "{refused}");
        if cfg!(target_os = "linux") {
            assert!(refused.contains(&format!("pid {}", std::process::id())), "{refused}");
        }
        drop(taken);
        require_public(port).unwrap();
    }

    #[test]
    fn a_listening_line_gives_its_inode() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0";
        assert_eq!(listening_inode(line, 8080), Some(4242));
        assert_eq!(listening_inode(line, 8081), None);
        assert_eq!(listening_inode(&line.replace(" 0A ", " 01 "), 8080), None);
    }
}
