//! Writes mails from their templates and hands them over, to an SMTP server or into a folder.
//!
//! Which mails there are is in `domain/mail.rs`; when they are written and sent, in `ops/mail.rs` and `ops/delivery.rs`.

use std::sync::Arc;

use lettre::message::Mailbox;
use pulse_types::MailId;
use time::OffsetDateTime;
use tokio::sync::Notify;

use crate::domain::mail::{Mail, Recipient};
use crate::mailing::message::Writer;

pub mod message;
pub mod smtp;
pub mod transport;

pub use message::{Letter, WriteError};
pub use smtp::Smtp;
pub use transport::{SendError, Transport};

/// Writes and sends mails. Clones share one.
#[derive(Debug, Clone)]
pub struct Mailing {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: Writer,
    transport: Transport,
    due: Notify,
}

impl Mailing {
    /// Writes mails in the name of `from`, with links to `public_url`, and sends them by `transport`.
    ///
    /// # Errors
    /// [`WriteError`] when a template is broken.
    pub fn new(from: Mailbox, public_url: &str, transport: Transport) -> Result<Self, WriteError> {
        let writer = Writer::new(from, public_url)?;
        Ok(Self { inner: Arc::new(Inner { writer, transport, due: Notify::new() }) })
    }

    /// Writes a mail.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(
        &self,
        mail_id: MailId,
        to: &Recipient,
        mail: &Mail,
        now: OffsetDateTime,
    ) -> Result<Letter, WriteError> {
        self.inner.writer.write(mail_id, to, mail, now)
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send(&self, mail_id: MailId, letter: &Letter) -> Result<(), SendError> {
        self.inner.transport.send(mail_id, letter).await
    }

    /// Says that a mail may be due, after the commit that stored it. Who forgets it delays the mail until the next look.
    pub fn wake(&self) {
        self.inner.due.notify_one();
    }

    /// Waits for [`Mailing::wake`].
    pub async fn woken(&self) {
        self.inner.due.notified().await;
    }
}
