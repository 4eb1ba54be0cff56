//! What changed since somebody last looked, and finding messages: calls to message-store's SyncService and SearchService,
//! and the point of social-graph beside them.

use pulse_proto::graph::v1 as graph;
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::search_service_client::SearchServiceClient;
use pulse_proto::messages::v1::sync_service_client::SyncServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use pulse_types::{ConversationId, UserId};

use crate::clients::{Page, PageAsk, SocialGraph, convert, page};
use crate::domain::sync::{Changes, ConversationSync, Highlight, SearchHit};

/// Calls message-store. Clones share the connection.
#[derive(Clone)]
pub struct Following(SyncServiceClient<Connection>, SearchServiceClient<Connection>);

/// What message-store tells of a sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationsSync {
    /// The conversations that changed.
    pub conversations: Vec<ConversationSync>,
    /// Those that the caller is not in any more.
    pub removed_conversation_ids: Vec<ConversationId>,
    /// What is unread in all conversations that are neither archived nor muted.
    pub total_unread: i64,
    /// Where the next call goes on.
    pub token: String,
    /// There is more already.
    pub has_more: bool,
}

/// Which messages are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchAsk {
    /// As the caller wrote it.
    pub query: String,
    /// Only in this conversation.
    pub conversation_id: Option<ConversationId>,
    /// Only by this person.
    pub from: Option<UserId>,
}

impl Following {
    pub(super) fn client(&self) -> SyncServiceClient<Connection> {
        self.0.clone()
    }

    /// Nothing is opened before the first call.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self(SyncServiceClient::new(connection.clone()), SearchServiceClient::new(connection))
    }

    /// What changed since a token, a page of it.
    ///
    /// # Errors
    /// `validation_failed` (a garbled or foreign token), `resync_required`; `unavailable` when the service can't be reached,
    /// so with all calls below.
    pub async fn sync(&self, caller: Principal, since: String) -> Result<ConversationsSync, Failure> {
        let request = caller.request(proto::SyncRequest { since });
        let answer = self.0.clone().sync(request).await.map_err(Failure::from_status)?.into_inner();
        let conversations = answer.conversations.into_iter().map(|changed| {
            let messages = changed.messages.into_iter().map(convert::message).collect::<Result<_, _>>()?;
            let conversation = convert::conversation(changed.conversation)?;
            Ok(ConversationSync { conversation, messages, gap: changed.gap })
        });
        let removed = answer.removed_conversation_ids.iter();
        let removed = removed.map(|id| convert::id("removed_conversation_ids", id));
        Ok(ConversationsSync {
            conversations: conversations.collect::<Result<_, Failure>>()?,
            removed_conversation_ids: removed.collect::<Result<_, _>>()?,
            total_unread: answer.total_unread,
            token: answer.sync_token,
            has_more: answer.has_more,
        })
    }

    /// What changed in a conversation after a version, a page of it.
    ///
    /// # Errors
    /// `not_found`, `not_a_member`, `validation_failed`.
    pub async fn changes(
        &self,
        caller: Principal,
        conversation_id: ConversationId,
        after_version: i64,
    ) -> Result<Changes, Failure> {
        let request =
            proto::ListChangesRequest { conversation_id: conversation_id.to_string(), after_version };
        let answer = self.0.clone().list_changes(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        // Members whose account is just going are told as gone soon.
        let members = answer.members.into_iter().map(|member| convert::member(Some(member)));
        let members = members.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let removed = answer.removed_member_ids.iter().map(|id| convert::id("removed_member_ids", id));
        Ok(Changes {
            messages: answer.messages.into_iter().map(convert::message).collect::<Result<_, _>>()?,
            members,
            removed_member_ids: removed.collect::<Result<_, _>>()?,
            conversation: convert::conversation(answer.conversation)?,
            version: answer.version,
            has_more: answer.has_more,
        })
    }

    /// Messages by their words, best first.
    ///
    /// # Errors
    /// `not_found`, `not_a_member`, `validation_failed`.
    pub async fn search(
        &self,
        caller: Principal,
        wanted: SearchAsk,
        ask: PageAsk,
    ) -> Result<Page<SearchHit>, Failure> {
        let request = proto::SearchMessagesRequest {
            query: wanted.query,
            conversation_id: wanted.conversation_id.map(|id| id.to_string()).unwrap_or_default(),
            from_user_id: wanted.from.map(|id| id.to_string()).unwrap_or_default(),
            page: Some(ask.into()),
        };
        let answer = self.1.clone().search_messages(caller.request(request)).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        page(answer.hits, answer.page, hit)
    }
}

fn hit(hit: proto::SearchHit) -> Result<SearchHit, Failure> {
    let found = hit.message.ok_or_else(|| Failure::internal("message-store found no message"))?;
    let highlight = |span: proto::Highlight| Highlight { start: span.start, end: span.end };
    Ok(SearchHit {
        message: convert::message(found)?,
        highlights: hit.highlights.into_iter().map(highlight).collect(),
    })
}

impl SocialGraph {
    /// Where the caller stands among people now, and whether anything changed since a point; without a point nothing has.
    ///
    /// # Errors
    /// `validation_failed` (a garbled or foreign point); `unavailable` when the service can't be reached.
    pub async fn relationship_point(
        &self,
        caller: Principal,
        since: String,
    ) -> Result<(String, bool), Failure> {
        let request = caller.request(graph::GetRelationshipPointRequest { since });
        let answer = self.client().get_relationship_point(request).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        Ok((answer.point, answer.changed))
    }
}
