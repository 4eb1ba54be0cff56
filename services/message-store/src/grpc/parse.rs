//! Requests as domain values. All faults of a request are told at once, by the field names of the public contract.

pub(super) mod conversation;
pub(super) mod position;

use prost_types::Timestamp;
use pulse_proto::common::v1 as common;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, FieldFault, Principal};
use pulse_types::{AttachmentId, Clock, ConversationId, MessageId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::attachment::ATTACHMENTS_MAX;
use crate::domain::batch::{Action, Command};
use crate::domain::conversation::Kind;
use crate::domain::history::{Place, Position};
use crate::domain::message::{Body, BodyFault, NewMessage};
use crate::domain::person::{Connection, KnownPerson, Pair, Person};
use crate::domain::search::QUERY_MAX;
use crate::ops::conversation::InboxRequest;
use crate::ops::search::SearchRequest;

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 100;
const UNREAD_KEYS_MAX: usize = 1000;

/// A text that must be an id.
pub(super) fn id<T: std::str::FromStr>(field: &str, text: &str) -> Result<T, FieldFault> {
    if text.is_empty() {
        return Err(FieldFault::new(field, "required", "is required"));
    }
    text.parse().map_err(|_| FieldFault::new(field, "invalid", "must be a UUID"))
}

/// An id that, when it is none, names nothing that exists: what the path of a URL holds.
pub(super) fn path_id<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Failure::not_found(what))
}

/// The values of several fields, or all their faults.
struct Faults(Vec<FieldFault>);

impl Faults {
    fn take<T>(&mut self, outcome: Result<T, FieldFault>) -> Option<T> {
        outcome.map_err(|fault| self.0.push(fault)).ok()
    }

    fn take_all<T>(&mut self, outcome: Result<T, Vec<FieldFault>>) -> Option<T> {
        outcome.map_err(|faults| self.0.extend(faults)).ok()
    }

    fn finish<T>(self, value: Option<T>) -> Result<T, Failure> {
        value.ok_or_else(|| Failure::validation(self.0))
    }
}

/// A body; beside files it may be empty.
pub(super) fn body(text: &str, has_files: bool) -> Result<Body, FieldFault> {
    let parsed = if has_files { Body::parse_beside_files(text) } else { Body::parse(text) };
    parsed.map_err(|fault| {
        let code = match fault {
            BodyFault::Empty => "required",
            BodyFault::Blank => "too_short",
            BodyFault::TooLong => "too_long",
            BodyFault::Nul => "invalid",
        };
        FieldFault::new("body", code, fault.to_string())
    })
}

fn conversation_id(text: &str) -> Result<ConversationId, FieldFault> {
    id("conversation_id", text)
}

