//! The command line of `pulse`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::keys::ServiceKey;
use crate::services::Choices;
use crate::terminal::Terminal;
use crate::{status, up, with_servers};

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
        /// The folder that holds all data.
        #[arg(long, env = "PULSE_DATA_DIR", default_value = ".pulse")]
        data_dir: PathBuf,
    },
    /// Make keys.
    #[command(subcommand)]
    Keys(KeysCommand),
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
}

#[derive(Debug, Args)]
struct UpArgs {
    /// How many gateways share the public port.
    #[arg(long, env = "PULSE_GATEWAYS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=16))]
    gateways: u16,
    /// The public port.
    #[arg(long, env = "PULSE_PORT", default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// The public URL, if not http://localhost:<port>.
    #[arg(long, env = "PULSE_PUBLIC_URL")]
    public_url: Option<String>,
    /// The folder that holds all data.
    #[arg(long, env = "PULSE_DATA_DIR", default_value = ".pulse")]
    data_dir: PathBuf,
    /// Cookies without `Secure`: `on` or `off`.
    #[arg(long, env = "PULSE_INSECURE_COOKIES", default_value = "off", value_parser = ["on", "off"])]
    insecure_cookies: String,
    /// Make three people who know each other already.
    #[arg(long)]
    demo: bool,
    /// Start PostgreSQL, NATS and Redis alone, to run services by hand.
    #[arg(long)]
    servers_only: bool,
}

impl From<UpArgs> for up::Options {
    fn from(args: UpArgs) -> Self {
        let public_url = args.public_url.filter(|url| !url.is_empty());
        let public_url = public_url.unwrap_or_else(|| format!("http://localhost:{}", args.port));
        Self {
            data_dir: args.data_dir,
            choices: Choices {
                public_url: public_url.trim_end_matches('/').to_owned(),
                port: args.port,
                gateways: args.gateways,
                insecure_cookies: args.insecure_cookies == "on",
            },
            with_demo: args.demo,
            servers_only: args.servers_only,
        }
    }
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    /// With a text for the person at the terminal.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Up(args) => up::run(args.into()).await.map(|()| ExitCode::SUCCESS),
            Command::Status { data_dir } => {
                let all_ready = status::run(&data_dir).await?;
                Ok(if all_ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            Command::Keys(KeysCommand::Service) => {
                let key = ServiceKey::generate()?;
                let terminal = Terminal::new();
                terminal.say(&format!("secret (PULSE_SERVICE_KEY of its owner):       {}", key.seed()));
                terminal.say(&format!("public (PULSE_SERVICE_CALLERS of everybody):   {}", key.public()));
                Ok(ExitCode::SUCCESS)
            }
            Command::WithServers { command } => with_servers::run(&command).await,
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
        let options = up::Options::from(args);
        assert_eq!(options.choices.public_url, "http://localhost:9000");
        assert_eq!(options.choices.gateways, 2);
    }
}
