//! A client that stays connected: it opens a socket, opens another one when it ends, repeats what was not accepted, and keeps
//! what it knows of the conversations without a gap.
//!
//! ```no_run
//! # async fn example() -> Result<(), pulse_client::Error> {
//! use pulse_client::{Client, Live, NewMessage, Update};
//!
//! let ada = Client::new("http://localhost:8080")?.login("ada", "correct horse battery").await?;
//! let (live, mut updates) = Live::start(ada, &[])?;
//! while let Some(update) = updates.recv().await {
//!     if let Update::Message(message) = update {
//!         live.send(message.conversation_id, NewMessage::new("I see")).await?;
//!     }
//! }
//! # Ok(()) }
//! ```

mod backoff;
mod outbox;
mod replica;
mod task;

use std::sync::{Arc, Mutex, PoisonError};

use pulse_types::ConversationId;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;

use crate::api::SignedIn;
use crate::error::Error;
use crate::models::{Message, NewMessage, Sent};
use crate::socket::{Event, Hello};
use outbox::Letter;
pub use replica::{Held, Replica};
use task::Task;

/// Commands that wait for the task.
const COMMANDS: usize = 1024;
/// Updates that wait for the owner. When there are more the socket is read no further.
const UPDATES: usize = 4096;

/// A connection that is kept; dropping it ends it.
#[derive(Debug)]
pub struct Live {
    commands: mpsc::Sender<Command>,
    replica: Arc<Mutex<Replica>>,
    account: watch::Receiver<SignedIn>,
    task: AbortHandle,
}

/// What its owner is told, in the order in which it came to be known.
#[derive(Debug, Clone)]
pub enum Update {
    /// A socket is open, and all that happened before is known.
    Online(Box<Hello>),
    /// The socket is gone; another one will be opened. What was sent is kept and repeated.
    Offline {
        /// Close code, if one came.
        code: Option<u16>,
        /// Text beside it, or what failed.
        reason: String,
    },
    /// It can't be opened again: the session has ended, or the service refuses this client. The last update.
    Ended {
        /// Why.
        reason: String,
    },
    /// A message is new or changed.
    Message(Box<Message>),
    /// Something of a conversation changed.
    Conversation(ConversationId),
    /// One is not in it any more.
    Removed(ConversationId),
    /// Anything else, as it came: typing, presence, receipts, people, degradation.
    Event(Event),
}

#[derive(Debug)]
enum Command {
    Send(ConversationId, Letter),
    Request(String, Value, oneshot::Sender<Result<Value, Error>>),
    Look(ConversationId, oneshot::Sender<Result<(), Error>>),
    LookAway(ConversationId),
}

impl Live {
    /// Begins to connect, in turn at each of `gateways`, or where the account was signed in when there are none. The owner must
    /// take the updates.
    ///
    /// # Errors
    /// [`Error::Address`]
    pub fn start(account: SignedIn, gateways: &[String]) -> Result<(Self, mpsc::Receiver<Update>), Error> {
        let own = [account.base_url().to_owned()];
        let gateways = if gateways.is_empty() { &own } else { gateways };
        let clients = gateways.iter().map(|url| crate::Client::new(url)).collect::<Result<_, _>>()?;
        let (commands, orders) = mpsc::channel(COMMANDS);
        let (updates, told) = mpsc::channel(UPDATES);
        let replica = Arc::new(Mutex::new(Replica::new(account.user_id())));
        let (changed, accounts) = watch::channel(account);
        let task = Task::new(clients, changed, orders, updates, Arc::clone(&replica));
        let task = tokio::spawn(task.run()).abort_handle();
        Ok((Self { commands, replica, account: accounts, task }, told))
    }

    /// Sends a message and waits until it is accepted, through as many sockets as it takes. Messages of one conversation are
    /// accepted in the order of the calls.
    ///
    /// # Errors
    /// [`Error::Refused`] when no repeat can help; [`Error::Closed`] when the connection has ended for good.
    pub async fn send(&self, conversation_id: ConversationId, message: NewMessage) -> Result<Sent, Error> {
        let (told, hears) = oneshot::channel();
        self.order(Command::Send(conversation_id, Letter { message, told }), hears).await
    }

    /// Asks something of the present socket, once.
    ///
    /// # Errors
    /// [`Error::Refused`] as the answer says; [`Error::Closed`] when there is no socket, or it ends before the answer.
    pub async fn request(&self, request_type: &str, data: Value) -> Result<Value, Error> {
        let (told, hears) = oneshot::channel();
        self.order(Command::Request(request_type.to_owned(), data, told), hears).await
    }

    /// Loads the newest messages of a conversation and hears its typing, receipts and counts from now on, also on later
    /// sockets.
    ///
    /// # Errors
    /// As [`Live::request`].
    pub async fn look_at(&self, conversation_id: ConversationId) -> Result<(), Error> {
        let (told, hears) = oneshot::channel();
        self.order(Command::Look(conversation_id, told), hears).await
    }

    /// The end of [`Live::look_at`].
    pub async fn look_away(&self, conversation_id: ConversationId) {
        // Without the task nothing is looked at any more.
        let _ = self.commands.send(Command::LookAway(conversation_id)).await;
    }

    /// Loads the page of history before what is kept of a conversation; false when there is none.
    ///
    /// # Errors
    /// As every REST call.
    pub async fn look_back(&self, conversation_id: ConversationId) -> Result<bool, Error> {
        let first = self.read(|replica| {
            let messages = replica.conversation(conversation_id).map(|held| &held.messages);
            messages.and_then(|messages| messages.first_key_value().map(|(seq, _)| *seq))
        });
        let query = first.map_or_else(String::new, |first| format!("before={first}"));
        let page = self.account().messages(conversation_id, &query).await?;
        let is_there = !page.items.is_empty();
        let mut replica = self.replica.lock().unwrap_or_else(PoisonError::into_inner);
        replica.older_page(conversation_id, page.items);
        Ok(is_there)
    }

    /// Reads what is known. Nothing changes meanwhile, so be quick.
    pub fn read<T>(&self, reader: impl FnOnce(&Replica) -> T) -> T {
        reader(&self.replica.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The account with its present tokens, for REST.
    #[must_use]
    pub fn account(&self) -> SignedIn {
        self.account.borrow().clone()
    }

    async fn order<T>(
        &self,
        command: Command,
        answer: oneshot::Receiver<Result<T, Error>>,
    ) -> Result<T, Error> {
        let ended = || Error::Closed { code: None, reason: "the connection has ended".to_owned() };
        self.commands.send(command).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.task.abort();
    }
}
