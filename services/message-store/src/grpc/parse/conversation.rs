//! Requests about groups, rooms and their members as domain values.

use std::collections::HashSet;

use pulse_proto::common::v1 as common;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, FieldFault};
use pulse_types::{ConversationId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Faults, id, limit};
use crate::domain::conversation::{Kind, Role};
use crate::domain::group::{self, COMPANIONS_MAX, Description, NewConversation, TextFault};
use crate::ops::member::MembersRequest;
use crate::ops::membership::Wish;
use crate::ops::room::RoomsRequest;

/// Characters of a text that rooms are searched for.
const QUERY_MAX: usize = 64;
/// Conversations whose members are asked for at once.
const PLACES_MAX: usize = 100;
/// People that are looked for in conversations at once.
const PEOPLE_MAX: usize = 10_000;
/// People whose presence is asked for at once.
const SIGHT_MAX: usize = 200;

fn text_fault(field: &str, fault: TextFault) -> FieldFault {
    let code = match fault {
        TextFault::Blank => "too_short",
        TextFault::TooLong(_) => "too_long",
        TextFault::Nul => "invalid",
    };
    FieldFault::new(field, code, fault.to_string())
}

/// A group or room to be made by `creator_id`.
pub(in crate::grpc) fn creation(
    creator_id: UserId,
    request: &proto::CreateConversationRequest,
) -> Result<NewConversation, Failure> {
    let mut faults = Faults(Vec::new());
    let kind = faults.take(match request.kind() {
        proto::ConversationKind::Group => Ok(Kind::Group),
        proto::ConversationKind::Room => Ok(Kind::Room),
        _ => Err(FieldFault::new("kind", "invalid", "must be group or room")),
    });
    let title = faults.take(match request.title.as_deref() {
        None if kind == Some(Kind::Room) => Err(FieldFault::new("title", "required", "a room has a title")),
        None => Ok(String::new()),
        Some(title) => group::title(title).map_err(|fault| text_fault("title", fault)),
    });
    let topic = group::topic(request.topic.as_deref().unwrap_or_default());
    let topic = faults.take(topic.map_err(|fault| text_fault("topic", fault)));
    let client_id: Option<Option<Uuid>> = match request.client_id.as_str() {
        "" => Some(None),
        text => faults.take(id("client_id", text)).map(Some),
    };
    let member_ids = companions(&mut faults, creator_id, kind, &request.member_ids);
    let parsed = (|| {
        Some(NewConversation {
            kind: kind?,
            title: title?,
            topic: topic?,
            member_ids: member_ids?,
            client_id: client_id?,
        })
    })();
    faults.finish(parsed)
}

fn companions(
    faults: &mut Faults,
    creator_id: UserId,
    kind: Option<Kind>,
    texts: &[String],
) -> Option<Vec<UserId>> {
    if texts.is_empty() && kind == Some(Kind::Group) {
        let fault = FieldFault::new("member_ids", "required", "a group has somebody besides its creator");
        return faults.take(Err(fault));
    }
    if texts.len() > COMPANIONS_MAX {
        let fault =
            FieldFault::new("member_ids", "too_many", format!("must be at most {COMPANIONS_MAX} people"));
        return faults.take(Err(fault));
    }
    let (mut member_ids, mut known) = (Vec::with_capacity(texts.len()), HashSet::new());
    for (index, text) in texts.iter().enumerate() {
        let field = format!("member_ids.{index}");
        let member_id = id(&field, text).and_then(|member_id: UserId| match known.insert(member_id) {
            _ if member_id == creator_id => {
                Err(FieldFault::new(&field, "invalid", "must be somebody else than yourself"))
            }
            true => Ok(member_id),
            false => Err(FieldFault::new(&field, "invalid", "must not be there twice")),
        });
        member_ids.extend(faults.take(member_id));
    }
    (member_ids.len() == texts.len()).then_some(member_ids)
}

/// What is to change in how a conversation presents itself.
pub(in crate::grpc) fn description(
    request: &proto::UpdateConversationRequest,
) -> Result<Description, Failure> {
    let mut faults = Faults(Vec::new());
    let title = faults.take(match request.title.as_deref() {
        None => Ok(None),
        Some("") => Ok(Some(String::new())),
        Some(title) => group::title(title).map(Some).map_err(|fault| text_fault("title", fault)),
    });
    let topic = request.topic.as_deref().map(group::topic).transpose();
    let topic = faults.take(topic.map_err(|fault| text_fault("topic", fault)));
    let picture = faults.take(match request.avatar_attachment_id.as_deref() {
        None => Ok(None),
        Some("") => Ok(Some(None)),
        Some(text) => id("avatar_attachment_id", text).map(|picture| Some(Some(picture))),
    });
    let parsed = (|| Some(Description { title: title?, topic: topic?, picture: picture? }))();
    faults.finish(parsed)
}

