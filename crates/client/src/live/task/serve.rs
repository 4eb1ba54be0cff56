//! One socket of a kept connection, from its `hello` to its end. Everything that waits for an answer is a future of its own, so
//! that events are always taken: unread they would hold the answers up.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use pulse_types::ConversationId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use super::{End, Task};
use crate::api::SignedIn;
use crate::error::Error;
use crate::live::backoff::Backoff;
use crate::live::replica::Replica;
use crate::live::{Command, Update};
use crate::models::{Changes, Conversation, Message, Sent, Sync};
use crate::socket::{Event, Socket};

/// How often the own token is renewed, so that the next sync is small.
const SYNC_INTERVAL: Duration = Duration::from_secs(60);
/// The same while there are no live events.
const SYNC_INTERVAL_DEAF: Duration = Duration::from_secs(10);
/// Events that are kept while a sync is under way; with more the socket is given up.
const HELD_BACK_MAX: usize = 100_000;

/// What came of something that was waited for.
enum Done {
    Nothing,
    Sent(ConversationId, Box<Result<Sent, Error>>),
    Inbox(Result<Vec<Conversation>, Error>),
    Synced(Result<Sync, Error>),
    Changes(ConversationId, Result<Box<Changes>, Error>),
    Looked(ConversationId, Result<View, Error>, Option<oneshot::Sender<Result<(), Error>>>),
    Refreshed(Result<Box<SignedIn>, Error>),
}

/// A conversation as it was found when it was opened.
struct View {
    version: i64,
    newest: Vec<Message>,
}

#[derive(Deserialize)]
struct Opened {
    version: i64,
}

/// What belongs to one socket.
struct Serving<'a> {
    task: &'a mut Task,
    backoff: &'a mut Backoff,
    socket: Arc<Socket>,
    events: mpsc::Receiver<Event>,
    waiting: FuturesUnordered<BoxFuture<'static, Done>>,
    /// Events that came while a sync was under way: it may be older or newer than they are, so they come after it.
    held_back: Option<Vec<Event>>,
    repairing: HashSet<ConversationId>,
    is_online: bool,
    is_deaf: bool,
    sync_at: Instant,
    /// The service said, before it closed, when it wants to be seen again.
    reconnect_at: Option<Instant>,
}

impl Task {
    /// Serves a socket until it ends.
    pub(super) async fn serve(&mut self, mut socket: Socket, backoff: &mut Backoff) -> End {
        let events = socket.take_events();
        let is_deaf = socket.hello.degraded.iter().any(|down| down == "nats");
        let mut serving = Serving {
            task: self,
            backoff,
            socket: Arc::new(socket),
            events,
            waiting: FuturesUnordered::new(),
            held_back: Some(Vec::new()),
            repairing: HashSet::new(),
            is_online: false,
            is_deaf,
            sync_at: Instant::now() + SYNC_INTERVAL,
            reconnect_at: None,
        };
        serving.run().await
    }
}

