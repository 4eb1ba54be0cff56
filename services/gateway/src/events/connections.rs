//! The live sockets of all gateways: each answers for its own, any can ask all, and operators may close one.

use std::collections::BTreeMap;
use std::time::Duration;

use prost::Message;
use pulse_events::{Bus, Question, subjects};
use pulse_proto::gateway::v1 as proto;
use pulse_rpc::Failure;
use pulse_runtime::Shutdown;
use pulse_types::{ConnectionId, UserId};

use crate::clients::convert;
use crate::domain::connection::{ConnectionCount, LiveSocket};

/// How long answers are gathered.
const GATHER: Duration = Duration::from_millis(300);
/// How soon a failed subscription is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Entries of one answer, so that it fits into a message, also when each names as many sockets as a user may have.
const CHUNK: usize = 500;

/// Answers what is asked about the live sockets of this process, until the shutdown begins.
#[derive(Debug, Clone)]
pub struct Answerer {
    /// Where questions come from.
    pub bus: Bus,
    /// Name of this process.
    pub pod: String,
    /// Ends it.
    pub shutdown: Shutdown,
}

impl Answerer {
    /// Tells the live sockets; `list` gives them.
    pub fn tell(&self, list: impl Fn() -> Vec<LiveSocket> + Send + Sync + 'static) {
        let pod = self.pod.clone();
        self.listen("events.connections", subjects::GATEWAY_CONNECTIONS, move |_| counts(&pod, list()));
    }

    /// Closes live sockets for operators; `close` gives the owner, or `None` when there is no such socket here: then another
    /// gateway answers, or nobody.
    pub fn close(&self, close: impl Fn(ConnectionId) -> Option<UserId> + Send + Sync + 'static) {
        let pod = self.pod.clone();
        let answer = move |question: &Question| {
            let asked = question.read::<proto::CloseConnectionRequest>();
            let user_id = close(asked?.connection_id.parse().ok()?)?;
            Some(proto::CloseConnectionResponse { pod: pod.clone(), user_id: user_id.to_string() })
        };
        self.listen("events.connections.close", subjects::GATEWAY_CONNECTIONS_CLOSE, answer);
    }

    /// Answers the questions of a subject as `answers` says, as a task of the shutdown.
    fn listen<A: Message + 'static, I: IntoIterator<Item = A, IntoIter: Send + 'static>>(
        &self,
        name: &'static str,
        subject: &'static str,
        answers: impl Fn(&Question) -> I + Send + Sync + 'static,
    ) {
        let (bus, begun) = (self.bus.clone(), self.shutdown.token());
        self.shutdown.spawn(name, async move {
            let listen = async {
                loop {
                    match bus.questions(subject).await {
                        Ok(mut questions) => {
                            while let Some(question) = questions.next().await {
                                reply(&question, answers(&question).into_iter()).await;
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
}

async fn reply<A: Message>(question: &Question, answers: impl Iterator<Item = A>) {
    for answer in answers {
        if let Err(error) = question.answer(&answer).await {
            tracing::debug!(%error, "can't answer for the live sockets");
            return;
        }
    }
}

fn counts(pod: &str, sockets: Vec<LiveSocket>) -> Vec<proto::ListConnectionsResponse> {
    let mut counts = BTreeMap::<_, Vec<String>>::new();
    for socket in sockets {
        let kind = (socket.user_id, socket.scope, socket.transport);
        counts.entry(kind).or_default().push(socket.connection_id.to_string());
    }
    let counts: Vec<_> = counts
        .into_iter()
        .map(|((user_id, scope, transport), connection_ids)| proto::ConnectionCount {
            user_id: user_id.to_string(),
            scope,
            transport: transport.as_str().to_owned(),
            count: u32::try_from(connection_ids.len()).unwrap_or(u32::MAX),
            connection_ids,
        })
        .collect();
    let answer = |connections: &[proto::ConnectionCount]| proto::ListConnectionsResponse {
        pod: pod.to_owned(),
        connections: connections.to_vec(),
    };
    counts.chunks(CHUNK).map(answer).collect()
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
