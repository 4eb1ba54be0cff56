//! The live sockets of all gateways: each answers for its own, and any can ask all.

use std::collections::BTreeMap;
use std::time::Duration;

use pulse_events::{Bus, Question, subjects};
use pulse_proto::gateway::v1 as proto;
use pulse_rpc::Failure;
use pulse_runtime::Shutdown;
use pulse_types::UserId;

use crate::clients::convert;
use crate::domain::connection::ConnectionCount;

/// The one transport there is so far.
const WEBSOCKET: &str = "websocket";
/// How long answers are gathered.
const GATHER: Duration = Duration::from_millis(300);
/// How soon a failed subscription is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Entries of one answer, so that it fits into a message.
const CHUNK: usize = 1000;

/// Answers for the live sockets of this process, as a task of `shutdown`; `list` gives whose they are and their scopes.
pub fn answer(
    bus: Bus,
    pod: String,
    shutdown: &Shutdown,
    list: impl Fn() -> Vec<(UserId, String)> + Send + Sync + 'static,
) {
    let begun = shutdown.token();
    shutdown.spawn("events.connections", async move {
        let listen = async {
            loop {
                match bus.questions(subjects::GATEWAY_CONNECTIONS).await {
                    Ok(mut questions) => {
                        while let Some(question) = questions.next().await {
                            tell(&question, &pod, list()).await;
                        }
                    }
                    Err(error) => tracing::debug!(%error, "can't listen to questions yet"),
                }
                tokio::time::sleep(RETRY_AFTER).await;
            }
        };
        tokio::select! {
            () = listen => {}
            () = begun.cancelled() => {}
        }
    });
}

async fn tell(question: &Question, pod: &str, sockets: Vec<(UserId, String)>) {
    let mut counts = BTreeMap::<_, u32>::new();
    for socket in sockets {
        *counts.entry(socket).or_default() += 1;
    }
    let counts: Vec<_> = counts
        .into_iter()
        .map(|((user_id, scope), count)| proto::ConnectionCount {
            user_id: user_id.to_string(),
            scope,
            transport: WEBSOCKET.to_owned(),
            count,
        })
        .collect();
    for chunk in counts.chunks(CHUNK) {
        let answer = proto::ListConnectionsResponse { pod: pod.to_owned(), connections: chunk.to_vec() };
        if let Err(error) = question.answer(&answer).await {
            tracing::debug!(%error, "can't answer for the live sockets");
            return;
        }
    }
}

/// The live sockets of all gateways, in order.
///
/// # Errors
/// `unavailable` while the bus is away.
pub async fn list(bus: &Bus) -> Result<Vec<ConnectionCount>, Failure> {
    let question = proto::ListConnectionsRequest {};
    let answers = bus
        .gather::<proto::ListConnectionsResponse>(subjects::GATEWAY_CONNECTIONS, &question, GATHER)
        .await
        .map_err(|error| Failure::unavailable("the bus between gateways").with_source(error))?;
    let mut connections = Vec::new();
    for answer in answers {
        for found in answer.connections {
            connections.push(ConnectionCount {
                pod: answer.pod.clone(),
                user_id: convert::id("connection.user_id", &found.user_id)?,
                scope: found.scope,
                transport: found.transport,
                count: found.count,
            });
        }
    }
    connections.sort();
    Ok(connections)
}
