//! Deleting an account: signed out and gone from here by one transaction, then erased from everywhere else by a saga whose
//! row is its memory. Whatever crashes or is down meanwhile, it goes on until it is finished.

use std::sync::Arc;
use std::time::Duration;

use pulse_events::streams::ForgetError;
use pulse_events::{streams, subjects};
use pulse_rpc::Failure;
use pulse_runtime::Shutdown;

use crate::domain::audit::{AuditEntry, SecurityEvent};
use crate::domain::erasure::{Erasure, Step, pause_after};
use crate::domain::mail::Mail;
use crate::domain::session::Caller;
use crate::ops::reauthentication::{self, Proof, ReauthenticationError, Wants};
use crate::ops::{Parts, audit, mail, session};
use crate::store::{self, StoreError};

/// How long the username stays nobody's.
const USERNAME_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
/// How often a replica looks when nobody wakes it: erasures of others that ended, and those that are tried again.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// For how long an erasure is left to the replica that took it up: longer than a step may take.
const LEASE: Duration = Duration::from_secs(20);
/// Longest step. What it did is not lost when it takes longer: the next attempt goes on from there.
const STEP_TIMEOUT: Duration = Duration::from_secs(15);

/// Why a step is not done yet.
#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error("the service refused or can't be reached: {0}")]
    Service(#[from] Failure),
    #[error("the events can't be forgotten")]
    Events(#[from] ForgetError),
    #[error("no answer in time")]
    TimedOut,
    #[error("the step can't be noted")]
    Store(#[from] StoreError),
}

/// Deletes the caller's account. When it returns, all sessions have ended and nobody signs in any more; the rest is done by
/// [`run`].
///
/// # Errors
/// [`ReauthenticationError`]; then nothing was deleted.
#[tracing::instrument(name = "account.delete", skip_all)]
pub async fn start(
    parts: &Parts,
    caller: &Caller,
    proof: Proof,
    erase_messages: bool,
) -> Result<(), ReauthenticationError> {
    reauthentication::require(parts, caller, proof, Wants::PasswordAndCode).await?;
    let user_id = caller.user_id;
    let now = parts.now();
    let mut tx = parts.db.begin().await?;
    let entries = session::end_all(parts, &mut tx, user_id, None, now).await?;
    // As it is now: the name may have been changed while the proof was checked.
    let Some(account) = store::account::find(&mut tx, user_id).await? else { return Ok(()) };
    store::released_username::forget_owner(&mut tx, user_id).await?;
    store::released_username::release(&mut tx, &account.username, None, now + USERNAME_KEPT).await?;
    let told = [subjects::account_registered(user_id), subjects::account_renamed(user_id)];
    store::erasure::delete_account(&mut tx, user_id, &told).await?;
    // After the deletion of the account's other mails: this last one is to leave.
    mail::notify(parts, &mut tx, &account, &Mail::AccountDeleted).await?;
    store::erasure::insert(&mut tx, user_id, erase_messages, now).await?;
    let event = SecurityEvent::AccountDeleted;
    let entry = AuditEntry { user_id: Some(user_id), event, client: caller.client.clone() };
    audit::record(parts, &mut tx, entry).await?;
    audit::forget(&mut tx, user_id).await?;
    tx.commit().await?;
    parts.relay.offer(entries);
    parts.mailing.wake();
    parts.wakers.erasures.notify_one();
    Ok(())
}

/// Carries on erasures, one after the other, until the shutdown begins.
pub async fn run(parts: Arc<Parts>, shutdown: Shutdown) {
    let begun = shutdown.token();
    loop {
        let carried = tokio::select! {
            carried = carry_one(&parts, &shutdown) => carried,
            () = begun.cancelled() => return,
        };
        match carried {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "erasures can't be read now"),
        }
        tokio::select! {
            () = parts.wakers.erasures.notified() => {}
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
            () = begun.cancelled() => return,
        }
    }
}

/// Carries on the erasure that has been due longest; false when none is.
async fn carry_one(parts: &Parts, shutdown: &Shutdown) -> Result<bool, StoreError> {
    let now = parts.now();
    let claimed = store::erasure::claim(&mut *parts.db.conn().await?, now, now + LEASE).await?;
    let Some(erasure) = claimed else { return Ok(false) };
    let user_id = erasure.user_id;
    let begun = shutdown.token();
    let outcome = tokio::select! {
        outcome = advance(parts, &erasure) => outcome,
        () = begun.cancelled() => {
            // Another replica, or the next process, need not wait for the lease.
            store::erasure::postpone(&mut *parts.db.conn().await?, user_id, parts.now(), None).await?;
            return Ok(false);
        }
    };
    match outcome {
        Ok(()) => {
            store::erasure::finish(&mut *parts.db.conn().await?, user_id, parts.now()).await?;
            metrics::counter!("pulse_auth_erasures_finished_total").increment(1);
            tracing::info!(user.id = %user_id, "an account was erased everywhere");
        }
        Err(error) => {
            let text = error.to_string();
            tracing::warn!(user.id = %user_id, attempts = erasure.attempts, error = &error as &dyn std::error::Error, "an account is not erased everywhere yet");
            let next_attempt_at = parts.now() + pause_after(erasure.attempts);
            store::erasure::postpone(&mut *parts.db.conn().await?, user_id, next_attempt_at, Some(&text))
                .await?;
        }
    }
    Ok(true)
}

/// Does the steps that are left, and notes each.
async fn advance(parts: &Parts, erasure: &Erasure) -> Result<(), StepError> {
    for step in erasure.remaining() {
        let doing = tokio::time::timeout(STEP_TIMEOUT, take(parts, erasure, step));
        doing.await.map_err(|_| StepError::TimedOut)??;
        let mut conn = parts.db.conn().await?;
        store::erasure::note_done(&mut conn, erasure.user_id, step, parts.now() + LEASE).await?;
    }
    Ok(())
}

async fn take(parts: &Parts, erasure: &Erasure, step: Step) -> Result<(), StepError> {
    let user_id = erasure.user_id;
    match step {
        Step::SocialGraph => parts.holders.erase_from_social_graph(user_id, STEP_TIMEOUT).await?,
        Step::MessageStore => {
            parts.holders.erase_from_message_store(user_id, erasure.erase_messages, STEP_TIMEOUT).await?;
        }
        Step::Events => {
            streams::forget(&parts.bus, streams::AUTH, subjects::every_event_of_account(user_id)).await?;
        }
    }
    Ok(())
}
