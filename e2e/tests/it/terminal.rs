//! `pulse chat`: two people talk in two terminals, on two gateways.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pulse_client::{NewConversation, NewMessage};
use pulse_testkit::{Proxy, Stack};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::people::{Pair, gateway_url, pair, sign_up, until};

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
async fn all_that_can_be_typed_does_what_it_says() -> anyhow::Result<()> {
    let Pair { stack, chat, ada: account, grace } = pair(&[("PULSE_GATEWAY_RATE_LIMITS", "off")]).await?;
    let first = gateway_url(&stack, 0)?;
    let (room, _) = grace.create(&NewConversation::room("Engine room")).await?;
    account.join(room.id).await?;
    for number in 0..70 {
        grace.send(room.id, &NewMessage::new(format!("turn {number}"))).await?;
    }
    let wire = Proxy::start(first.trim_start_matches("http://")).await?;
    let mut ada = Terminal::start(&stack, &[format!("http://{}", wire.addr())], "ada")?;
    // Typed before anything is there: it waits for the inbox.
    ada.types("/list").await?;
    ada.shows("grace: turn 69").await?;
    let listed = ada.shows("grace: turn 69").await?;
    assert!(listed.contains("Engine room") && listed.contains("new"), "{listed}");
    assert!(!ada.seen.iter().any(|line| line.starts_with("There is no conversation")), "{:?}", ada.seen);

    // By the beginning of its title; what is shown is read.
    ada.types("/open engi").await?;
    ada.shows("grace: turn 50").await?;
    ada.shows("grace: turn 69").await?;
    let is_read = async || -> anyhow::Result<bool> {
        Ok(account.conversation(room.id).await?.my.is_some_and(|my| my.unread_count == 0))
    };
    until(is_read).await?;
    grace.send(room.id, &NewMessage::new("and one more")).await?;
    ada.shows("grace: and one more").await?;
    until(is_read).await?;
    ada.types("/back").await?;
    ada.shows("grace: turn 5").await?;
    ada.types("/back").await?;
    ada.shows("- this is the beginning").await?;
    grace.send(chat.id, &NewMessage::new("beside it")).await?;
    let beside = ada.shows("grace: beside it").await?;
    assert!(beside.starts_with("[grace] "), "{beside}");

    for status in ["away", "dnd", "online"] {
        ada.types(&format!("/{status}")).await?;
        until(async || Ok(grace.presences(&[account.user_id()]).await?[0].status == status)).await?;
    }
    let linus = sign_up(&first, "linus").await?;
    linus.follow(account.user_id()).await?;
    ada.shows("- linus asks to follow you").await?;
    wire.cut();
    ada.shows("trying again").await?;
    wire.restore();
    ada.shows("- connected again").await?;
    let redis = Pid::from_raw(i32::try_from(stack.description()?.redis.pid)?);
    kill(redis, Signal::SIGSTOP)?;
    ada.shows("- out of order just now: redis").await?;
    kill(redis, Signal::SIGCONT)?;
    ada.shows("- everything works again").await?;
    grace.remove_member(room.id, account.user_id()).await?;
    ada.shows("- you are not in this conversation any more").await?;
    ada.types("to whom?").await?;
    ada.shows("/open and its number").await?;
    Ok(())
}

#[tokio::test]
async fn a_second_factor_is_asked_for() -> anyhow::Result<()> {
    let Pair { stack, ada, .. } = pair(&[]).await?;
    let secret = ada.start_totp(Some("ada keeps a long secret")).await?;
    ada.activate_totp(&crate::accounts::totp(&secret.secret, -1)?).await?;
    let mut terminal = Terminal::start(&stack, &[gateway_url(&stack, 0)?], "ada")?;
    terminal.types(&crate::accounts::totp(&secret.secret, 0)?).await?;
    terminal.shows("/help shows what you can do.").await?;
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
