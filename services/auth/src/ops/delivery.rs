//! Sending what is stored: each replica takes mails that are due, sends them outside of any transaction, and forgets them.
//!
//! A mail that could not be sent is tried again until it has lost its use. It is sent twice only when the process or the
//! database ends between sending and forgetting; both copies then carry one `Message-ID`.

use std::sync::Arc;
use std::time::Duration;

use pulse_runtime::Shutdown;
use tokio::task::JoinSet;

use crate::domain::sealing::{CryptoError, random};
use crate::mailing::smtp::SEND_TIMEOUT;
use crate::mailing::{Letter, SendError};
use crate::ops::{Parts, mail};
use crate::store::mail::DueMail;
use crate::store::{self, StoreError};

/// Mails that one replica sends at once.
const BATCH: usize = 16;
/// How often it looks when nobody wakes it: mails of other replicas that ended, and mails that are tried again.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// For how long a mail is left to the replica that took it: longer than a sending may take.
const LEASE: Duration = Duration::from_secs(30);
const _: () = assert!(LEASE.as_secs() > SEND_TIMEOUT.as_secs());
/// Pause before the second attempt; it doubles from there.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// Longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// Pause between two attempts to forget a mail that was sent, while the database is away.
const FORGET_PAUSE: Duration = Duration::from_millis(200);

/// Answers requests for links and sends mails until the shutdown begins; what is being sent then is finished.
pub async fn run(parts: Arc<Parts>, shutdown: Shutdown) {
    let begun = shutdown.token();
    while !begun.is_cancelled() {
        match round(&parts).await {
            // There may be more.
            Ok(sent) if sent >= BATCH => continue,
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "mails can't be looked up now"),
        }
        tokio::select! {
            () = parts.mailing.woken() => {}
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
            () = begun.cancelled() => {}
        }
    }
}

/// Sends what is due; returns how many mails were tried.
async fn round(parts: &Arc<Parts>) -> Result<usize, StoreError> {
    mail::answer_requests(parts).await?;
    let now = parts.now();
    let mut conn = parts.db.conn().await?;
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let due = store::mail::claim(&mut conn, now, now + LEASE, limit).await?;
    let waiting = store::mail::waiting(&mut conn).await?;
    drop(conn);
    metrics::gauge!("pulse_auth_mails_waiting")
        .set(f64::from(u32::try_from(waiting.count).unwrap_or(u32::MAX)));
    let oldest_seconds = waiting.oldest_at.map_or(0.0, |at| (now - at).as_seconds_f64());
    metrics::gauge!("pulse_auth_mails_oldest_seconds").set(oldest_seconds);

    let tried = due.len();
    let mut sending = JoinSet::new();
    for mail in due {
        let parts = Arc::clone(parts);
        sending.spawn(async move { deliver(&parts, mail).await });
    }
    while let Some(ended) = sending.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "the sending of a mail broke off");
        }
    }
    Ok(tried)
}

/// What became of one attempt; counted.
enum Outcome {
    Sent,
    Refused(String),
    Expired,
    Unreadable,
    Failed(String),
}

async fn deliver(parts: &Parts, mail: DueMail) {
    let outcome = attempt(parts, &mail).await;
    let (label, error) = match &outcome {
        Outcome::Sent => ("sent", None),
        Outcome::Refused(error) => ("refused", Some(error.as_str())),
        Outcome::Expired => ("expired", Some("it has lost its use")),
        Outcome::Unreadable => ("unreadable", Some("it was sealed with another key")),
        Outcome::Failed(error) => ("failed", Some(error.as_str())),
    };
    metrics::counter!("pulse_auth_mails_total", "kind" => mail.kind.clone(), "outcome" => label).increment(1);
    if let (Outcome::Failed(_), Some(error)) = (&outcome, error) {
        return postpone(parts, &mail, error).await;
    }
    if let Some(error) = error {
        tracing::warn!(mail.id = %mail.mail_id, mail.kind, mail.attempts, error, "a mail is given up");
    }
    forget(parts, &mail).await;
}

async fn attempt(parts: &Parts, mail: &DueMail) -> Outcome {
    if mail.expires_at <= parts.now() {
        return Outcome::Expired;
    }
    let opened = parts.sealing_key.open(mail.mail_id.as_uuid().as_bytes(), &mail.sealed_message);
    let Some(letter) = opened.ok().and_then(|bytes| Letter::from_bytes(&bytes)) else {
        return Outcome::Unreadable;
    };
    match parts.mailing.send(mail.mail_id, &letter).await {
        Ok(()) => Outcome::Sent,
        Err(SendError::Refused(reason)) => Outcome::Refused(reason),
        Err(SendError::Failed(reason)) => Outcome::Failed(reason),
    }
}

/// If it can't be put off, it comes back when its lease ends.
async fn postpone(parts: &Parts, mail: &DueMail, error: &str) {
    let next_attempt_at = parts.now() + pause_after(mail.attempts, random());
    tracing::warn!(mail.id = %mail.mail_id, mail.kind, mail.attempts, error, "a mail will be tried again");
    let postponed = async {
        let mut conn = parts.db.conn().await?;
        store::mail::postpone(&mut conn, mail.mail_id, next_attempt_at, error).await
    };
    if let Err(error) = postponed.await {
        tracing::debug!(mail.id = %mail.mail_id, %error, "a mail can't be put off");
    }
}

/// Does not rest until it is done: a mail that is not forgotten is sent again.
async fn forget(parts: &Parts, mail: &DueMail) {
    loop {
        let forgotten = async { store::mail::delete(&mut *parts.db.conn().await?, mail.mail_id).await }.await;
        match forgotten {
            Ok(()) => return,
            Err(error) => tracing::debug!(mail.id = %mail.mail_id, %error, "a mail can't be forgotten yet"),
        }
        tokio::time::sleep(FORGET_PAUSE).await;
    }
}

/// Doubles with each attempt, and up to half as much again, so that what failed together does not come back together.
fn pause_after(attempts: u32, random: Result<[u8; 1], CryptoError>) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
    let [jitter] = random.unwrap_or([0]);
    (doubled + doubled.min(LONGEST_PAUSE) * u32::from(jitter) / 512).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_five_seconds_to_a_quarter_of_an_hour() {
        assert_eq!(pause_after(1, Ok([0])), Duration::from_secs(5));
        assert!(pause_after(1, Ok([255])) < Duration::from_millis(7500));
        assert_eq!(pause_after(3, Ok([0])), Duration::from_secs(20));
        for attempts in [9, 100, u32::MAX] {
            assert_eq!(pause_after(attempts, Ok([255])), LONGEST_PAUSE);
        }
    }
}
