//! How each service of ours is started: its addresses, its keys, and the environment that tells it all of them.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use crate::binaries;
use crate::child::Spec;
use crate::keys::{CALLERS, ServiceKey};
use crate::ports::{Ports, has_ipv6_loopback};
use crate::ready::Ready;
use crate::secrets::Secrets;
use crate::servers::postgres::Database;
use crate::stack;
use crate::supervise::Unit;

/// Handed to every service when the user has set it.
const COMMON: [&str; 4] =
    ["PULSE_LOG", "PULSE_LOG_FORMAT", "PULSE_OTLP_ENDPOINT", "PULSE_SHUTDOWN_GRACE_SECONDS"];
/// Settings of other services that gateways tell clients and see to as well.
const TOLD_BY_GATEWAYS: [&str; 5] = [
    "PULSE_AUTH_ALLOWED_SIGNUP",
    "PULSE_AUTH_REQUIRE_VERIFIED_EMAIL",
    "PULSE_MESSAGES_ATTACHMENT_MAX_BYTES",
    "PULSE_MESSAGES_GROUP_MAX_MEMBERS",
    "PULSE_MESSAGES_ROOM_MAX_MEMBERS",
];
/// How long a process may take to drain, if the user has not said otherwise: on one machine a restart should be quick.
const DEFAULT_GRACE_SECONDS: u64 = 5;

/// What the user chose.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The public URL.
    pub public_url: String,
    /// The public port.
    pub port: u16,
    /// How many gateways share it.
    pub gateways: u16,
    /// Cookies without `Secure`.
    pub insecure_cookies: bool,
}

/// The two addresses of a process: the one others call, and the admin one.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    /// gRPC, or HTTP of a gateway.
    pub main: SocketAddr,
    /// `/readyz` and `/metrics`.
    pub admin: SocketAddr,
}

/// Everything that the services are told.
#[derive(Debug)]
pub struct Layout {
    choices: Choices,
    auth: Door,
    graph: Door,
    messages: Door,
    gateways: Vec<Door>,
    postgres_port: u16,
    nats_url: String,
    redis_url: String,
    web_dir: Option<PathBuf>,
    /// By database name: role and password.
    passwords: [(&'static str, &'static str, String); 3],
    keys: Vec<(&'static str, ServiceKey)>,
    sealing_key: String,
    cursor_key: String,
    file_key: String,
    file_dir: PathBuf,
}

/// The servers, as the services see them.
#[derive(Debug, Clone)]
pub struct Backing {
    /// PostgreSQL's port on 127.0.0.1.
    pub postgres_port: u16,
    /// With name and password.
    pub nats_url: String,
    /// With password.
    pub redis_url: String,
    /// Where uploads stand, unless the user has chosen another place.
    pub file_dir: PathBuf,
}

impl Layout {
    /// Chooses ports and makes keys, the same as in the last run as far as possible.
    ///
    /// # Errors
    /// When a file of the data folder cannot be read or written.
    pub fn new(
        choices: Choices,
        backing: Backing,
        ports: &mut Ports,
        secrets: &mut Secrets,
    ) -> anyhow::Result<Self> {
        let mut door = |name: &str| -> anyhow::Result<Door> {
            let main = (Ipv4Addr::LOCALHOST, ports.get(name)?).into();
            let admin = (Ipv4Addr::LOCALHOST, ports.get(&format!("{name}.admin"))?).into();
            Ok(Door { main, admin })
        };
        let mut keys = Vec::new();
        for caller in CALLERS {
            keys.push((caller, ServiceKey::from_seed(secrets.get(&format!("{caller}.service-key"))?)?));
        }
        Ok(Self {
            auth: door("auth")?,
            graph: door("social-graph")?,
            messages: door("message-store")?,
            gateways: (1..=choices.gateways)
                .map(|n| door(&format!("gateway-{n}")))
                .collect::<Result<_, _>>()?,
            postgres_port: backing.postgres_port,
            nats_url: backing.nats_url,
            redis_url: backing.redis_url,
            web_dir: binaries::from_env("PULSE_GATEWAY_WEB_DIR").or_else(|| binaries::above_us("web/dist")),
            passwords: [
                ("auth", "pulse_auth", secrets.get("auth.database")?),
                ("graph", "pulse_graph", secrets.get("graph.database")?),
                ("messages", "pulse_messages", secrets.get("messages.database")?),
            ],
            keys,
            sealing_key: secrets.get("auth.sealing-key")?,
            cursor_key: secrets.get("cursor-key")?,
            file_key: secrets.get("messages.file-key")?,
            file_dir: backing.file_dir,
            choices,
        })
    }

