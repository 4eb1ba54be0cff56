//! The neighbour at the edge of the process: a gRPC server that stands where message-store stands, and only writes down what
//! it is told, so that a test can see what was delivered, in which order, and take the neighbour away.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pulse_proto::messages::v1::message_store_service_server::{
    MessageStoreService, MessageStoreServiceServer,
};
use pulse_proto::messages::v1::*;
use pulse_testkit::{Proxy, free_listener};
use tokio::task::JoinHandle;
use tokio_stream::Stream;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

/// A call that arrived.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    Person(ApplyPersonRequest),
    Relationship(ApplyRelationshipRequest),
}

#[derive(Debug, Clone, Default)]
struct Notebook {
    told: Arc<Mutex<Vec<Told>>>,
    delay: Arc<Mutex<Duration>>,
}

/// Gone when dropped.
#[derive(Debug)]
pub(crate) struct Neighbour {
    notebook: Notebook,
    /// The way to it.
    wire: Proxy,
    task: JoinHandle<()>,
}

impl Neighbour {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = free_listener().await?;
        let wire = Proxy::start(&listener.local_addr()?.to_string()).await?;
        let notebook = Notebook::default();
        let server = Server::builder().add_service(MessageStoreServiceServer::new(notebook.clone()));
        let task = tokio::spawn(async move {
            let _ended = server.serve_with_incoming(TcpListenerStream::new(listener)).await;
        });
        Ok(Self { notebook, wire, task })
    }

    /// Where it is reached.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.wire.addr()
    }

    /// Closes every connection, and new ones at once.
    pub(crate) fn take_away(&self) {
        self.wire.cut();
    }

    /// It can be reached again.
    pub(crate) fn bring_back(&self) {
        self.wire.restore();
    }

    /// Answers later from now on.
    pub(crate) fn delay(&self, by: Duration) {
        *self.notebook.delay.lock().unwrap_or_else(PoisonError::into_inner) = by;
    }

    /// All calls so far, in the order of their arrival.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.notebook.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The calls about connections.
    pub(crate) fn relationships(&self) -> Vec<ApplyRelationshipRequest> {
        let only_relationships = |told| match told {
            Told::Relationship(request) => Some(request),
            Told::Person(_) => None,
        };
        self.told().into_iter().filter_map(only_relationships).collect()
    }

    /// The calls about people.
    pub(crate) fn people(&self) -> Vec<ApplyPersonRequest> {
        let only_people = |told| match told {
            Told::Person(request) => Some(request),
            Told::Relationship(_) => None,
        };
        self.told().into_iter().filter_map(only_people).collect()
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Notebook {
    async fn write_down(&self, told: Told) {
        let delay = *self.delay.lock().unwrap_or_else(PoisonError::into_inner);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }
}

/// social-graph calls two methods; the others belong to the door and are never asked for here.
macro_rules! never_called {
    ($($method:ident($request:ty) -> $response:ty;)*) => {
        #[tonic::async_trait]
        impl MessageStoreService for Notebook {
            type ExecuteCommandsStream =
                Pin<Box<dyn Stream<Item = Result<ExecuteCommandsResponse, Status>> + Send>>;

            async fn apply_relationship(
                &self,
                request: Request<ApplyRelationshipRequest>,
            ) -> Result<Response<ApplyRelationshipResponse>, Status> {
                assert!(request.metadata().contains_key("pulse-service-token"), "calls say who makes them");
                self.write_down(Told::Relationship(request.into_inner())).await;
                Ok(Response::new(ApplyRelationshipResponse {}))
            }

            async fn apply_person(
                &self,
                request: Request<ApplyPersonRequest>,
            ) -> Result<Response<ApplyPersonResponse>, Status> {
                self.write_down(Told::Person(request.into_inner())).await;
                Ok(Response::new(ApplyPersonResponse {}))
            }

            async fn execute_commands(
                &self,
                _: Request<Streaming<ExecuteCommandsRequest>>,
            ) -> Result<Response<Self::ExecuteCommandsStream>, Status> {
                Err(Status::unimplemented("social-graph never calls this"))
            }

            $(async fn $method(&self, _: Request<$request>) -> Result<Response<$response>, Status> {
                Err(Status::unimplemented("social-graph never calls this"))
            })*
        }
    };
}

never_called! {
    get_or_create_direct(GetOrCreateDirectRequest) -> GetOrCreateDirectResponse;
    get_conversation(GetConversationRequest) -> GetConversationResponse;
    list_conversations(ListConversationsRequest) -> ListConversationsResponse;
    send_message(SendMessageRequest) -> SendMessageResponse;
    list_messages(ListMessagesRequest) -> ListMessagesResponse;
    get_message(GetMessageRequest) -> GetMessageResponse;
    mark_read(MarkReadRequest) -> MarkReadResponse;
    mark_delivered(MarkDeliveredRequest) -> MarkDeliveredResponse;
    mark_all_read(MarkAllReadRequest) -> MarkAllReadResponse;
    list_unread(ListUnreadRequest) -> ListUnreadResponse;
    get_sync_point(GetSyncPointRequest) -> GetSyncPointResponse;
}
