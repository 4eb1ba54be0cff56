//! NATS: private, with a name and a password, JetStream on.

use std::path::Path;

use crate::binaries::{self, Found, Wanted, each_in};
use crate::child::Spec;
use crate::data_dir::write_private;
use crate::ready::Ready;
use crate::servers::{Server, loopback};

const USER: &str = "pulse";

/// Finds `nats-server`: `PULSE_NATS_BIN`, `.pulse/tools`, `PATH`.
///
/// # Errors
/// When there is none of version 2.10 or newer (2.9, which Debian 12 has, breaks key-value buckets).
pub fn find() -> anyhow::Result<Found> {
    let candidates = match binaries::from_env("PULSE_NATS_BIN") {
        Some(path) => vec![path],
        None => {
            let bundled = binaries::above_us(".pulse/tools/bin");
            bundled
                .into_iter()
                .chain(binaries::path_folders())
                .flat_map(|folder| each_in(&folder, &["nats-server"]))
                .collect()
        }
    };
    Wanted { name: "NATS", variable: "PULSE_NATS_BIN", candidates, at_least: (2, 10) }.find()
}

/// Writes its settings into `folder`, where JetStream will keep its streams, and tells how to start it on `port` of
/// 127.0.0.1.
///
/// # Errors
/// When no program is found or the folder cannot be written.
pub fn prepare(folder: &Path, port: u16, password: &str) -> anyhow::Result<Server> {
    let program = find()?.path;
    std::fs::create_dir_all(folder)?;
    let settings = folder.join("nats.conf");
    let store = serde_json::to_string(&folder.join("jetstream"))?;
    let text = format!(
        "listen: \"127.0.0.1:{port}\"\n\
         authorization {{ user: \"{USER}\", password: \"{password}\" }}\n\
         jetstream {{ store_dir: {store}, max_memory_store: 256MB, max_file_store: 4GB }}\n"
    );
    write_private(&settings, text.as_bytes())?;
    let mut spec = Spec::new(program, folder.to_owned());
    spec.args = vec!["--config".into(), settings.into()];
    Ok(Server {
        spec,
        ready: Ready::Nats { addr: loopback(port) },
        url: format!("nats://{USER}:{password}@127.0.0.1:{port}"),
        routine: &["[INF]", "Plaintext passwords detected"],
    })
}