    /// The databases, one for each service that has one.
    pub fn databases(&self) -> impl Iterator<Item = Database<'_>> {
        self.passwords.iter().map(|(name, role, password)| Database { name, role, password })
    }

    /// Whether the web client was built and will be served.
    #[must_use]
    pub fn has_web_client(&self) -> bool {
        self.web_dir.is_some()
    }

    /// The services, to be started at once; mails are written into `mail_dir`, unless the user has set a mail server.
    ///
    /// # Errors
    /// When a binary is missing.
    pub fn services(&self, mail_dir: &Path) -> anyhow::Result<Vec<Unit>> {
        let http = |door: Door| format!("http://{}", door.main);
        let auth = vec![
            ("PULSE_AUTH_SOCIAL_GRAPH_ADDR", http(self.graph)),
            ("PULSE_AUTH_MESSAGE_STORE_ADDR", http(self.messages)),
            ("PULSE_AUTH_SEALING_KEY", self.sealing_key.clone()),
            ("PULSE_AUTH_MAIL_DIR", mail_dir.display().to_string()),
            ("PULSE_PUBLIC_URL", self.choices.public_url.clone()),
        ];
        let graph = vec![
            ("PULSE_GRAPH_MESSAGE_STORE_ADDR", http(self.messages)),
            ("PULSE_GRAPH_CURSOR_KEY", self.cursor_key.clone()),
        ];
        let mut messages = vec![
            ("PULSE_PUBLIC_URL", self.choices.public_url.clone()),
            ("PULSE_MESSAGES_CURSOR_KEY", self.cursor_key.clone()),
            ("PULSE_MESSAGES_FILE_KEY", self.file_key.clone()),
            ("PULSE_MESSAGES_REDIS_URL", self.redis_url.clone()),
        ];
        let places = ["PULSE_MESSAGES_FILE_DIR", "PULSE_MESSAGES_S3_BUCKET"];
        if places.iter().all(|place| std::env::var_os(place).is_none()) {
            messages.push(("PULSE_MESSAGES_FILE_DIR", self.file_dir.display().to_string()));
        }
        Ok(vec![
            self.service("auth", "PULSE_AUTH_", self.auth, auth)?,
            self.service("social-graph", "PULSE_GRAPH_", self.graph, graph)?,
            self.service("message-store", "PULSE_MESSAGES_", self.messages, messages)?,
        ])
    }

    /// The gateways, to be started together with the services.
    ///
    /// # Errors
    /// When the binary is missing.
    pub fn gateways(&self) -> anyhow::Result<Vec<Unit>> {
        let mut shared = format!("127.0.0.1:{}", self.choices.port);
        if has_ipv6_loopback() {
            shared.push_str(&format!(",[::1]:{}", self.choices.port));
        }
        let origins = self.allowed_origins();
        let mut units = Vec::new();
        for (index, door) in self.gateways.iter().enumerate() {
            let mut env = vec![
                ("PULSE_GATEWAY_SHARED_LISTEN", shared.clone()),
                ("PULSE_GATEWAY_AUTH_ADDR", format!("http://{}", self.auth.main)),
                ("PULSE_GATEWAY_SOCIAL_GRAPH_ADDR", format!("http://{}", self.graph.main)),
                ("PULSE_GATEWAY_MESSAGE_STORE_ADDR", format!("http://{}", self.messages.main)),
                ("PULSE_GATEWAY_REDIS_URL", self.redis_url.clone()),
                ("PULSE_GATEWAY_ALLOWED_ORIGINS", origins.clone()),
                ("PULSE_PUBLIC_URL", self.choices.public_url.clone()),
                (
                    "PULSE_INSECURE_COOKIES",
                    if self.choices.insecure_cookies { "on" } else { "off" }.to_owned(),
                ),
            ];
            env.extend(TOLD_BY_GATEWAYS.iter().filter_map(|name| Some((*name, std::env::var(name).ok()?))));
            if let Some(web) = &self.web_dir {
                env.push(("PULSE_GATEWAY_WEB_DIR", web.display().to_string()));
            }
            let mut unit = self.service("gateway", "PULSE_GATEWAY_", *door, env)?;
            unit.name = format!("gateway-{}", index + 1);
            unit.place = 6 + index;
            units.push(unit);
        }
        Ok(units)
    }

