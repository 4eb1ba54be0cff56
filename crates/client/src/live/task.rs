//! The task behind a kept connection: connects, serves one socket after another, and ends when no further one can help.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::backoff::Backoff;
use super::outbox::Outbox;
use super::replica::{Learnt, Replica};
use super::{Command, Update};
use crate::api::{Client, SignedIn};
use crate::error::Error;
use crate::socket::{Hello, Socket};
use pulse_types::ConversationId;

mod serve;

/// How long a handshake may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Close codes after which another socket would end the same way.
const FINAL: [u16; 6] = [1000, 1002, 1007, 1009, 4400, 4403];
/// Close codes after which a fresh token helps.
const TOKEN_EXPIRED: u16 = 4401;

/// All that outlives a socket.
pub(super) struct Task {
    gateways: Vec<Client>,
    /// Which of them is next.
    turn: usize,
    account: watch::Sender<SignedIn>,
    commands: mpsc::Receiver<Command>,
    updates: mpsc::Sender<Update>,
    replica: Arc<Mutex<Replica>>,
    outbox: Outbox,
    looked_at: Vec<ConversationId>,
    /// Where the next sync begins; `None` before the first inbox is loaded.
    token: Option<String>,
}

/// Why a socket is there no more.
enum End {
    /// It was closed or broke.
    Socket { code: Option<u16>, reason: String, reconnect_after: Option<Duration> },
    /// It could not be opened, or what it needs could not be asked.
    Failed(Error),
    /// Nobody listens any more.
    Abandoned,
}

impl Task {
    pub(super) fn new(
        gateways: Vec<Client>,
        account: watch::Sender<SignedIn>,
        commands: mpsc::Receiver<Command>,
        updates: mpsc::Sender<Update>,
        replica: Arc<Mutex<Replica>>,
    ) -> Self {
        Self {
            gateways,
            turn: 0,
            account,
            commands,
            updates,
            replica,
            outbox: Outbox::default(),
            looked_at: Vec::new(),
            token: None,
        }
    }

    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            let end = match self.connect().await {
                Ok(socket) => self.serve(socket, &mut backoff).await,
                Err(error) => End::Failed(error),
            };
            self.outbox.cut();
            let outcome = self.after(end, &mut backoff).await;
            let pause = match outcome {
                Ok(pause) => pause,
                Err(reason) => {
                    self.tell(Update::Ended { reason }).await;
                    return;
                }
            };
            if !self.wait(pause).await {
                return;
            }
        }
    }

    async fn connect(&mut self) -> Result<Socket, Error> {
        let gateway = self.gateways.get(self.turn % self.gateways.len()).cloned();
        self.turn = self.turn.wrapping_add(1);
        let gateway = gateway.ok_or_else(|| Error::Address(String::new()))?;
        let session = self.account.borrow().session.clone();
        let account = gateway.with_session(session);
        let socket = timeout(CONNECT_TIMEOUT, account.connect()).await;
        socket.unwrap_or_else(|_| Err(Error::Closed { code: None, reason: "no answer in time".to_owned() }))
    }

    /// What is to be done after a socket: how long to wait before the next one, or why there can be none.
    async fn after(&mut self, end: End, backoff: &mut Backoff) -> Result<Duration, String> {
        let (code, reason, after) = match end {
            End::Abandoned => return Err("nobody listens any more".to_owned()),
            End::Socket { code: Some(code), reason, .. } if FINAL.contains(&code) => {
                return Err(format!("closed with {code}: {reason}"));
            }
            End::Socket { code, reason, reconnect_after } => (code, reason, reconnect_after),
            End::Failed(error) => match error.code() {
                Some("token_expired") => (Some(TOKEN_EXPIRED), error.to_string(), None),
                Some("rate_limited" | "unavailable" | "internal") | None => (None, with_cause(&error), None),
                Some(_) => return Err(error.to_string()),
            },
        };
        self.tell(Update::Offline { code, reason }).await;
        if code == Some(TOKEN_EXPIRED) {
            match self.refresh().await {
                Ok(()) => return Ok(Duration::ZERO),
                Err(Error::Refused(problem)) if problem.status == 401 => return Err(problem.to_string()),
                Err(_) => {}
            }
        }
        Ok(after.unwrap_or_else(|| backoff.next()))
    }

    /// Takes new tokens.
    async fn refresh(&mut self) -> Result<(), Error> {
        let mut account = self.account.borrow().clone();
        account.refresh().await?;
        self.account.send_replace(account);
        Ok(())
    }

    /// Waits between two sockets and takes orders meanwhile; false when nobody gives any more.
    async fn wait(&mut self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        loop {
            tokio::select! {
                () = sleep_until(until) => return true,
                command = self.commands.recv() => match command {
                    None => return false,
                    Some(Command::Send(conversation_id, letter)) => self.outbox.post(conversation_id, letter),
                    Some(Command::Request(_, _, told)) => drop(told.send(Err(not_connected()))),
                    Some(Command::Look(_, told)) => drop(told.send(Err(not_connected()))),
                    Some(Command::LookAway(conversation_id)) => {
                        self.looked_at.retain(|looked_at| *looked_at != conversation_id);
                    }
                }
            }
        }
    }

    async fn tell(&self, update: Update) {
        // Without an owner the task is about to be ended.
        let _ = self.updates.send(update).await;
    }

    async fn tell_learnt(&self, learnt: Learnt) {
        match learnt {
            Learnt::Nothing => {}
            Learnt::Message(message) => self.tell(Update::Message(message)).await,
            Learnt::Conversation(conversation_id) => self.tell(Update::Conversation(conversation_id)).await,
            Learnt::Removed(conversation_id) => self.tell(Update::Removed(conversation_id)).await,
        }
    }

    fn replica<T>(&self, action: impl FnOnce(&mut Replica) -> T) -> T {
        action(&mut self.replica.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn tell_online(&self, hello: &Hello) {
        self.tell(Update::Online(Box::new(hello.clone()))).await;
    }
}

/// A failure and what brought it about, for people.
fn with_cause(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

fn not_connected() -> Error {
    Error::Closed { code: None, reason: "not connected just now".to_owned() }
}