/// What a member chooses.
pub(in crate::grpc) fn wish(request: &proto::UpdateMembershipRequest) -> Result<Wish, Failure> {
    let moment = |timestamp: prost_types::Timestamp| {
        let nanoseconds = i128::from(timestamp.seconds) * 1_000_000_000 + i128::from(timestamp.nanos);
        let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok();
        // Beyond this RFC 3339 has no years.
        moment.filter(|moment| (1970..=9999).contains(&moment.year()))
    };
    let muted_until = match &request.mute {
        None => None,
        Some(proto::Mute { until: None }) => Some(None),
        Some(proto::Mute { until: Some(until) }) => match moment(*until) {
            Some(until) => Some(Some(pulse_types::clock::to_millisecond(until))),
            None => {
                return Err(Failure::invalid_field(
                    "muted_until",
                    "invalid",
                    "must be in the years 1970 to 9999",
                ));
            }
        },
    };
    Ok(Wish { muted_until, pinned: request.pinned, archived: request.archived })
}

/// The role that is wanted for somebody.
pub(in crate::grpc) fn role(role: i32) -> Result<Option<Role>, Failure> {
    match proto::MemberRole::try_from(role) {
        Ok(proto::MemberRole::Unspecified) => Ok(None),
        Ok(proto::MemberRole::Member) => Ok(Some(Role::Member)),
        Ok(proto::MemberRole::Admin) => Ok(Some(Role::Admin)),
        Ok(proto::MemberRole::Owner) | Err(_) => {
            let detail = "must be admin or member; a transfer makes an owner";
            Err(Failure::invalid_field("role", "invalid", detail))
        }
    }
}

/// Whether a conversation is to be closed.
pub(in crate::grpc) fn state(state: i32) -> Result<bool, Failure> {
    match proto::ConversationState::try_from(state) {
        Ok(proto::ConversationState::Open) => Ok(false),
        Ok(proto::ConversationState::Closed) => Ok(true),
        _ => Err(Failure::invalid_field("state", "invalid", "must be open or closed")),
    }
}

/// A page of members.
pub(in crate::grpc) fn members(page: Option<common::PageRequest>) -> Result<MembersRequest, Failure> {
    let common::PageRequest { limit: wanted, cursor } = page.unwrap_or_default();
    let limit = limit(wanted).map_err(|fault| Failure::validation(vec![fault]))?;
    Ok(MembersRequest { limit: usize::try_from(limit).unwrap_or_default(), cursor })
}

/// A page of the directory of rooms.
pub(in crate::grpc) fn rooms(request: proto::ListRoomsRequest) -> Result<RoomsRequest, Failure> {
    let common::PageRequest { limit: wanted, cursor } = request.page.unwrap_or_default();
    let mut faults = Faults(Vec::new());
    let limit = faults.take(limit(wanted));
    let text = request.query.trim();
    let text = faults.take(match text.chars().count() {
        _ if text.contains('\0') => Err(FieldFault::new("q", "invalid", "must not contain U+0000")),
        0..=QUERY_MAX => Ok(text.to_owned()),
        _ => Err(FieldFault::new("q", "too_long", format!("must have at most {QUERY_MAX} characters"))),
    });
    let parsed = limit.zip(text).map(|(limit, text)| RoomsRequest {
        text,
        limit: usize::try_from(limit).unwrap_or_default(),
        cursor,
    });
    faults.finish(parsed)
}

/// Conversations whose members are asked for.
pub(in crate::grpc) fn places(request: &proto::ListMemberIdsRequest) -> Result<Vec<ConversationId>, Failure> {
    let mut faults = Faults(Vec::new());
    let places = ids(&mut faults, "conversation_ids", &request.conversation_ids, PLACES_MAX);
    faults.finish(places)
}

/// People that are looked for, and the conversations where.
pub(in crate::grpc) fn people_in_places(
    request: &proto::CountMembersRequest,
) -> Result<(Vec<ConversationId>, Vec<UserId>), Failure> {
    let mut faults = Faults(Vec::new());
    let places = ids(&mut faults, "conversation_ids", &request.conversation_ids, PLACES_MAX);
    let people = ids(&mut faults, "user_ids", &request.user_ids, PEOPLE_MAX);
    faults.finish(places.zip(people))
}

/// Conversations whose sizes are asked for.
pub(in crate::grpc) fn sizes(request: &proto::ListSizesRequest) -> Result<Vec<ConversationId>, Failure> {
    let mut faults = Faults(Vec::new());
    let places = ids(&mut faults, "conversation_ids", &request.conversation_ids, PLACES_MAX);
    faults.finish(places)
}

/// People whose presence is asked for.
pub(in crate::grpc) fn people_in_sight(
    request: &proto::ListPeopleInSightRequest,
) -> Result<Vec<UserId>, Failure> {
    let mut faults = Faults(Vec::new());
    let people = ids(&mut faults, "user_ids", &request.user_ids, SIGHT_MAX);
    faults.finish(people)
}

fn ids<T: std::str::FromStr>(
    faults: &mut Faults,
    field: &str,
    texts: &[String],
    max: usize,
) -> Option<Vec<T>> {
    if texts.len() > max {
        return faults.take(Err(FieldFault::new(field, "too_many", format!("must be at most {max}"))));
    }
    let named = texts.iter().enumerate();
    let ids: Vec<T> = named
        .filter_map(|(index, text)| {
            let parsed = text
                .parse()
                .map_err(|_| FieldFault::new(format!("{field}.{index}"), "invalid", "must be a UUID"));
            faults.take(parsed)
        })
        .collect();
    (ids.len() == texts.len()).then_some(ids)
}
