//! Conversations and history: calls to message-store. Sends and marks go over the stream of `commands.rs`.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::message_store_service_client::MessageStoreServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use pulse_types::{ConversationId, MessageId, UserId};
use uuid::Uuid;

use crate::clients::{Page, PageAsk, convert, page};
use crate::domain::conversation_change::Opening;
use crate::domain::{Conversation, ConversationKind, Message, Moment};

/// Which page of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The latest one.
    Latest,
    /// The one that ends before this seq.
    Before(i64),
    /// The one that begins after this seq.
    After(i64),
    /// The one with this seq in its middle.
    Around(i64),
    /// The one with the first message in its middle that is not older.
    At(Moment),
}

/// A page of a history, ascending by `seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The messages.
    pub items: Vec<Message>,
    /// There are earlier ones.
    pub has_before: bool,
    /// There are later ones.
    pub has_after: bool,
}

/// A page of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// The conversations, latest activity first.
    pub page: Page<Conversation>,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
}

/// Calls message-store. Clones share the connection.
#[derive(Clone)]
pub struct MessageStore(MessageStoreServiceClient<Connection>);

impl MessageStore {
    /// Nothing is opened before the first call.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self(MessageStoreServiceClient::new(connection))
    }

    /// The generated client, for the other files of `clients/` and for the events that need the present state.
    #[must_use]
    pub fn client(&self) -> MessageStoreServiceClient<Connection> {
        self.0.clone()
    }

    /// The direct conversation with a person, and whether it was made by this call.
    ///
    /// # Errors
    /// `not_found`, `not_connected`, `idempotency_mismatch`, `validation_failed` (oneself); `unavailable` when the service can't be reached, so with
    /// all calls below.
    pub async fn get_or_create_direct(
        &self,
        caller: Principal,
        peer_id: UserId,
        client_id: Option<Uuid>,
    ) -> Result<(Conversation, Opening), Failure> {
        let client_id = client_id.map(|id| id.to_string()).unwrap_or_default();
        let request = proto::GetOrCreateDirectRequest { peer_id: peer_id.to_string(), client_id };
        let answer = self.client().get_or_create_direct(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        let opening = match (answer.created, answer.replayed) {
            (true, _) => Opening::Made,
            (false, true) => Opening::Repeated,
            (false, false) => Opening::Stood,
        };
        Ok((convert::conversation(answer.conversation)?, opening))
    }

    /// One conversation of the caller.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn conversation(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
    ) -> Result<Conversation, Failure> {
        let request =
            caller.request(proto::GetConversationRequest { conversation_id: conversation_id.to_string() });
        let answer = self.client().get_conversation(request).await.map_err(Failure::from_status)?;
        convert::conversation(answer.into_inner().conversation)
    }

    /// A page of the inbox.
    ///
    /// # Errors
    /// `validation_failed`.
    pub async fn inbox(
        &self,
        caller: Principal,
        ask: PageAsk,
        kind: Option<ConversationKind>,
        archived: bool,
    ) -> Result<Inbox, Failure> {
        let kind = kind.map_or(proto::ConversationKind::Unspecified, convert::conversation::kind_message);
        let request = proto::ListConversationsRequest { page: Some(ask.into()), kind: kind.into(), archived };
        let answer = self
            .client()
            .list_conversations(caller.request(request))
            .await
            .map_err(Failure::from_status)?
            .into_inner();
        let page = page(answer.conversations, answer.page, |found| convert::conversation(Some(found)))?;
        Ok(Inbox { page, total_unread: answer.total_unread })
    }

    /// A page of a conversation's history.
    ///
    /// # Errors
    /// `not_found`, `validation_failed`.
    pub async fn history(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        position: Position,
        limit: u32,
    ) -> Result<History, Failure> {
        let position = match position {
            Position::Latest => None,
            Position::Before(seq) => Some(proto::list_messages_request::Position::BeforeSeq(seq)),
            Position::After(seq) => Some(proto::list_messages_request::Position::AfterSeq(seq)),
            Position::Around(seq) => Some(proto::list_messages_request::Position::AroundSeq(seq)),
            Position::At(moment) => {
                Some(proto::list_messages_request::Position::At(convert::timestamp(moment)))
            }
        };
        let request =
            proto::ListMessagesRequest { conversation_id: conversation_id.to_string(), limit, position };
        let answer = self
            .client()
            .list_messages(caller.request(request))
            .await
            .map_err(Failure::from_status)?
            .into_inner();
        let items = answer.messages.into_iter().map(convert::message).collect::<Result<_, _>>()?;
        Ok(History { items, has_before: answer.has_before, has_after: answer.has_after })
    }

    /// Moves the caller's read marks to the end of every conversation.
    ///
    /// # Errors
    /// `unavailable` when the service can't be reached.
    pub async fn mark_all_read(&self, caller: Principal) -> Result<(), Failure> {
        let request = caller.request(proto::MarkAllReadRequest {});
        self.client().mark_all_read(request).await.map(drop).map_err(Failure::from_status)
    }

    /// One message that the caller may see.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn message(&self, caller: Principal, message_id: MessageId) -> Result<Message, Failure> {
        let request = caller.request(proto::GetMessageRequest { message_id: message_id.to_string() });
        let answer = self.client().get_message(request).await.map_err(Failure::from_status)?.into_inner();
        let found =
            answer.message.ok_or_else(|| Failure::internal("message-store answered without a message"))?;
        convert::message(found)
    }
}
