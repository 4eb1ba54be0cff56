//! Telling message-store what changed: at once by the operation that changed it, and again from the table until it has
//! confirmed it, whatever crashed or was down in between.

use std::time::Duration;

use futures_util::StreamExt as _;
use pulse_rpc::Failure;
use pulse_runtime::Shutdown;
use pulse_types::UserId;
use tokio::time::MissedTickBehavior;

use super::Graph;
use super::relationship::Told;
use crate::domain::delivery::{Delivery, Subject};
use crate::store::{self, StoreError, Tx};

/// How long an operation waits for message-store before it answers all the same.
const DEADLINE: Duration = Duration::from_secs(2);
/// From when on the sweep may take a new delivery: later than the deadline of the one who made it.
const FIRST_REPEAT: Duration = Duration::from_secs(3);
const SWEEP_INTERVAL: Duration = Duration::from_millis(500);
/// Deliveries taken at once, and how many of them are on the wire together. What is more waits in the table.
const SWEEP_BATCH: i64 = 64;
const SWEEP_CONCURRENCY: usize = 8;

/// Why a delivery stays in the table.
#[derive(Debug, thiserror::Error)]
enum DeliverError {
    #[error("message-store did not confirm it")]
    Refused(#[from] Failure),
    #[error("message-store did not answer in time")]
    Late,
    #[error("it can't be read or deleted")]
    Store(#[from] StoreError),
}

/// Keeps in the transaction of a change that message-store must be told of it.
pub(super) async fn insert(graph: &Graph, tx: &mut Tx, subject: Subject) -> Result<Delivery, StoreError> {
    let now = graph.clock.now();
    store::delivery::insert(tx, subject, now, now + FIRST_REPEAT).await
}

/// Tells message-store, and gives up after [`DEADLINE`]: the table keeps it.
pub(super) async fn deliver_now(graph: &Graph, delivery: Delivery) -> Told {
    match deliver(graph, delivery).await {
        Ok(()) => Told::Yes,
        Err(error) => {
            metrics::counter!("pulse_graph_deliveries_postponed_total").increment(1);
            tracing::warn!(error = &error as &dyn std::error::Error, "message-store is told later");
            Told::Later
        }
    }
}

/// Repeats what was not confirmed, until the shutdown begins.
pub async fn run(graph: Graph, shutdown: Shutdown) {
    let begun = shutdown.token();
    let mut every = tokio::time::interval(SWEEP_INTERVAL);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = every.tick() => {}
            () = begun.cancelled() => return,
        }
        // While all goes well there is no pause between full batches.
        while !begun.is_cancelled() {
            match sweep(&graph).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the deliveries can't be read");
                    break;
                }
            }
        }
    }
}

/// Makes an attempt with what is due; true when more may be due and all was confirmed.
async fn sweep(graph: &Graph) -> Result<bool, StoreError> {
    let due = {
        let mut conn = graph.db.conn().await?;
        store::delivery::claim(&mut conn, graph.clock.now(), SWEEP_BATCH).await?
    };
    let is_full = i64::try_from(due.len()) == Ok(SWEEP_BATCH);
    let outcomes: Vec<_> = futures_util::stream::iter(due)
        .map(|delivery| deliver(graph, delivery))
        .buffer_unordered(SWEEP_CONCURRENCY)
        .collect()
        .await;
    let failures: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    if let Some(first) = failures.first() {
        let error = *first as &dyn std::error::Error;
        tracing::warn!(error, count = failures.len(), "message-store is told later");
    }
    Ok(is_full && failures.is_empty())
}

/// One attempt. The connection to the database is given back while message-store is waited for.
async fn deliver(graph: &Graph, delivery: Delivery) -> Result<(), DeliverError> {
    tokio::time::timeout(DEADLINE, tell(graph, delivery.subject)).await.map_err(|_| DeliverError::Late)??;
    let mut conn = graph.db.conn().await?;
    store::delivery::delete(&mut conn, delivery.delivery_id).await?;
    Ok(())
}

async fn tell(graph: &Graph, subject: Subject) -> Result<(), DeliverError> {
    match subject {
        Subject::Person(user_id) => tell_person(graph, user_id).await?,
        Subject::Pair(pair) => {
            let mut conn = graph.db.conn().await?;
            let untold = store::delivery::list_untold(&mut conn, [pair.low(), pair.high()]).await?;
            let connection = store::relationship::find_connection(&mut conn, pair).await?;
            drop(conn);
            // Whoever has just signed up may still be on the way, and nobody can write to whom message-store does not know.
            for user_id in untold {
                tell_person(graph, user_id).await?;
            }
            if let Some(connection) = connection {
                graph.message_store.apply_relationship(connection).await?;
            }
        }
    }
    Ok(())
}

async fn tell_person(graph: &Graph, user_id: UserId) -> Result<(), DeliverError> {
    let shown = store::profile::find_shown(&mut *graph.db.conn().await?, user_id).await?;
    if let Some(shown) = shown {
        graph.message_store.apply_person(shown).await?;
    }
    Ok(())
}
