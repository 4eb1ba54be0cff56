//! A real server that speaks S3, with a bucket and one identity: the program `weed` (SeaweedFS) of `tools/setup --check`.
//! Requests must be signed by that identity; what the bucket holds is looked up beside S3, in the folders it stands for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use nix::sys::signal::Signal;
use pulse_launcher::child::{Output, Running, Spec, Tail};
use pulse_launcher::ports::free_port;
use pulse_launcher::scratch::Scratch;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::wait::eventually;

const BUCKET: &str = "files";
const ACCESS_KEY_ID: &str = "test-key";
const SECRET_ACCESS_KEY: &str = "test-secret-of-forty-characters-or-so-00";
/// It elects itself and waits for its parts: some three seconds, more on a busy machine.
const START: Duration = Duration::from_secs(60);
/// Another test may take a port between our choice and the server's start.
const ATTEMPTS: usize = 3;
/// Parts of the server, each with a port for HTTP and one for gRPC.
const PARTS: [&str; 4] = ["s3", "filer", "master", "volume"];
/// How Go's `fs.FileMode` marks a folder.
const FOLDER: u64 = 1 << 31;

/// A server of the test's own; gone when dropped.
#[derive(Debug)]
pub struct S3 {
    // Before the folder: it must be dead before that is removed.
    running: Option<Running>,
    spec: Spec,
    /// For HTTP and gRPC of each of the parts.
    ports: Vec<u16>,
    http: reqwest::Client,
    scratch: Scratch,
}

impl S3 {
    /// Starts one with an empty bucket, and waits until it takes objects.
    ///
    /// # Errors
    /// When the program is missing or does not start; the text says why.
    pub async fn start() -> anyhow::Result<Self> {
        let mut attempt = 1;
        loop {
            let mut server = Self::prepare()?;
            match server.start_again().await {
                Ok(()) => return Ok(server),
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => attempt += 1,
            }
        }
    }

    fn prepare() -> anyhow::Result<Self> {
        let scratch = Scratch::new("s3")?;
        let identity = json!({ "identities": [{
            "name": "pulse",
            "credentials": [{ "accessKey": ACCESS_KEY_ID, "secretKey": SECRET_ACCESS_KEY }],
            // What the service needs, and nothing of buckets.
            "actions": [format!("Read:{BUCKET}"), format!("Write:{BUCKET}"), format!("List:{BUCKET}")],
        }]});
        let config = scratch.path().join("s3.json");
        std::fs::write(&config, identity.to_string())?;
        let mut spec = Spec::new(program()?, scratch.path().to_owned());
        let mut args = vec!["server".to_owned(), "-s3".to_owned(), "-s3.iam=false".to_owned()];
        args.push(format!("-s3.config={}", config.display()));
        args.push(format!("-dir={}", scratch.path().display()));
        let fixed = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.port.iceberg=0", "-s3.port.lance=0"];
        // It tells nobody that it runs, waits for nobody, and takes no more of the disk than tests need.
        let small = ["-master.telemetry=false", "-volume.preStopSeconds=0", "-master.volumeSizeLimitMB=64"];
        args.extend(fixed.into_iter().chain(small).map(str::to_owned));
        let mut ports = Vec::new();
        for part in PARTS {
            for kind in ["port", "port.grpc"] {
                let port = free_port()?;
                args.push(format!("-{part}.{kind}={port}"));
                ports.push(port);
            }
        }
        spec.args = args.into_iter().map(Into::into).collect();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
        Ok(Self { running: None, spec, ports, http, scratch })
    }

    /// `host:port` of it, for a proxy in front of it.
    #[must_use]
    pub fn addr(&self) -> String {
        format!("127.0.0.1:{}", self.ports.first().copied().unwrap_or_default())
    }

    /// The name of its bucket.
    #[must_use]
    pub const fn bucket(&self) -> &'static str {
        BUCKET
    }

    /// The id and the secret of its identity.
    #[must_use]
    pub const fn keys(&self) -> (&'static str, &'static str) {
        (ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    }

    /// Ends it by SIGKILL; what it holds stays.
    ///
    /// # Errors
    /// When the system cannot tell how it ended.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut running) = self.running.take() {
            running.signal(Signal::SIGKILL)?;
            running.wait().await?;
        }
        Ok(())
    }

    /// Starts it with what it held, and waits until it takes objects. Does nothing while it runs.
    ///
    /// # Errors
    /// When it does not start; the text has its last lines.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let log = self.scratch.path().join("log");
        let mut running = Running::start(&self.spec, &Output::File(&log))?;
        let outcome = tokio::select! {
            ready = eventually(START, || async { self.is_ready().await.ok() }) => ready,
            status = running.wait() => Err(anyhow::anyhow!("it ended: {}", status?)),
        };
        outcome.with_context(|| format!("the S3 server did not start:{}", Tail::of_file(&log)))?;
        self.running = Some(running);
        Ok(())
    }

    /// The bucket is there, something can be kept, and S3 answers.
    async fn is_ready(&self) -> anyhow::Result<()> {
        let bucket = self.filer(&format!("/buckets/{BUCKET}/"));
        let made = self.http.post(bucket).send().await?.status();
        anyhow::ensure!(made == 201 || made == 409, "the bucket could not be made: {made}");
        self.http.put(self.filer("/probe")).body("probe").send().await?.error_for_status()?;
        let nobody = self.http.get(format!("http://{}/{BUCKET}", self.addr())).send().await?;
        anyhow::ensure!(nobody.status() == 403, "who does not sign was answered {}", nobody.status());
        Ok(())
    }

    fn filer(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.ports.get(2).copied().unwrap_or_default())
    }

    /// Names of all objects, and of all parts of uploads that are not finished.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn objects(&self) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        let mut folders = vec![format!("/buckets/{BUCKET}")];
        while let Some(folder) = folders.pop() {
            let url = self.filer(&format!("{folder}/?limit=1000"));
            let listed = self.http.get(url).header(ACCEPT, "application/json").send().await?;
            if listed.status() == 404 {
                continue;
            }
            let listed: Value = listed.error_for_status()?.json().await?;
            for entry in listed.get("Entries").and_then(Value::as_array).into_iter().flatten() {
                let path = entry
                    .get("FullPath")
                    .and_then(Value::as_str)
                    .context("an entry without a path")?
                    .to_owned();
                let is_folder =
                    entry.get("Mode").and_then(Value::as_u64).is_some_and(|mode| mode & FOLDER != 0);
                // An upload that is not finished is a folder, also before its first part.
                let is_upload = folder.ends_with("/.uploads");
                if is_folder {
                    folders.push(path.clone());
                }
                if !is_folder || is_upload {
                    found.push(path);
                }
            }
        }
        Ok(found)
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.running = None;
        // It leaves sockets outside of its folder, named after its ports.
        for part in PARTS {
            for port in &self.ports {
                for name in
                    [format!("seaweedfs-{part}-{port}.sock"), format!("seaweedfs-{part}-grpc-{port}.sock")]
                {
                    let _missing = std::fs::remove_file(Path::new("/tmp").join(name));
                }
            }
        }
    }
}

/// Where `tools/setup --check` puts it, else in `PATH`.
fn program() -> anyhow::Result<PathBuf> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.pulse/tools/bin/weed");
    let found = if ours.is_file() { Some(ours) } else { pulse_launcher::binaries::in_path("weed") };
    found.context("`weed` was not found; run `tools/setup --check`")
}
