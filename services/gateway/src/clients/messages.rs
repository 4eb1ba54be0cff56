//! What happens to messages once they stand, and whom they have reached: calls to message-store's MessageService.

use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::message_service_client::MessageServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use pulse_types::{ConversationId, MessageId, UserId};

use crate::clients::convert;
use crate::domain::receipt::{MessageReceipt, OpenConversation, Receipt};
use crate::domain::{Edit, Message, Reaction};

/// Calls message-store. Clones share the connection.
#[derive(Clone)]
pub struct Messages(MessageServiceClient<Connection>);

impl Messages {
    /// Nothing is opened before the first call.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self(MessageServiceClient::new(connection))
    }

    fn client(&self) -> MessageServiceClient<Connection> {
        self.0.clone()
    }

    /// Gives an own message another body.
    ///
    /// # Errors
    /// `forbidden`, `not_connected`, `conversation_closed`, `conflict` (deleted), `validation_failed`; `unavailable` when the
    /// service can't be reached, so with all calls below. What the caller may not see is `not_found` there, and what stands in
    /// a room that they are not in `not_a_member`.
    pub async fn edit(
        &self,
        caller: Principal,
        message_id: MessageId,
        body: String,
    ) -> Result<Message, Failure> {
        let request = proto::EditMessageRequest { message_id: message_id.to_string(), body };
        let answer = self.client().edit_message(caller.request(request)).await;
        let found = answer.map_err(Failure::from_status)?.into_inner().message;
        convert::message(found.ok_or_else(|| Failure::internal("message-store answered without a message"))?)
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// `forbidden`.
    pub async fn delete(&self, caller: Principal, message_id: MessageId) -> Result<(), Failure> {
        let request = proto::DeleteMessageRequest { message_id: message_id.to_string() };
        let answer = self.client().delete_message(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    /// The earlier bodies of a message, oldest first.
    ///
    /// # Errors
    /// As told with [`Messages::edit`].
    pub async fn edits(&self, caller: Principal, message_id: MessageId) -> Result<Vec<Edit>, Failure> {
        let request = proto::ListEditsRequest { message_id: message_id.to_string() };
        let answer = self.client().list_edits(caller.request(request)).await;
        let edits = answer.map_err(Failure::from_status)?.into_inner().edits.into_iter();
        let read = |edit: proto::Edit| {
            let written_at = convert::moment("edit.written_at", edit.written_at)?;
            Ok(Edit { body: edit.body, version: edit.version, written_at })
        };
        edits.map(read).collect()
    }

    /// Adds or removes the caller's reaction; gives all that stand now.
    ///
    /// # Errors
    /// `forbidden`, `not_connected`, `conversation_closed`, `conflict` (deleted), `validation_failed`.
    pub async fn set_reaction(
        &self,
        caller: Principal,
        message_id: MessageId,
        emoji: String,
        active: bool,
    ) -> Result<Vec<Reaction>, Failure> {
        let request = proto::SetReactionRequest { message_id: message_id.to_string(), emoji, active };
        let answer = self.client().set_reaction(caller.request(request)).await;
        Ok(convert::reactions(answer.map_err(Failure::from_status)?.into_inner().reactions))
    }

    /// Whom a message has reached, without its sender.
    ///
    /// # Errors
    /// As told with [`Messages::edit`].
    pub async fn message_receipts(
        &self,
        caller: Principal,
        message_id: MessageId,
    ) -> Result<Vec<MessageReceipt>, Failure> {
        let request = proto::ListMessageReceiptsRequest { message_id: message_id.to_string() };
        let answer = self.client().list_message_receipts(caller.request(request)).await;
        let receipts = answer.map_err(Failure::from_status)?.into_inner().receipts.into_iter();
        // Somebody whose account has ended is nobody that a message could have reached.
        let read = |receipt: proto::MessageReceipt| {
            let user = convert::person(receipt.user?);
            Some(user.map(|user| MessageReceipt { user, delivered: receipt.delivered, read: receipt.read }))
        };
        receipts.filter_map(read).collect()
    }

    /// How far everybody else in a conversation has come. Who is online and who is typing is not known there.
    ///
    /// # Errors
    /// As told with [`Messages::edit`].
    pub async fn receipts(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
    ) -> Result<OpenConversation, Failure> {
        Ok(self.open(caller, conversation_id).await?.0)
    }

    /// The same, and of a direct who the other one is, and whether the two are connected.
    ///
    /// # Errors
    /// As told with [`Messages::edit`].
    pub async fn open(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
    ) -> Result<(OpenConversation, Option<(UserId, bool)>), Failure> {
        let request = proto::ListReceiptsRequest { conversation_id: conversation_id.to_string() };
        let answer = self.client().list_receipts(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        let read = |receipt: proto::Receipt| {
            Ok(Receipt {
                user_id: convert::id("receipt.user_id", &receipt.user_id)?,
                delivered_seq: receipt.delivered_seq,
                read_seq: receipt.read_seq,
            })
        };
        let peer_id = match answer.peer_id.as_str() {
            "" => None,
            peer_id => Some(convert::id("peer_id", peer_id)?),
        };
        let open = OpenConversation {
            version: answer.version,
            last_seq: answer.last_seq,
            online_count: None,
            typing: Vec::new(),
            receipts: answer.receipts.into_iter().map(read).collect::<Result<_, Failure>>()?,
        };
        Ok((open, peer_id.map(|peer_id| (peer_id, answer.is_connected))))
    }
}
