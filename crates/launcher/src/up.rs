//! `pulse up`: everything on one machine, in order, until a signal comes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::sync::mpsc;

use crate::data_dir::DataDir;
use crate::demo;
use crate::ports::{Ports, require_public};
use crate::ready::POLL;
use crate::secrets::Secrets;
use crate::servers::{self, nats, postgres, redis};
use crate::services::{Backing, Choices, Layout};
use crate::signals::Signals;
use crate::stack::{self, Stack};
use crate::supervise::{Event, Kept, Unit, What, keep, stop_all};
use crate::terminal::Terminal;

/// A start that takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(90);
/// Services find one another within this time after all are ready.
const PATIENCE_FOR_WHOLE: Duration = Duration::from_secs(15);
/// A process that ends this often before it was ever ready will not get better by itself.
const MAX_FAILED_STARTS: u32 = 5;
/// More events than all units together have at once; see [`keep`] for what a full channel means.
const EVENTS: usize = 64;

/// What to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder for all data.
    pub data_dir: PathBuf,
    /// Ports, URL, number of gateways.
    pub choices: Choices,
    /// Fill it with people who know each other.
    pub with_demo: bool,
    /// Start PostgreSQL, NATS and Redis alone.
    pub servers_only: bool,
}

/// Starts everything, says so, and watches until SIGINT, SIGTERM or SIGHUP; then stops gateways, services and servers,
/// in this order. The data stay. A second signal ends all at once.
///
/// # Errors
/// When something cannot be started: the text says what, and what to do. Nothing is left running.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let terminal = Terminal::new();
    raise_open_files()?;
    let mut signals = Signals::new()?;
    let data = DataDir::open(&options.data_dir, &options.choices.public_url)?;
    remove_stack(data.path())?;
    if !options.servers_only {
        require_public(options.choices.port)?;
    }
    let mut up = Up::new(terminal);
    let outcome = tokio::select! {
        outcome = up.start_and_watch(&options, &data) => outcome,
        () = signals.next() => Ok(()),
    };
    terminal.say("stopping");
    remove_stack(data.path())?;
    tokio::select! {
        () = up.stop() => terminal.say(&format!("stopped; the data stay in {}", data.path().display())),
        () = signals.next() => terminal.warn("stopping at once"),
    }
    outcome
}

/// A gateway has a file for each socket, and many systems begin with 1,024: take what we may, for all children.
fn raise_open_files() -> anyhow::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    // macOS names no limit but refuses more than this.
    let wanted = most.min(if cfg!(target_os = "macos") { 10_240 } else { most });
    setrlimit(Resource::RLIMIT_NOFILE, wanted, most).context("cannot raise the limit of open files")
}

fn remove_stack(data_dir: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(Stack::path(data_dir)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context("cannot remove stack.json")
        }
        _ => Ok(()),
    }
}

/// What runs, in the order in which it was started.
struct Up {
    terminal: Terminal,
    sender: mpsc::Sender<Event>,
    events: mpsc::Receiver<Event>,
    servers: Vec<Kept>,
    services: Vec<Kept>,
    gateways: Vec<Kept>,
    pids: BTreeMap<String, u32>,
}

/// The three servers, prepared.
struct Servers {
    postgres: servers::Server,
    nats: servers::Server,
    redis: servers::Server,
    postgres_port: u16,
}

impl Up {
    fn new(terminal: Terminal) -> Self {
        let (sender, events) = mpsc::channel(EVENTS);
        let (servers, services, gateways) = (Vec::new(), Vec::new(), Vec::new());
        Self { terminal, sender, events, servers, services, gateways, pids: BTreeMap::new() }
    }

