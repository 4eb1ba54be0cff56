//! `pulse chat`: sign in, list, read and talk in the terminal, over the public contract like any other client.

mod command;
mod lines;
mod text;

use std::sync::Arc;

use anyhow::Context as _;
use pulse_client::{Client, Error, Live, NewMessage, SignedIn, Update};
use pulse_types::ConversationId;
use serde_json::json;
use tokio::sync::mpsc;

use command::Command;
use lines::Lines;

/// Messages that are shown when a conversation is opened.
const SHOWN: usize = 20;

/// Who chats, and where.
#[derive(Debug)]
pub struct Options {
    /// The public URL, or several gateways of one service.
    pub urls: Vec<String>,
    /// Username or address; asked for when it is absent.
    pub user: Option<String>,
    /// Asked for when it is absent.
    pub password: Option<String>,
}

/// Chats until `/quit` or the end of the input.
///
/// # Errors
/// When nobody can sign in, or the session ends.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let lines = Arc::new(Lines::open()?);
    let url = options.urls.first().context("name a URL")?;
    let account = sign_in(&lines, Client::new(url)?, options.user, options.password).await?;
    let name = account.session.user.display_name.clone();
    let (live, mut told) = Live::start(account, &options.urls)?;
    // Taken while a command waits for its answer as well.
    let (pump, updates) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(update) = told.recv().await {
            if pump.send(update).is_err() {
                return;
            }
        }
    });
    let mut chat = Chat { live: Arc::new(live), lines, open: None, listed: Vec::new(), is_online: false };
    chat.lines.say(&format!("You are {}. /help shows what you can do.", text::harmless(&name)));
    chat.serve(updates).await
}

/// Asks for what is missing; the second factor when there is one.
async fn sign_in(
    lines: &Lines,
    client: Client,
    user: Option<String>,
    password: Option<String>,
) -> anyhow::Result<SignedIn> {
    let user = match user {
        Some(user) => user,
        None => lines.ask("Username: ")?,
    };
    let password = match password {
        Some(password) => password,
        None => lines.ask_hidden("Password: ")?,
    };
    match client.login(&user, &password).await {
        Err(Error::SecondFactor(challenge)) => {
            let code = lines.ask("Code of your authenticator: ")?;
            Ok(client.verify_mfa(&challenge, code.trim()).await?)
        }
        outcome => Ok(outcome?),
    }
}

struct Chat {
    live: Arc<Live>,
    lines: Arc<Lines>,
    /// The conversation that is looked at.
    open: Option<ConversationId>,
    /// The conversations by the numbers of the last list.
    listed: Vec<ConversationId>,
    is_online: bool,
}

impl Chat {
    async fn serve(&mut self, mut updates: mpsc::UnboundedReceiver<Update>) -> anyhow::Result<()> {
        let mut input = self.lines.read(self.prompt());
        loop {
            tokio::select! {
                update = updates.recv() => match update {
                    Some(Update::Ended { reason }) => anyhow::bail!("{}", text::harmless(&reason)),
                    Some(update) => self.show(update).await,
                    None => return Ok(()),
                },
                // What was typed before the inbox is there waits for it.
                line = &mut input, if self.is_online => {
                    let Ok(Some(line)) = line else { return Ok(()) };
                    match Command::parse(&line) {
                        Ok(Command::Quit) => return Ok(()),
                        Ok(command) => {
                            if let Err(error) = self.obey(command).await {
                                self.lines.say(&format!("! {}", text::harmless(&format!("{error:#}"))));
                            }
                        }
                        Err(why) => self.lines.say(&format!("! {why}")),
                    }
                    input = self.lines.read(self.prompt());
                }
            }
        }
    }

    fn prompt(&self) -> String {
        let title = self.open.and_then(|id| {
            self.live.read(|replica| Some(text::title(&replica.conversation(id)?.conversation)))
        });
        title.map_or_else(|| "> ".to_owned(), |title| format!("{title}> "))
    }

    async fn show(&mut self, update: Update) {
        match update {
            Update::Online(hello) => {
                let is_first = !std::mem::replace(&mut self.is_online, true);
                if is_first {
                    self.list();
                } else {
                    self.lines.say("- connected again");
                }
                self.say_degraded(&hello.degraded);
            }
            Update::Offline { reason, .. } => {
                self.lines.say(&format!("- not connected ({}); trying again", text::harmless(&reason)));
            }
            Update::Message(message) => {
                let me = self.live.account().user_id();
                if self.open == Some(message.conversation_id) {
                    self.lines.say(&text::message(&message));
                    self.mark_read(message.conversation_id, message.seq).await;
                } else if message.sender.as_ref().is_some_and(|sender| sender.id != me) {
                    let title = self.live.read(|replica| {
                        replica
                            .conversation(message.conversation_id)
                            .map(|held| text::title(&held.conversation))
                    });
                    let title = title.unwrap_or_default();
                    self.lines.say(&format!("[{title}] {}", text::message(&message)));
                }
            }
            Update::Removed(id) => {
                if self.open == Some(id) {
                    self.open = None;
                    self.lines.say("- you are not in this conversation any more");
                }
            }
            Update::Event(event) => self.show_event(&event),
            Update::Conversation(_) | Update::Ended { .. } => {}
        }
    }

