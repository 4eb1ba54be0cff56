//! The other services that hold data on people: social-graph and message-store, asked to forget a person or to tell all
//! that they hold.

use std::sync::Arc;
use std::time::Duration;

use pulse_proto::graph::v1 as graph;
use pulse_proto::graph::v1::profile_service_client::ProfileServiceClient;
use pulse_proto::messages::v1 as messages;
use pulse_proto::messages::v1::privacy_service_client::PrivacyServiceClient;
use pulse_rpc::{Connection, Failure, Identity, ServiceName, connect, connect_for_streams};
use pulse_types::UserId;
use tonic::transport::Endpoint;
use tonic::{Request, Streaming};

/// How long the next piece of an export may take.
const PIECE_TIMEOUT: Duration = Duration::from_secs(30);

/// Where the services are.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// social-graph.
    pub social_graph: Endpoint,
    /// message-store.
    pub message_store: Endpoint,
}

/// The services.
#[derive(Clone)]
pub struct Holders {
    graph: ProfileServiceClient<Connection>,
    graph_streams: ProfileServiceClient<Connection>,
    messages: PrivacyServiceClient<Connection>,
    messages_streams: PrivacyServiceClient<Connection>,
}

impl std::fmt::Debug for Holders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Holders(..)")
    }
}

/// A piece of a document; pieces that follow one another and have one name belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Of the document.
    pub name: String,
    /// JSON text; of a file, its own bytes.
    pub bytes: Vec<u8>,
}

/// What a service holds, piece by piece.
#[derive(Debug)]
pub enum Pieces {
    /// Of social-graph.
    Graph(Box<Streaming<graph::ExportPersonResponse>>),
    /// Of message-store.
    Messages(Box<Streaming<messages::ExportPersonResponse>>),
}

impl Holders {
    /// Opens nothing before the first call.
    #[must_use]
    pub fn new(at: Addresses, identity: &Arc<Identity>) -> Self {
        let identity = || Arc::clone(identity);
        let (graph, messages) = (ServiceName::SocialGraph, ServiceName::MessageStore);
        Self {
            graph: ProfileServiceClient::new(connect(at.social_graph.clone(), graph, identity())),
            graph_streams: ProfileServiceClient::new(connect_for_streams(at.social_graph, graph, identity())),
            messages: PrivacyServiceClient::new(connect(at.message_store.clone(), messages, identity())),
            messages_streams: PrivacyServiceClient::new(connect_for_streams(
                at.message_store,
                messages,
                identity(),
            )),
        }
    }

    /// Lets social-graph forget a person; may be repeated.
    ///
    /// # Errors
    /// What social-graph answered.
    pub async fn erase_from_social_graph(&self, user_id: UserId, timeout: Duration) -> Result<(), Failure> {
        let mut request = Request::new(graph::ErasePersonRequest { user_id: user_id.to_string() });
        request.set_timeout(timeout);
        self.graph.clone().erase_person(request).await.map_err(Failure::from_status)?;
        Ok(())
    }

    /// Lets message-store forget a person; may be repeated.
    ///
    /// # Errors
    /// What message-store answered.
    pub async fn erase_from_message_store(
        &self,
        user_id: UserId,
        erase_messages: bool,
        timeout: Duration,
    ) -> Result<(), Failure> {
        let mut request =
            Request::new(messages::ErasePersonRequest { user_id: user_id.to_string(), erase_messages });
        request.set_timeout(timeout);
        self.messages.clone().erase_person(request).await.map_err(Failure::from_status)?;
        Ok(())
    }

    /// All that social-graph holds on a person.
    ///
    /// # Errors
    /// What social-graph answered.
    pub async fn export_from_social_graph(&self, user_id: UserId) -> Result<Pieces, Failure> {
        let request = graph::ExportPersonRequest { user_id: user_id.to_string() };
        let answer = self.graph_streams.clone().export_person(request).await;
        Ok(Pieces::Graph(Box::new(answer.map_err(Failure::from_status)?.into_inner())))
    }

    /// All that message-store holds on a person.
    ///
    /// # Errors
    /// What message-store answered.
    pub async fn export_from_message_store(&self, user_id: UserId) -> Result<Pieces, Failure> {
        let request = messages::ExportPersonRequest { user_id: user_id.to_string() };
        let answer = self.messages_streams.clone().export_person(request).await;
        Ok(Pieces::Messages(Box::new(answer.map_err(Failure::from_status)?.into_inner())))
    }
}

impl Pieces {
    /// The next piece; `None` after the last one.
    ///
    /// # Errors
    /// What the service answered; `unavailable` when nothing comes in time.
    pub async fn next(&mut self) -> Result<Option<Piece>, Failure> {
        let next = async {
            Ok(match self {
                Self::Graph(stream) => stream
                    .message()
                    .await
                    .map_err(Failure::from_status)?
                    .map(|piece| Piece { name: piece.name, bytes: piece.chunk }),
                Self::Messages(stream) => stream
                    .message()
                    .await
                    .map_err(Failure::from_status)?
                    .map(|piece| Piece { name: piece.name, bytes: piece.chunk }),
            })
        };
        tokio::time::timeout(PIECE_TIMEOUT, next)
            .await
            .unwrap_or_else(|_| Err(Failure::unavailable("the service that holds the data")))
    }
}
