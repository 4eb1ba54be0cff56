//! Questions to everybody who listens to a subject. Nobody knows how many those are, so answers are gathered for a while.

use std::time::Duration;

use async_nats::{Client, Subject, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;
use prost::Message;
use tokio::time::Instant;

use crate::bus::{Bus, BusError};

/// Answers to one question that are kept; what comes beyond is left out.
const ANSWERS_MAX: usize = 4096;

/// Questions that come in, until it is dropped.
#[derive(Debug)]
pub struct Questions {
    client: Client,
    subscriber: Subscriber,
}

/// A question that waits for answers.
#[derive(Debug)]
pub struct Question {
    client: Client,
    reply_to: Subject,
    payload: Bytes,
}

impl Bus {
    /// Asks all who listen to `subject`, and gives what they answer `within` this time, in no order. Answers that can't be read
    /// are skipped.
    ///
    /// # Errors
    /// [`BusError`] when the server can't be reached.
    pub async fn gather<A: Message + Default>(
        &self,
        subject: &'static str,
        question: &impl Message,
        within: Duration,
    ) -> Result<Vec<A>, BusError> {
        if !self.is_connected() {
            return Err(BusError::Away);
        }
        let deadline = Instant::now() + within;
        let inbox = self.client().new_inbox();
        let mut subscriber = self.client().subscribe(inbox.clone()).await?;
        self.client().publish_with_reply(subject, inbox, question.encode_to_vec().into()).await?;
        self.client().flush().await?;
        let mut answers = Vec::new();
        while let Ok(Some(message)) = tokio::time::timeout_at(deadline, subscriber.next()).await {
            match A::decode(message.payload) {
                Ok(answer) if answers.len() < ANSWERS_MAX => answers.push(answer),
                Ok(_) => {}
                // Also how the server says that nobody listens: an empty message reads as an empty answer.
                Err(error) => tracing::debug!(%error, "skipped an answer"),
            }
        }
        Ok(answers)
    }

    /// Listens to the questions of a subject.
    ///
    /// # Errors
    /// [`BusError`] when the server can't be reached.
    pub async fn questions(&self, subject: &'static str) -> Result<Questions, BusError> {
        let subscriber = self.client().subscribe(subject).await?;
        self.client().flush().await?;
        Ok(Questions { client: self.client().clone(), subscriber })
    }
}

impl Questions {
    /// The next question; `None` once the subscription has ended.
    pub async fn next(&mut self) -> Option<Question> {
        loop {
            let message = self.subscriber.next().await?;
            if let Some(reply_to) = message.reply {
                return Some(Question { client: self.client.clone(), reply_to, payload: message.payload });
            }
        }
    }
}

impl Question {
    /// What is asked; `None` when it can't be read.
    #[must_use]
    pub fn read<Q: Message + Default>(&self) -> Option<Q> {
        Q::decode(self.payload.clone()).ok()
    }

    /// Sends one answer; there may be several.
    ///
    /// # Errors
    /// [`BusError`] when the connection is closed.
    pub async fn answer(&self, answer: &impl Message) -> Result<(), BusError> {
        self.client.publish(self.reply_to.clone(), answer.encode_to_vec().into()).await?;
        Ok(())
    }
}
