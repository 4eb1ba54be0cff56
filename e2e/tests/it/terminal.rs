//! `pulse chat`: two people talk in two terminals, on two gateways.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use pulse_testkit::{Proxy, Stack};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::people::{Pair, gateway_url, pair};

/// How long a line may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running `pulse chat`, which ends when it is dropped.
struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Lines<BufReader<ChildStdout>>,
    seen: Vec<String>,
}

impl Terminal {
    fn start(stack: &Stack, urls: &[String], name: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(stack.description()?.bin);
        command.arg("chat").args(["--user", name]);
        for url in urls {
            command.args(["--url", url]);
        }
        command.env("PULSE_CHAT_PASSWORD", format!("{name} keeps a long secret")).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let keyboard = child.stdin.take().context("no keyboard")?;
        let screen = BufReader::new(child.stdout.take().context("no screen")?).lines();
        Ok(Self { child, keyboard, screen, seen: Vec::new() })
    }

    async fn types(&mut self, line: &str) -> anyhow::Result<()> {
        Ok(self.keyboard.write_all(format!("{line}\n").as_bytes()).await?)
    }

    /// Waits for a line that ends so.
    async fn shows(&mut self, end: &str) -> anyhow::Result<String> {
        let wait = async {
            while let Some(line) = self.screen.next_line().await? {
                self.seen.push(line.clone());
                if line.ends_with(end) {
                    return Ok(line);
                }
            }
            anyhow::bail!("it has ended")
        };
        let outcome = tokio::time::timeout(PATIENCE, wait).await.context("too late").and_then(|line| line);
        outcome.with_context(|| format!("`{end}` was not shown, but:\n{}", self.seen.join("\n")))
    }
}

#[tokio::test]
async fn two_people_talk_in_their_terminals() -> anyhow::Result<()> {
    let Pair { stack, chat, ada, .. } = pair(&[]).await?;
    ada.send(chat.id, &pulse_client::NewMessage::new("from before")).await?;
    let first = gateway_url(&stack, 0)?;
    let wire = Proxy::start(first.trim_start_matches("http://")).await?;
    let mut ada = Terminal::start(&stack, &[format!("http://{}", wire.addr())], "ada")?;
    let mut grace = Terminal::start(&stack, &[gateway_url(&stack, 1)?], "grace")?;

    ada.types("/open @grace").await?;
    ada.shows("ada: from before").await?;
    let listed = grace.shows("from before").await?;
    assert!(listed.contains("  1  ada") && listed.contains("1 new"), "{listed}");
    ada.types("hello\u{1b}[2J there").await?;
    ada.shows("ada: hello\u{fffd}[2J there").await?;
    grace.shows("ada: hello\u{fffd}[2J there").await?;
    grace.types("/open 1").await?;
    grace.shows("ada: from before").await?;
    grace.types("hi").await?;
    let said = ada.shows("grace: hi").await?;
    assert!(!said.starts_with('['), "of the conversation that is open: {said}");

    // What is said while the connection is away is sent when it is back, and what was said meanwhile is shown.
    wire.cut();
    ada.shows("trying again").await?;
    ada.types("are you there?").await?;
    grace.types("where are you?").await?;
    grace.shows("grace: where are you?").await?;
    wire.restore();
    ada.shows("grace: where are you?").await?;
    ada.shows("ada: are you there?").await?;
    grace.shows("ada: are you there?").await?;

    for (typed, answer) in [
        ("/lits", "! there is no command /lits; /help shows all"),
        ("/open 7", "! there is no number 7 in the list"),
        ("/open Nothing", "! no conversation is called Nothing"),
        ("/open @nobody", "not_found: there is no such person, or you may not see it"),
        ("/help", "something that begins with a slash"),
    ] {
        ada.types(typed).await?;
        ada.shows(answer).await?;
    }
    ada.types("/close").await?;
    ada.types("to whom?").await?;
    ada.shows("/open and its number").await?;
    ada.types("/quit").await?;
    assert!(ada.child.wait().await?.success());
    Ok(())
}

#[tokio::test]
async fn who_can_not_sign_in_is_told_why() -> anyhow::Result<()> {
    let Pair { stack, ada, .. } = pair(&[]).await?;
    let url = gateway_url(&stack, 0)?;
    let run = async |password: &str| {
        let mut command = Command::new(stack.description()?.bin);
        command.args(["chat", "--user", "ada", "--url", &url]).env("PULSE_CHAT_PASSWORD", password);
        let output = command.stdin(Stdio::null()).output().await?;
        anyhow::Ok((output.status.code(), String::from_utf8(output.stderr)?))
    };
    let (code, told) = run("not the password").await?;
    assert!(code == Some(1) && told.contains("invalid_credentials"), "{told}");

    // A session that ends ends the chat.
    let mut terminal = Terminal::start(&stack, std::slice::from_ref(&url), "ada")?;
    terminal.shows("/help shows what you can do.").await?;
    terminal.types("/list").await?;
    terminal.shows("grace").await?;
    ada.end_other_sessions().await?;
    let status = tokio::time::timeout(PATIENCE, terminal.child.wait()).await??;
    assert_eq!(status.code(), Some(1));
    Ok(())
}