    fn show_event(&self, event: &pulse_client::Event) {
        match event.event_type.as_str() {
            "server.degraded" => {
                let down = event.data.get("degraded").and_then(|down| down.as_array());
                let down: Vec<_> =
                    down.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect();
                match down.is_empty() {
                    true => self.lines.say("- everything works again"),
                    false => self.say_degraded(&down),
                }
            }
            "follow.requested" => {
                let name = event.data.pointer("/user/display_name").and_then(|name| name.as_str());
                self.lines
                    .say(&format!("- {} asks to follow you", text::harmless(name.unwrap_or("somebody"))));
            }
            _ => {}
        }
    }

    fn say_degraded(&self, down: &[String]) {
        if !down.is_empty() {
            self.lines.say(&format!("- out of order just now: {}", text::harmless(&down.join(", "))));
        }
    }

    async fn obey(&mut self, command: Command) -> anyhow::Result<()> {
        match command {
            Command::Nothing | Command::Quit => {}
            Command::Help => self.lines.say(command::HELP),
            Command::List => self.list(),
            Command::Open(name) => self.open(&name).await?,
            Command::Back => self.back().await?,
            Command::Close => {
                if let Some(id) = self.open.take() {
                    self.live.look_away(id).await;
                }
            }
            Command::Status(status) => {
                self.live.request("presence.set", json!({"status": status})).await?;
            }
            Command::Say(body) => {
                let id = self.open.context("open a conversation first: /list, then /open and its number")?;
                // It may take as long as the service is away; one can read and type on meanwhile.
                let (live, lines) = (Arc::clone(&self.live), Arc::clone(&self.lines));
                tokio::spawn(async move {
                    if let Err(error) = live.send(id, NewMessage::new(body)).await {
                        lines.say(&format!("! not sent: {}", text::harmless(&error.to_string())));
                    }
                });
            }
        }
        Ok(())
    }

    fn list(&mut self) {
        let (listed, shown): (Vec<_>, Vec<_>) = self.live.read(|replica| {
            let held = replica.conversations().into_iter().zip(1..);
            held.map(|(held, number)| (held.conversation.id, text::line(number, &held.conversation))).unzip()
        });
        self.listed = listed;
        match shown.is_empty() {
            true => {
                self.lines.say("There is no conversation yet. /open @name begins one with somebody you know.")
            }
            false => shown.iter().for_each(|line| self.lines.say(line)),
        }
    }

    /// A number of the list, `@username`, or the beginning of a title.
    async fn find(&self, name: &str) -> anyhow::Result<ConversationId> {
        if let Ok(number) = name.parse::<usize>() {
            let found = number.checked_sub(1).and_then(|index| self.listed.get(index));
            return found.copied().with_context(|| format!("there is no number {number} in the list"));
        }
        if let Some(username) = name.strip_prefix('@') {
            let account = self.live.account();
            let user = account.user_by_username(username).await?;
            return Ok(account.open_direct(user.id).await?.id);
        }
        let wanted = name.to_lowercase();
        let found = self.live.read(|replica| {
            let mut held = replica.conversations().into_iter();
            held.find(|held| text::title(&held.conversation).to_lowercase().starts_with(&wanted))
                .map(|held| held.conversation.id)
        });
        found.with_context(|| format!("no conversation is called {name}"))
    }

    async fn open(&mut self, name: &str) -> anyhow::Result<()> {
        let id = self.find(name).await?;
        if let Some(before) = self.open.take().filter(|before| *before != id) {
            self.live.look_away(before).await;
        }
        self.live.look_at(id).await?;
        self.open = Some(id);
        let (lines, last_seq) = self.live.read(|replica| {
            let held = replica.conversation(id);
            let messages = held.map(|held| held.messages.values().rev().take(SHOWN).collect::<Vec<_>>());
            let lines: Vec<_> = messages.unwrap_or_default().into_iter().rev().map(text::message).collect();
            (lines, held.map_or(0, |held| held.conversation.last_seq))
        });
        lines.iter().for_each(|line| self.lines.say(line));
        self.mark_read(id, last_seq).await;
        Ok(())
    }

    /// Shows the page of history before what was loaded.
    async fn back(&self) -> anyhow::Result<()> {
        let id = self.open.context("open a conversation first")?;
        let first = |replica: &pulse_client::Replica| {
            let held = replica.conversation(id)?;
            held.messages.first_key_value().map(|(seq, _)| *seq)
        };
        let before = self.live.read(first);
        if !self.live.look_back(id).await? {
            self.lines.say("- this is the beginning");
            return Ok(());
        }
        let lines = self.live.read(|replica| {
            let held = replica.conversation(id);
            let older = held.into_iter().flat_map(|held| held.messages.range(..before.unwrap_or(i64::MAX)));
            older.map(|(_, message)| text::message(message)).collect::<Vec<_>>()
        });
        lines.iter().for_each(|line| self.lines.say(line));
        Ok(())
    }

    /// A mark that fails is made good by the next one.
    async fn mark_read(&self, id: ConversationId, seq: i64) {
        let data = json!({"conversation_id": id, "seq": seq});
        let _ = self.live.request("read.mark", data).await;
    }
}