    /// Origins of pages beside the public URL: those that the user set, and each gateway's own URL, where the web client is
    /// served as well.
    fn allowed_origins(&self) -> String {
        let set = std::env::var("PULSE_GATEWAY_ALLOWED_ORIGINS").unwrap_or_default();
        let own = self.gateways.iter().map(|door| format!("http://{}", door.main));
        let set = set.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(str::to_owned);
        set.chain(own).collect::<Vec<_>>().join(",")
    }

    /// A service under its settings' prefix. What the user has set with that prefix is handed on; addresses and keys
    /// are ours to set.
    fn service(
        &self,
        name: &'static str,
        prefix: &str,
        door: Door,
        own: Vec<(&str, String)>,
    ) -> anyhow::Result<Unit> {
        let mut spec = Spec::new(program(name)?, std::env::current_dir()?);
        spec.hidden_env_prefix = Some("PULSE_");
        spec.grace = Duration::from_secs(grace_seconds() + 2);
        let handed_on = |variable: &str| variable.starts_with(prefix) || COMMON.contains(&variable);
        spec.env = std::env::vars().filter(|(variable, _)| handed_on(variable)).collect();
        let mut set = |variable: &str, value: String| spec.env.push((variable.to_owned(), value));
        set("PULSE_SHUTDOWN_GRACE_SECONDS", grace_seconds().to_string());
        set("PULSE_SERVICE_KEY", self.key(name)?.seed().to_owned());
        set("PULSE_SERVICE_CALLERS", self.callers());
        set(&format!("{prefix}LISTEN"), door.main.to_string());
        set(&format!("{prefix}ADMIN_LISTEN"), door.admin.to_string());
        set(&format!("{prefix}NATS_URL"), self.nats_url.clone());
        let database =
            self.databases().find(|database| prefix == format!("PULSE_{}_", database.name.to_uppercase()));
        if let Some(database) = database {
            set(&format!("{prefix}DATABASE_URL"), database.url(self.postgres_port));
        }
        for (variable, value) in own {
            set(variable, value);
        }
        let place = 3 + CALLERS.iter().position(|caller| *caller == name).unwrap_or_default();
        Ok(Unit { name: name.to_owned(), spec, ready: Ready::Http { addr: door.admin }, routine: &[], place })
    }

    fn key(&self, name: &str) -> anyhow::Result<&ServiceKey> {
        let found = self.keys.iter().find(|(caller, _)| *caller == name);
        Ok(&found.with_context(|| format!("there is no key for {name}"))?.1)
    }

    fn callers(&self) -> String {
        let entries: Vec<_> =
            self.keys.iter().map(|(name, key)| format!("{name}={}", key.public())).collect();
        entries.join(",")
    }

    /// What `stack.json` says of the services, with process ids still 0.
    #[must_use]
    pub fn describe(&self) -> (stack::Services, Vec<stack::Gateway>) {
        let service = |door: Door| stack::Service {
            grpc_addr: door.main.to_string(),
            admin_url: format!("http://{}", door.admin),
            pid: 0,
        };
        let gateway = |door: &Door| stack::Gateway {
            url: format!("http://{}", door.main),
            admin_url: format!("http://{}", door.admin),
            pid: 0,
        };
        let services = stack::Services {
            auth: service(self.auth),
            social_graph: service(self.graph),
            message_store: service(self.messages),
        };
        (services, self.gateways.iter().map(gateway).collect())
    }
}

/// `pulse-<name>` beside our own binary.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    let ours = std::env::current_exe().context("cannot tell where `pulse` is")?;
    let folder = ours.parent().unwrap_or(Path::new("."));
    let program = folder.join(format!("pulse-{name}"));
    anyhow::ensure!(
        program.is_file(),
        "{} is missing; build all services with `make build`",
        program.display()
    );
    Ok(program)
}

fn grace_seconds() -> u64 {
    let set = std::env::var("PULSE_SHUTDOWN_GRACE_SECONDS").ok().and_then(|text| text.parse().ok());
    set.unwrap_or(DEFAULT_GRACE_SECONDS)
}