fn attachment_ids(texts: &[String]) -> Result<Vec<AttachmentId>, Vec<FieldFault>> {
    if texts.len() > ATTACHMENTS_MAX {
        let detail = format!("must be at most {ATTACHMENTS_MAX}");
        return Err(vec![FieldFault::new("attachment_ids", "too_many", detail)]);
    }
    let mut faults = Vec::new();
    let mut ids = Vec::with_capacity(texts.len());
    for (place, text) in texts.iter().enumerate() {
        let field = format!("attachment_ids.{place}");
        match id(&field, text) {
            Ok(id) if ids.contains(&id) => {
                faults.push(FieldFault::new(field, "invalid", "must be named once"));
            }
            Ok(id) => ids.push(id),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(ids) } else { Err(faults) }
}

pub(super) fn send(
    user_id: UserId,
    request: &proto::SendMessageRequest,
    clock: &dyn Clock,
) -> Result<Command, Failure> {
    let mut faults = Faults(Vec::new());
    let conversation_id = faults.take(conversation_id(&request.conversation_id));
    let client_id = faults.take(id("client_id", &request.client_id));
    let attachment_ids = faults.take_all(attachment_ids(&request.attachment_ids));
    let body = faults.take(body(&request.body, !request.attachment_ids.is_empty()));
    let reply_to: Option<Option<MessageId>> = match request.reply_to_message_id.as_str() {
        "" => Some(None),
        text => faults.take(id("reply_to", text)).map(Some),
    };
    let parsed = (|| {
        let message_id = MessageId::new(clock);
        let (client_id, body, reply_to) = (client_id?, body?, reply_to?);
        let new = NewMessage { message_id, client_id, body, reply_to, attachment_ids: attachment_ids? };
        Some(Command { user_id, conversation_id: conversation_id?, action: Action::Send(new) })
    })();
    faults.finish(parsed)
}

pub(super) fn mark_read(user_id: UserId, request: &proto::MarkReadRequest) -> Result<Command, Failure> {
    mark(user_id, &request.conversation_id, request.seq, Action::MarkRead)
}

pub(super) fn mark_delivered(
    user_id: UserId,
    request: &proto::MarkDeliveredRequest,
) -> Result<Command, Failure> {
    mark(user_id, &request.conversation_id, request.seq, Action::MarkDelivered)
}

fn mark(
    user_id: UserId,
    conversation: &str,
    seq: i64,
    action: fn(i64) -> Action,
) -> Result<Command, Failure> {
    let mut faults = Faults(Vec::new());
    let conversation_id = faults.take(conversation_id(conversation));
    let seq = faults.take(match seq {
        seq if seq >= 0 => Ok(seq),
        _ => Err(FieldFault::new("seq", "too_small", "must be 0 or more")),
    });
    let parsed = conversation_id.zip(seq).map(|(conversation_id, seq)| Command {
        user_id,
        conversation_id,
        action: action(seq),
    });
    faults.finish(parsed)
}

/// A command of a stream: whose it is, and what it wants.
pub(super) fn command(
    request: &proto::ExecuteCommandsRequest,
    clock: &dyn Clock,
) -> Result<Command, Failure> {
    use proto::execute_commands_request::Command as Wanted;
    let user_id = Principal::from_message(request.principal.as_ref())?.user_id;
    match &request.command {
        Some(Wanted::SendMessage(wanted)) => send(user_id, wanted, clock),
        Some(Wanted::MarkRead(wanted)) => mark_read(user_id, wanted),
        Some(Wanted::MarkDelivered(wanted)) => mark_delivered(user_id, wanted),
        None => Err(Failure::invalid_field("command", "required", "must be one that this version knows")),
    }
}

fn limit(limit: u32) -> Result<u32, FieldFault> {
    match limit {
        0 => Ok(LIMIT_DEFAULT),
        1..=LIMIT_MAX => Ok(limit),
        _ => Err(FieldFault::new("limit", "too_large", format!("must be 1 to {LIMIT_MAX}"))),
    }
}

/// A moment of the years that a time of the public contract can name.
pub(super) fn moment(field: &str, at: Timestamp) -> Result<OffsetDateTime, FieldFault> {
    let nanoseconds = i128::from(at.seconds) * 1_000_000_000 + i128::from(at.nanos);
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok();
    let is_shown = |moment: &OffsetDateTime| (1..=9999).contains(&moment.year());
    moment.filter(is_shown).ok_or_else(|| FieldFault::new(field, "invalid", "must be a time"))
}

/// Limit and position of a page of history.
pub(super) fn history(request: &proto::ListMessagesRequest) -> Result<(u32, Place), Failure> {
    use proto::list_messages_request::Position as Wanted;
    let not_negative = |field: &str, seq: i64| match seq >= 0 {
        true => Ok(seq),
        false => Err(FieldFault::new(field, "too_small", "must be 0 or more")),
    };
    let mut faults = Faults(Vec::new());
    let limit = faults.take(limit(request.limit));
    let position = faults.take(match request.position {
        None => Ok(Place::Position(Position::Latest)),
        Some(Wanted::BeforeSeq(seq)) => {
            not_negative("before", seq).map(|seq| Place::Position(Position::Before(seq)))
        }
        Some(Wanted::AfterSeq(seq)) => {
            not_negative("after", seq).map(|seq| Place::Position(Position::After(seq)))
        }
        Some(Wanted::AroundSeq(seq)) => {
            not_negative("around", seq).map(|seq| Place::Position(Position::Around(seq)))
        }
        Some(Wanted::At(at)) => moment("at", at).map(Place::At),
    });
    faults.finish(limit.zip(position))
}

pub(super) fn inbox(request: proto::ListConversationsRequest) -> Result<InboxRequest, Failure> {
    let common::PageRequest { limit: wanted, cursor } = request.page.unwrap_or_default();
    let mut faults = Faults(Vec::new());
    let limit = faults.take(limit(wanted));
    let kind = faults.take(match proto::ConversationKind::try_from(request.kind) {
        Ok(proto::ConversationKind::Unspecified) => Ok(None),
        Ok(proto::ConversationKind::Direct) => Ok(Some(Kind::Direct)),
        Ok(proto::ConversationKind::Group) => Ok(Some(Kind::Group)),
        Ok(proto::ConversationKind::Room) => Ok(Some(Kind::Room)),
        Err(_) => Err(FieldFault::new("kind", "invalid", "must be direct, group or room")),
    });
    let parsed = limit.zip(kind).map(|(limit, kind)| InboxRequest {
        kind,
        archived: request.archived,
        limit: usize::try_from(limit).unwrap_or_default(),
        cursor,
    });
    faults.finish(parsed)
}

/// After which version changes are wanted.
pub(super) fn after_version(request: &proto::ListChangesRequest) -> Result<i64, Failure> {
    match request.after_version >= 0 {
        true => Ok(request.after_version),
        false => Err(Failure::invalid_field("after", "too_small", "must be 0 or more")),
    }
}

pub(super) fn search(request: proto::SearchMessagesRequest) -> Result<SearchRequest, Failure> {
    let common::PageRequest { limit: wanted, cursor } = request.page.unwrap_or_default();
    let mut faults = Faults(Vec::new());
    let limit = faults.take(limit(wanted));
    let query = faults.take(match request.query.trim() {
        "" => Err(FieldFault::new("q", "required", "must hold something to look for")),
        text if text.contains('\0') => Err(FieldFault::new("q", "invalid", "must not contain U+0000")),
        text if text.chars().count() > QUERY_MAX => {
            Err(FieldFault::new("q", "too_long", format!("must be at most {QUERY_MAX} characters")))
        }
        text => Ok(text.to_owned()),
    });
    let conversation_id = faults.take(optional("conversation_id", &request.conversation_id));
    let from = faults.take(optional("from", &request.from_user_id));
    let parsed = (|| {
        Some(SearchRequest {
            query: query?,
            conversation_id: conversation_id?,
            from: from?,
            limit: usize::try_from(limit?).unwrap_or_default(),
            cursor,
        })
    })();
    faults.finish(parsed)
}

/// An id that may be absent.
fn optional<T: std::str::FromStr>(field: &str, text: &str) -> Result<Option<T>, FieldFault> {
    if text.is_empty() { Ok(None) } else { id(field, text).map(Some) }
}

pub(super) fn direct(request: &proto::GetOrCreateDirectRequest) -> Result<(UserId, Option<Uuid>), Failure> {
    let mut faults = Faults(Vec::new());
    let peer_id = faults.take(id("member_ids.0", &request.peer_id));
    let client_id = faults.take(optional("client_id", &request.client_id));
    faults.finish(peer_id.zip(client_id))
}

pub(super) fn unread_keys(
    request: &proto::ListUnreadRequest,
) -> Result<Vec<(UserId, ConversationId)>, Failure> {
    if request.keys.len() > UNREAD_KEYS_MAX {
        let detail = format!("must be at most {UNREAD_KEYS_MAX}");
        return Err(Failure::invalid_field("keys", "too_many", detail));
    }
    let mut faults = Faults(Vec::new());
    let mut keys = Vec::with_capacity(request.keys.len());
    for (index, key) in request.keys.iter().enumerate() {
        let user_id = faults.take(id(&format!("keys.{index}.user_id"), &key.user_id));
        let conversation_id = faults.take(id(&format!("keys.{index}.conversation_id"), &key.conversation_id));
        keys.extend(user_id.zip(conversation_id));
    }
    let is_whole = keys.len() == request.keys.len();
    keys.sort_unstable();
    keys.dedup();
    faults.finish(is_whole.then_some(keys))
}

fn version(version: i64) -> Result<i64, FieldFault> {
    match version >= 1 {
        true => Ok(version),
        false => Err(FieldFault::new("version", "too_small", "must be 1 or more")),
    }
}

pub(super) fn relationship(request: &proto::ApplyRelationshipRequest) -> Result<Connection, Failure> {
    let mut faults = Faults(Vec::new());
    let first = faults.take(id::<UserId>("first_user_id", &request.first_user_id));
    let second = faults.take(id("second_user_id", &request.second_user_id));
    let version = faults.take(version(request.version));
    let pair = first.zip(second).and_then(|(first, second)| {
        let oneself = || FieldFault::new("second_user_id", "invalid", "must be another person");
        faults.take(Pair::of(first, second).ok_or_else(oneself))
    });
    let parsed = (|| {
        let (pair, version) = (pair?, version?);
        let blocks = (request.first_blocks_second, request.second_blocks_first);
        let (low_blocks, high_blocks) = if first == Some(pair.low) { blocks } else { (blocks.1, blocks.0) };
        Some(Connection { pair, is_connected: request.connected, low_blocks, high_blocks, version })
    })();
    faults.finish(parsed)
}

pub(super) fn person(request: proto::ApplyPersonRequest) -> Result<KnownPerson, Failure> {
    let mut faults = Faults(Vec::new());
    let version = faults.take(version(request.version));
    let locale = match request.locale {
        text if text.contains('\0') => Err(FieldFault::new("locale", "invalid", "must not contain U+0000")),
        // Of a social-graph that does not tell it yet.
        text if text.is_empty() => Ok("en".to_owned()),
        text => Ok(text),
    };
    let locale = faults.take(locale);
    let wanted = request.person.unwrap_or_default();
    let user_id = faults.take(id("person.user_id", &wanted.user_id));
    let text = |field: &str, text: String| match text {
        text if text.is_empty() => Err(FieldFault::new(field, "required", "is required")),
        text if text.contains('\0') => Err(FieldFault::new(field, "invalid", "must not contain U+0000")),
        text => Ok(text),
    };
    let username = faults.take(text("person.username", wanted.username));
    let display_name = faults.take(text("person.display_name", wanted.display_name));
    let parsed = (|| {
        let person = Person {
            user_id: user_id?,
            username: username?,
            display_name: display_name?,
            avatar_url: wanted.avatar_url.clone(),
        };
        Some(KnownPerson {
            person,
            sends_read_receipts: request.sends_read_receipts,
            locale: locale?,
            shows_presence: request.shows_presence,
            version: version?,
        })
    })();
    faults.finish(parsed)
}
