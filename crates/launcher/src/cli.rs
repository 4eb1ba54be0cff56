//! The command line of `pulse`.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};

use crate::connections::Show;
use crate::door::{Behind, Door};
use crate::keys::ServiceKey;
use crate::services::Choices;
use crate::terminal::Terminal;
use crate::{audit, chat, connections, operator, reports, status, up, with_servers};

/// More would only take turns on one machine.
const MAX_GATEWAYS: u16 = 16;

/// Runs PulseChat on one machine, and serves its operators.
#[derive(Debug, Parser)]
#[command(name = "pulse", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything and watch it until Ctrl-C.
    Up(UpArgs),
    /// Show what runs and whether it is ready.
    Status {
        /// The folder that holds all data [PULSE_DATA_DIR, .pulse].
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
    /// Make keys, and replace those that sign access tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look after the audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Answer reports of people.
    #[command(subcommand)]
    Reports(ReportsCommand),
    /// Show the live sockets of all gateways, renewed each second, or close one.
    Connections(ConnectionsArgs),
    /// Make somebody an operator, from their next refresh on.
    Operator {
        /// Their username.
        username: String,
        /// Make them an operator no longer.
        #[arg(long)]
        revoke: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Chat in the terminal.
    Chat {
        /// The public URL [PULSE_PUBLIC_URL, http://localhost:8080]. Several, for gateways of one service, are used in turn.
        #[arg(long)]
        url: Vec<String>,
        /// Username or address; asked for when left out. The password is asked for, or read from `PULSE_CHAT_PASSWORD`.
        #[arg(long)]
        user: Option<String>,
    },
    /// Run a command with a PostgreSQL of its own, named in `PULSE_TEST_POSTGRES_URL`: how tests share one.
    WithServers {
        /// The command and its arguments, after `--`.
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// A key pair by which services know one another.
    Service,
    /// Show the keys that sign and verify access tokens.
    List(Place),
    /// Make a key that takes over once everybody knows it.
    Rotate(Place),
    /// Refuse the tokens of a key at once. People stay signed in.
    Withdraw {
        /// The `kid` of the key.
        kid: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Recompute the whole log: exit 1 and what is wrong, or the anchor for the next time.
    Verify {
        /// What an earlier verification printed; the log must still contain it.
        #[arg(long)]
        anchor: Option<String>,
        #[command(flatten)]
        place: Place,
    },
}

/// Asked over the bus: that of the cluster that `PULSE_GATEWAY_NATS_URL` names, else of the stack that runs here.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
struct ConnectionsArgs {
    #[command(subcommand)]
    command: Option<ConnectionsCommand>,
    /// Show them once and end, as also when the output is no terminal.
    #[arg(long)]
    once: bool,
    /// Show them once, as a JSON array with the id of each connection.
    #[arg(long, conflicts_with = "once")]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum ConnectionsCommand {
    /// Close a connection; its client comes back later. To keep it away, end the session.
    Close {
        /// Its id.
        connection_id: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
enum ReportsCommand {
    /// Show the reports that wait, oldest first.
    List {
        /// Show the closed ones instead.
        #[arg(long)]
        closed: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Close a report.
    Resolve {
        /// Its id.
        report_id: String,
        /// What was done about it, at most 2000 characters.
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Whose service is meant: that of the cluster that `PULSE_AUTH_ADDR` (reports: `PULSE_SOCIAL_GRAPH_ADDR`) and
/// `PULSE_SERVICE_KEY` name, else of the stack that runs here.
#[derive(Debug, Args)]
struct Place {
    /// The folder that holds all data [PULSE_DATA_DIR, .pulse].
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

impl Place {
    fn auth(self) -> anyhow::Result<Door> {
        Door::find(&data_dir(self.data_dir)?, Behind::Auth)
    }

    fn social_graph(self) -> anyhow::Result<Door> {
        Door::find(&data_dir(self.data_dir)?, Behind::SocialGraph)
    }
}

/// What is not given comes from the environment, where empty counts as absent, else from the default.
#[derive(Debug, Args)]
struct UpArgs {
    /// How many gateways share the public port [PULSE_GATEWAYS, 1].
    #[arg(long)]
    gateways: Option<u16>,
    /// The public port [PULSE_PORT, 8080].
    #[arg(long)]
    port: Option<u16>,
    /// The public URL [PULSE_PUBLIC_URL, http://localhost:<port>].
    #[arg(long)]
    public_url: Option<String>,
    /// The folder that holds all data [PULSE_DATA_DIR, .pulse].
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Make three people who know each other already.
    #[arg(long)]
    demo: bool,
    /// Start PostgreSQL, NATS and Redis alone, to run services by hand.
    #[arg(long)]
    servers_only: bool,
}

impl TryFrom<UpArgs> for up::Options {
    type Error = anyhow::Error;

    fn try_from(args: UpArgs) -> anyhow::Result<Self> {
        let port = setting(args.port, "PULSE_PORT", 8080)?;
        let gateways = setting(args.gateways, "PULSE_GATEWAYS", 1)?;
        anyhow::ensure!(port > 0, "PULSE_PORT is a port from 1 to 65535");
        anyhow::ensure!(
            (1..=MAX_GATEWAYS).contains(&gateways),
            "PULSE_GATEWAYS is a number from 1 to {MAX_GATEWAYS}"
        );
        let public_url = setting(args.public_url, "PULSE_PUBLIC_URL", format!("http://localhost:{port}"))?;
        let insecure_cookies = setting(None, "PULSE_INSECURE_COOKIES", "off".to_owned())?;
        anyhow::ensure!(
            ["on", "off"].contains(&insecure_cookies.as_str()),
            "PULSE_INSECURE_COOKIES is `on` or `off`"
        );
        Ok(Self {
            data_dir: data_dir(args.data_dir)?,
            choices: Choices {
                public_url: public_url.trim_end_matches('/').to_owned(),
                port,
                gateways,
                insecure_cookies: insecure_cookies == "on",
            },
            with_demo: args.demo,
            servers_only: args.servers_only,
        })
    }
}

fn data_dir(given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    setting(given, "PULSE_DATA_DIR", ".pulse".into())
}

/// What was given, else what the environment says, else the default.
fn setting<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    given: Option<T>,
    variable: &str,
    default: T,
) -> anyhow::Result<T> {
    match (given, std::env::var(variable)) {
        (Some(given), _) => Ok(given),
        (None, Ok(text)) if !text.is_empty() => {
            text.parse().with_context(|| format!("{variable} is `{text}`"))
        }
        (None, _) => Ok(default),
    }
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    /// With a text for the person at the terminal.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Up(args) => up::run(args.try_into()?).await.map(|()| ExitCode::SUCCESS),
            Command::Status { data_dir } => {
                let all_ready = status::run(&self::data_dir(data_dir)?).await?;
                Ok(if all_ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            Command::Keys(command) => command.run().await.map(|()| ExitCode::SUCCESS),
            Command::Audit(AuditCommand::Verify { anchor, place }) => {
                let is_whole = audit::verify(&place.auth()?, anchor).await?;
                Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            Command::Reports(command) => command.run().await.map(|()| ExitCode::SUCCESS),
            Command::Connections(args) => args.run().await.map(|()| ExitCode::SUCCESS),
            Command::Operator { username, revoke, place } => {
                operator::set_operator(&place.auth()?, &username, !revoke).await?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Chat { url, user } => {
                let password = std::env::var("PULSE_CHAT_PASSWORD").ok().filter(|text| !text.is_empty());
                let urls = match url.is_empty() {
                    true => vec![setting(None, "PULSE_PUBLIC_URL", "http://localhost:8080".to_owned())?],
                    false => url,
                };
                chat::run(chat::Options { urls, user, password }).await.map(|()| ExitCode::SUCCESS)
            }
            Command::WithServers { command } => with_servers::run(&command).await,
        }
    }
}

impl ConnectionsArgs {
    async fn run(self) -> anyhow::Result<()> {
        if let Some(ConnectionsCommand::Close { connection_id, place }) = self.command {
            return connections::close(&data_dir(place.data_dir)?, &connection_id).await;
        }
        let show = match (self.json, self.once || !std::io::stdout().is_terminal()) {
            (true, _) => Show::Json,
            (false, true) => Show::Once,
            (false, false) => Show::Live,
        };
        connections::show(&data_dir(self.place.data_dir)?, show).await
    }
}

impl ReportsCommand {
    async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List { closed, place } => reports::list(&place.social_graph()?, closed).await,
            Self::Resolve { report_id, note, place } => {
                reports::resolve(&place.social_graph()?, &report_id, note).await
            }
        }
    }
}

impl KeysCommand {
    async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Service => {
                let key = ServiceKey::generate()?;
                let terminal = Terminal::new();
                terminal.say(&format!("secret (PULSE_SERVICE_KEY of its owner):       {}", key.seed()));
                terminal.say(&format!("public (PULSE_SERVICE_CALLERS of everybody):   {}", key.public()));
                Ok(())
            }
            Self::List(place) => operator::list_keys(&place.auth()?).await,
            Self::Rotate(place) => operator::rotate_key(&place.auth()?).await,
            Self::Withdraw { kid, place } => operator::withdraw_key(&place.auth()?, &kid).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_public_url_follows_the_port() {
        let cli = Cli::try_parse_from(["pulse", "up", "--port", "9000", "--gateways", "2"]).unwrap();
        let Command::Up(args) = cli.command else { panic!("not `up`") };
        let options = up::Options::try_from(args).unwrap();
        assert_eq!(options.choices.public_url, "http://localhost:9000");
        assert_eq!(options.choices.gateways, 2);
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_name() {
        let cli = Cli::try_parse_from(["pulse", "up", "--gateways", "0"]).unwrap();
        let Command::Up(args) = cli.command else { panic!("not `up`") };
        assert!(up::Options::try_from(args).unwrap_err().to_string().contains("PULSE_GATEWAYS"));
        let refused = setting::<u16>(None, "CARGO_PKG_NAME", 1).unwrap_err().to_string();
        assert_eq!(refused, "CARGO_PKG_NAME is `pulse-launcher`");
    }
}