impl Serving<'_> {
    async fn run(&mut self) -> End {
        self.catch_up();
        for conversation_id in self.task.looked_at.clone() {
            self.look(conversation_id, None);
        }
        loop {
            let now = Instant::now();
            for (conversation_id, message) in self.task.outbox.due(now) {
                let socket = Arc::clone(&self.socket);
                self.waiting.push(Box::pin(async move {
                    Done::Sent(conversation_id, Box::new(socket.send(conversation_id, &message).await))
                }));
            }
            let wake_at = self.task.outbox.next_at().map_or(self.sync_at, |at| at.min(self.sync_at));
            let outcome = tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.on_event(event).await,
                    None => Err(self.end()),
                },
                Some(done) = self.waiting.next() => self.on_done(done).await,
                command = self.task.commands.recv() => match command {
                    Some(command) => { self.on_command(command); Ok(()) }
                    None => Err(End::Abandoned),
                },
                () = sleep_until(wake_at) => { self.on_time(); Ok(()) }
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    fn end(&self) -> End {
        let (code, reason) = self.socket.end();
        let reconnect_after = self.reconnect_at.map(|at| at.saturating_duration_since(Instant::now()));
        End::Socket { code, reason, reconnect_after }
    }

    /// Asks for what happened before this socket; the first time for the whole inbox.
    fn catch_up(&mut self) {
        self.held_back.get_or_insert_default();
        match self.task.token.clone() {
            Some(token) => self.ask("sync", json!({"since": token}), Done::Synced),
            None => {
                let account = self.account();
                self.waiting.push(Box::pin(async move { Done::Inbox(account.inbox().await) }));
            }
        }
    }

    /// Sends a request whose answer is of one type.
    fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        request_type: &'static str,
        data: Value,
        done: impl FnOnce(Result<T, Error>) -> Done + Send + 'static,
    ) {
        let socket = Arc::clone(&self.socket);
        self.waiting.push(Box::pin(async move { done(answer(&socket, request_type, data).await) }));
    }

    /// The account, at the gateway of this socket.
    fn account(&self) -> SignedIn {
        let account = self.task.account.borrow().clone();
        account.at(self.socket.base_url()).unwrap_or(account)
    }

    async fn on_event(&mut self, event: Event) -> Result<(), End> {
        match event.event_type.as_str() {
            "auth.expiring" => self.refresh(),
            "server.draining" => {
                let after = event.data.get("reconnect_after_ms").and_then(Value::as_u64);
                self.reconnect_at = after.map(|after| Instant::now() + Duration::from_millis(after));
            }
            "sync.required" => self.on_sync_required(&event),
            "server.degraded" => {
                let down = event.data.get("degraded").and_then(Value::as_array);
                self.is_deaf = down.into_iter().flatten().any(|name| name == "nats");
                if self.is_deaf {
                    self.sync_at = self.sync_at.min(Instant::now() + SYNC_INTERVAL_DEAF);
                }
                self.task.tell(Update::Event(event)).await;
            }
            _ => match &mut self.held_back {
                Some(held_back) if held_back.len() >= HELD_BACK_MAX => {
                    let reason = "too much happened during a sync".to_owned();
                    return Err(End::Socket { code: None, reason, reconnect_after: None });
                }
                Some(held_back) => held_back.push(event),
                None => self.learn(event).await,
            },
        }
        Ok(())
    }

    async fn learn(&mut self, event: Event) {
        use super::Learnt;
        let conversation_id = event_conversation(&event);
        let learnt = self.task.replica(|replica| replica.learn(&event));
        match learnt {
            Learnt::Nothing if !is_of_the_replica(&event) => self.task.tell(Update::Event(event)).await,
            learnt => self.task.tell_learnt(learnt).await,
        }
        if let Some(id) = conversation_id.filter(|id| self.task.replica(|replica| is_behind(replica, *id))) {
            self.repair(id);
        }
    }

    fn on_sync_required(&mut self, event: &Event) {
        let ids = event.data.get("conversation_ids").and_then(Value::as_array);
        let ids: Option<Vec<ConversationId>> =
            ids.map(|ids| ids.iter().filter_map(Value::as_str).filter_map(|id| id.parse().ok()).collect());
        match ids {
            Some(ids) if ids.iter().all(|id| self.task.replica(|all| all.conversation(*id).is_some())) => {
                ids.into_iter().for_each(|id| self.repair(id));
            }
            _ if self.held_back.is_none() => self.catch_up(),
            _ => {}
        }
    }

    /// Asks for what is missing of a conversation.
    fn repair(&mut self, conversation_id: ConversationId) {
        let known = self.task.replica(|replica| replica.conversation(conversation_id).map(|held| held.known));
        if let Some(after) = known.filter(|_| self.repairing.insert(conversation_id)) {
            let data = json!({"conversation_id": conversation_id, "after": after});
            self.ask("conversation.changes", data, move |changes| Done::Changes(conversation_id, changes));
        }
    }

    fn look(&mut self, conversation_id: ConversationId, told: Option<oneshot::Sender<Result<(), Error>>>) {
        let (socket, account) = (Arc::clone(&self.socket), self.account());
        self.waiting.push(Box::pin(async move {
            let view = async {
                let data = json!({"conversation_id": conversation_id});
                let opened: Opened = answer(&socket, "conversation.open", data).await?;
                let newest = account.messages(conversation_id, "limit=50").await?.items;
                Ok(View { version: opened.version, newest })
            };
            Done::Looked(conversation_id, view.await, told)
        }));
    }

    fn refresh(&self) {
        let mut account = self.account();
        self.waiting.push(Box::pin(async move {
            Done::Refreshed(account.refresh().await.map(|()| Box::new(account)))
        }));
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Send(conversation_id, letter) => self.task.outbox.post(conversation_id, letter),
            Command::Request(request_type, data, told) => {
                let socket = Arc::clone(&self.socket);
                self.waiting.push(Box::pin(async move {
                    let outcome = socket.request(&request_type, data).await.map(|(value, _)| value);
                    // Whoever asked may have gone.
                    let _ = told.send(outcome);
                    Done::Nothing
                }));
            }
            Command::Look(conversation_id, told) => {
                if !self.task.looked_at.contains(&conversation_id) {
                    self.task.looked_at.push(conversation_id);
                }
                self.look(conversation_id, Some(told));
            }
            Command::LookAway(conversation_id) => {
                self.task.looked_at.retain(|looked_at| *looked_at != conversation_id);
                let data = json!({"conversation_id": conversation_id});
                self.ask("conversation.close", data, |_: Result<Value, Error>| Done::Nothing);
            }
        }
    }

    fn on_time(&mut self) {
        let now = Instant::now();
        if now >= self.sync_at {
            self.sync_at = now + if self.is_deaf { SYNC_INTERVAL_DEAF } else { SYNC_INTERVAL };
            if self.held_back.is_none() {
                self.catch_up();
            }
        }
    }

    async fn on_done(&mut self, done: Done) -> Result<(), End> {
        match done {
            Done::Nothing => {}
            Done::Sent(conversation_id, outcome) => {
                self.task.outbox.answered(conversation_id, *outcome, Instant::now());
            }
            Done::Inbox(inbox) => {
                self.task.token = Some(self.socket.hello.sync_token.clone());
                for conversation in inbox.map_err(End::Failed)? {
                    self.task.replica(|replica| replica.snapshot(conversation));
                }
                // What was found of them before, if anything, was found when nothing was known of them, or is thrown away.
                for conversation_id in self.task.looked_at.clone() {
                    self.look(conversation_id, None);
                }
                self.caught_up().await;
            }
            Done::Synced(outcome) => self.on_synced(outcome).await?,
            Done::Changes(conversation_id, outcome) => self.on_changes(conversation_id, outcome).await,
            Done::Looked(conversation_id, outcome, told) => {
                self.on_looked(conversation_id, outcome, told).await
            }
            Done::Refreshed(Ok(account)) => {
                let token = account.session.access_token.clone();
                self.task.account.send_replace(*account);
                let data = json!({"access_token": token});
                self.ask("auth.refresh", data, |_: Result<Value, Error>| Done::Nothing);
            }
            // Without a new token the socket ends with the old one, and why is told then.
            Done::Refreshed(Err(_)) => {}
        }
        Ok(())
    }

    async fn on_synced(&mut self, outcome: Result<Sync, Error>) -> Result<(), End> {
        let sync = match outcome {
            Ok(sync) => sync,
            Err(error) if error.code() == Some("resync_required") => {
                // All that is known is too old: begin anew.
                self.task.token = None;
                let user_id = self.socket.hello.user_id;
                self.task.replica(|replica| *replica = Replica::new(user_id));
                self.catch_up();
                return Ok(());
            }
            Err(error) => return Err(End::Failed(error)),
        };
        self.task.token = Some(sync.token.clone());
        let has_more = sync.has_more;
        let (learnt, behind) = self.task.replica(|replica| replica.synced(sync));
        for learnt in learnt {
            self.task.tell_learnt(learnt).await;
        }
        behind.into_iter().for_each(|id| self.repair(id));
        match has_more {
            true => self.catch_up(),
            false => self.caught_up().await,
        }
        Ok(())
    }

    async fn on_changes(&mut self, conversation_id: ConversationId, outcome: Result<Box<Changes>, Error>) {
        self.repairing.remove(&conversation_id);
        match outcome {
            Ok(changes) => {
                let has_more = changes.has_more;
                for learnt in self.task.replica(|replica| replica.changed(*changes)) {
                    self.task.tell_learnt(learnt).await;
                }
                if has_more || self.task.replica(|replica| is_behind(replica, conversation_id)) {
                    self.repair(conversation_id);
                }
            }
            Err(error) if matches!(error.code(), Some("not_found" | "not_a_member")) => {
                let learnt = self.task.replica(|replica| replica.forget(conversation_id));
                self.task.tell_learnt(learnt).await;
            }
            // The socket has ended, or the next event or sync asks again.
            Err(_) => {}
        }
    }

    async fn on_looked(
        &mut self,
        conversation_id: ConversationId,
        outcome: Result<View, Error>,
        told: Option<oneshot::Sender<Result<(), Error>>>,
    ) {
        let outcome = match outcome {
            Ok(View { version, newest }) => {
                let news = self.task.replica(|replica| replica.newest_page(conversation_id, version, newest));
                for learnt in news {
                    self.task.tell_learnt(learnt).await;
                }
                if self.task.replica(|replica| has_more(replica, conversation_id)) {
                    self.repair(conversation_id);
                }
                Ok(())
            }
            Err(error) => {
                if error.code().is_some() {
                    self.task.looked_at.retain(|looked_at| *looked_at != conversation_id);
                }
                Err(error)
            }
        };
        if let Some(told) = told {
            // Whoever asked may have gone.
            let _ = told.send(outcome);
        } else if outcome.is_ok() {
            self.task.tell(Update::Conversation(conversation_id)).await;
        }
    }

    /// All that happened before is known: from here on events are learnt as they come.
    async fn caught_up(&mut self) {
        for event in self.held_back.take().unwrap_or_default() {
            self.learn(event).await;
        }
        if !self.is_online {
            self.is_online = true;
            self.backoff.reset();
            self.task.tell_online(&self.socket.hello).await;
        }
    }
}

async fn answer<T: DeserializeOwned>(socket: &Socket, request_type: &str, data: Value) -> Result<T, Error> {
    let (value, _) = socket.request(request_type, data).await?;
    serde_json::from_value(value).map_err(|error| Error::Unreadable(format!("{request_type}: {error}")))
}

fn is_behind(replica: &Replica, conversation_id: ConversationId) -> bool {
    replica.conversation(conversation_id).is_some_and(super::super::Held::is_behind)
}

fn has_more(replica: &Replica, conversation_id: ConversationId) -> bool {
    replica.conversation(conversation_id).is_some_and(super::super::Held::has_more)
}

/// Events that say nothing when the replica learns nothing from them.
fn is_of_the_replica(event: &Event) -> bool {
    let kinds = ["message.", "reaction.", "member.", "conversation.", "unread."];
    kinds.iter().any(|kind| event.event_type.starts_with(kind))
}

fn event_conversation(event: &Event) -> Option<ConversationId> {
    let id = event.data.get("conversation_id").or_else(|| event.data.get("id"))?;
    id.as_str()?.parse().ok()
}