    async fn start_and_watch(&mut self, options: &Options, data: &DataDir) -> anyhow::Result<()> {
        let mut ports = Ports::open(data.path());
        let mut secrets = Secrets::open(data.path())?;
        self.terminal.say(&format!("data in {}", data.path().display()));
        let servers = prepare(data, &mut ports, &mut secrets).await?;
        let folder = &servers.postgres.spec.folder;
        if !folder.starts_with(data.path()) {
            self.terminal
                .say(&format!("data of PostgreSQL, which cannot enter that folder, in {}", folder.display()));
        }
        let backing = Backing {
            postgres_port: servers.postgres_port,
            nats_url: servers.nats.url.clone(),
            redis_url: servers.redis.url.clone(),
            file_dir: data.path().join("files"),
        };
        let layout = Layout::new(options.choices.clone(), backing, &mut ports, &mut secrets)?;
        let mail_dir = data.folder("mail")?;
        let (services, gateways) = match options.servers_only {
            true => Default::default(),
            false => (layout.services(&mail_dir)?, layout.gateways()?),
        };
        self.start_servers(&servers, &layout).await?;
        if options.servers_only {
            for server in [&servers.postgres, &servers.nats, &servers.redis] {
                self.terminal.announce(&server.url);
            }
            return self.watch(None, data).await;
        }

        self.start_services(services, gateways).await?;

        let stack = self.describe(options, &servers, &layout, mail_dir)?;
        stack.write(data.path())?;
        self.greet(&stack, &layout);
        if !options.with_demo {
            return self.watch(Some(stack), data).await;
        }
        let (terminal, url) = (self.terminal, format!("http://127.0.0.1:{}", options.choices.port));
        let seeding = tokio::spawn(async move {
            match demo::seed(&url).await {
                Ok(()) => terminal.announce(demo::WELCOME),
                Err(error) => terminal.warn(&format!("the demo people could not be made: {error:#}")),
            }
        });
        let outcome = self.watch(Some(stack), data).await;
        seeding.abort();
        outcome
    }

    async fn start_servers(&mut self, servers: &Servers, layout: &Layout) -> anyhow::Result<()> {
        let units = [("postgres", &servers.postgres), ("nats", &servers.nats), ("redis", &servers.redis)];
        let names = units.map(|(name, _)| name.to_owned());
        let units =
            units.into_iter().enumerate().map(|(place, (name, server))| Unit::server(name, place, server));
        self.servers = self.start(units.collect());
        self.until_ready(&names).await?;
        for database in layout.databases() {
            let made = database.ensure(&servers.postgres.url).await;
            made.with_context(|| format!("cannot make database {}", database.name))?;
        }
        Ok(())
    }

    /// Starts services and gateways at once, and waits until all are ready and have found one another.
    async fn start_services(&mut self, services: Vec<Unit>, gateways: Vec<Unit>) -> anyhow::Result<()> {
        let all = services.iter().chain(&gateways);
        let (names, questions): (Vec<_>, Vec<_>) =
            all.map(|unit| (unit.name.clone(), unit.ready.clone())).unzip();
        self.services = self.start(services);
        self.gateways = self.start(gateways);
        self.until_ready(&names).await?;
        let deadline = tokio::time::Instant::now() + PATIENCE_FOR_WHOLE;
        for (name, question) in names.iter().zip(questions) {
            while question.check_whole().await.is_err() {
                if tokio::time::Instant::now() > deadline {
                    self.terminal.warn(&format!("{name} runs, but misses something; its log says what"));
                    break;
                }
                tokio::time::sleep(POLL).await;
            }
        }
        Ok(())
    }

    fn start(&self, units: Vec<Unit>) -> Vec<Kept> {
        units.into_iter().map(|unit| keep(unit, self.sender.clone(), self.terminal)).collect()
    }

    /// Waits for the first readiness of these units.
    async fn until_ready(&mut self, names: &[String]) -> anyhow::Result<()> {
        let mut waiting: BTreeSet<_> = names.iter().cloned().collect();
        let mut failures: BTreeMap<String, u32> = BTreeMap::new();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !waiting.is_empty() {
            let event = tokio::time::timeout_at(deadline, self.events.recv()).await;
            let left = || waiting.iter().cloned().collect::<Vec<_>>().join(", ");
            let event =
                event.with_context(|| format!("not ready after {} s: {}", PATIENCE.as_secs(), left()))?;
            let Event { name, what } = event.context("nothing is watched any more")?;
            match what {
                What::Ready { pid, after } => {
                    self.pids.insert(name.clone(), pid);
                    waiting.remove(&name);
                    let done = names.len() - waiting.len();
                    let seconds = after.as_secs_f64();
                    self.terminal.say(&format!("[{done}/{}] {name} ready in {seconds:.1} s", names.len()));
                }
                What::Ended { how, tail, .. } => {
                    let count = failures.entry(name.clone()).or_default();
                    *count += 1;
                    anyhow::ensure!(*count < MAX_FAILED_STARTS, "{name} does not start: it {how}:{tail}");
                    self.terminal.warn(&format!("{name} {how}; starting it again in 1 s"));
                }
            }
        }
        Ok(())
    }

    /// Follows what happens, and keeps the file true.
    async fn watch(&mut self, mut stack: Option<Stack>, data: &DataDir) -> anyhow::Result<()> {
        loop {
            let Event { name, what } = self.events.recv().await.context("nothing is watched any more")?;
            match what {
                What::Ready { pid, after } => {
                    self.pids.insert(name.clone(), pid);
                    if let Some(stack) = &mut stack {
                        self.fill_pids(stack);
                        stack.write(data.path())?;
                    }
                    let seconds = after.as_secs_f64();
                    self.terminal.say(&format!("{name} is ready again, in {seconds:.1} s, with pid {pid}"));
                }
                What::Ended { how, was_ready, tail } => {
                    let tail = if was_ready { String::new() } else { tail.to_string() };
                    self.terminal.warn(&format!("{name} {how}; starting it again in 1 s{tail}"));
                }
            }
        }
    }

    fn describe(
        &self,
        options: &Options,
        servers: &Servers,
        layout: &Layout,
        mail_dir: PathBuf,
    ) -> anyhow::Result<Stack> {
        let (services, gateways) = layout.describe();
        let server = |server: &servers::Server| stack::Server { url: server.url.clone(), pid: 0 };
        let rate_limits = std::env::var("PULSE_GATEWAY_RATE_LIMITS").unwrap_or_default();
        let mut stack = Stack {
            url: options.choices.public_url.clone(),
            gateways,
            services,
            postgres: server(&servers.postgres),
            nats: server(&servers.nats),
            redis: server(&servers.redis),
            mail_dir,
            bin: std::env::current_exe()?.canonicalize()?,
            rate_limits: if rate_limits == "off" { "off" } else { "on" }.to_owned(),
        };
        self.fill_pids(&mut stack);
        Ok(stack)
    }

    fn fill_pids(&self, stack: &mut Stack) {
        for (name, pid) in stack.pids() {
            *pid = self.pids.get(&name).copied().unwrap_or_default();
        }
    }

    fn greet(&self, stack: &Stack, layout: &Layout) {
        if !layout.has_web_client() {
            self.terminal
                .warn("web/dist is missing, so only the API is served; `make web` builds the web client");
        }
        self.terminal.say("");
        self.terminal.announce(&format!("PulseChat is ready: {}", stack.url));
        for (index, gateway) in stack.gateways.iter().enumerate().filter(|_| stack.gateways.len() > 1) {
            self.terminal.say(&format!("  gateway {} alone: {}", index + 1, gateway.url));
        }
        self.terminal.say("Ctrl-C stops everything and keeps the data.");
        self.terminal.say("");
    }

    async fn stop(&mut self) {
        stop_all(std::mem::take(&mut self.gateways)).await;
        stop_all(std::mem::take(&mut self.services)).await;
        stop_all(std::mem::take(&mut self.servers)).await;
    }
}

async fn prepare(data: &DataDir, ports: &mut Ports, secrets: &mut Secrets) -> anyhow::Result<Servers> {
    let postgres_port = ports.get("postgres")?;
    let settings = postgres::Settings {
        folder: data.folder("postgres")?,
        port: postgres_port,
        password: secrets.get("postgres")?,
        durable: true,
        max_connections: 200,
    };
    Ok(Servers {
        postgres: postgres::prepare(&settings).await?,
        nats: nats::prepare(&data.folder("nats")?, ports.get("nats")?, &secrets.get("nats")?)?,
        redis: redis::prepare(&data.folder("redis")?, ports.get("redis")?, &secrets.get("redis")?)?,
        postgres_port,
    })
}
