//! What tests do with groups and rooms, and what they hear from them.

use std::time::Duration;

use pulse_events::{Event, EventType, Subscription};
use pulse_proto::common::v1::PageRequest;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal};
use pulse_types::{SessionId, SystemClock, UserId};

use crate::app::{App, answer, next};

/// Who somebody is that nobody knows.
pub(crate) fn nobody() -> Principal {
    Principal { user_id: UserId::new(&SystemClock), session_id: SessionId::new(&SystemClock) }
}

fn id(person: Principal) -> String {
    person.user_id.to_string()
}

/// A group or room to be made.
pub(crate) fn wanted(
    kind: proto::ConversationKind,
    title: Option<&str>,
    members: &[Principal],
) -> proto::CreateConversationRequest {
    proto::CreateConversationRequest {
        kind: kind.into(),
        title: title.map(str::to_owned),
        topic: None,
        member_ids: members.iter().map(|member| id(*member)).collect(),
        client_id: String::new(),
    }
}

impl App {
    /// New people; the first one is connected to all others.
    pub(crate) async fn circle<const N: usize>(&self, names: [&str; N]) -> [Principal; N] {
        let mut people = [nobody(); N];
        for (place, name) in people.iter_mut().zip(names) {
            *place = self.person(name).await;
        }
        for other in &people[1..] {
            self.connect(people[0], *other, true, 1).await;
        }
        people
    }

    /// From now on `blocker` blocks the other one, and the two are not connected.
    pub(crate) async fn block(&self, blocker: Principal, blocked: Principal, version: i64) {
        let request = proto::ApplyRelationshipRequest {
            first_user_id: id(blocker),
            second_user_id: id(blocked),
            connected: false,
            version,
            first_blocks_second: true,
            second_blocks_first: false,
        };
        self.graph.clone().apply_relationship(request).await.unwrap();
    }

    pub(crate) async fn create(
        &self,
        user: Principal,
        request: proto::CreateConversationRequest,
    ) -> Result<proto::CreateConversationResponse, Failure> {
        answer(self.conversations.clone().create_conversation(user.request(request)).await)
    }

    /// A group of the first one and the others.
    pub(crate) async fn make_group(&self, people: &[Principal]) -> String {
        let request = wanted(proto::ConversationKind::Group, Some("Tea"), &people[1..]);
        self.create(people[0], request).await.unwrap().conversation.unwrap().conversation_id
    }

    /// A room of the first one, with the others.
    pub(crate) async fn make_room(&self, title: &str, people: &[Principal]) -> String {
        let request = wanted(proto::ConversationKind::Room, Some(title), &people[1..]);
        self.create(people[0], request).await.unwrap().conversation.unwrap().conversation_id
    }

    pub(crate) async fn see(&self, user: Principal, place: &str) -> Result<proto::Conversation, Failure> {
        let request = proto::GetConversationRequest { conversation_id: place.to_owned() };
        let found = answer(self.client.clone().get_conversation(user.request(request)).await)?;
        Ok(found.conversation.unwrap())
    }

    pub(crate) async fn describe(
        &self,
        user: Principal,
        request: proto::UpdateConversationRequest,
    ) -> Result<proto::Conversation, Failure> {
        let updated = answer(self.conversations.clone().update_conversation(user.request(request)).await)?;
        Ok(updated.conversation.unwrap())
    }

    pub(crate) async fn put(
        &self,
        user: Principal,
        place: &str,
        whom: Principal,
        role: proto::MemberRole,
    ) -> Result<proto::PutMemberResponse, Failure> {
        let (conversation_id, user_id) = (place.to_owned(), id(whom));
        let request = proto::PutMemberRequest { conversation_id, user_id, role: role.into() };
        answer(self.conversations.clone().put_member(user.request(request)).await)
    }

    pub(crate) async fn remove(&self, user: Principal, place: &str, whom: Principal) -> Result<(), Failure> {
        let request = proto::RemoveMemberRequest { conversation_id: place.to_owned(), user_id: id(whom) };
        answer(self.conversations.clone().remove_member(user.request(request)).await).map(|_| ())
    }

    pub(crate) async fn leave(&self, user: Principal, place: &str) -> Result<(), Failure> {
        let request = proto::LeaveConversationRequest { conversation_id: place.to_owned() };
        answer(self.conversations.clone().leave_conversation(user.request(request)).await).map(|_| ())
    }

    pub(crate) async fn delete(&self, user: Principal, place: &str) -> Result<(), Failure> {
        let request = proto::DeleteConversationRequest { conversation_id: place.to_owned() };
        answer(self.conversations.clone().delete_conversation(user.request(request)).await).map(|_| ())
    }

    pub(crate) async fn join(&self, user: Principal, place: &str) -> Result<proto::Conversation, Failure> {
        let request = proto::JoinRoomRequest { conversation_id: place.to_owned() };
        let joined = answer(self.conversations.clone().join_room(user.request(request)).await)?;
        Ok(joined.conversation.unwrap())
    }

    pub(crate) async fn transfer(
        &self,
        user: Principal,
        place: &str,
        heir: Principal,
    ) -> Result<proto::Conversation, Failure> {
        let request =
            proto::TransferConversationRequest { conversation_id: place.to_owned(), user_id: id(heir) };
        let done = answer(self.conversations.clone().transfer_conversation(user.request(request)).await)?;
        Ok(done.conversation.unwrap())
    }

    pub(crate) async fn set_state(
        &self,
        user: Principal,
        place: &str,
        state: proto::ConversationState,
    ) -> Result<proto::Conversation, Failure> {
        let request =
            proto::SetConversationStateRequest { conversation_id: place.to_owned(), state: state.into() };
        let done = answer(self.conversations.clone().set_conversation_state(user.request(request)).await)?;
        Ok(done.conversation.unwrap())
    }

    /// Names and roles of all members, in their order, by pages.
    pub(crate) async fn members(
        &self,
        user: Principal,
        place: &str,
        limit: u32,
    ) -> Result<Vec<(String, proto::MemberRole)>, Failure> {
        let (mut members, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.members_page(user, place, limit, &cursor).await?;
            members.extend(page.members.iter().map(|member| {
                let name = member.user.as_ref().map(|user| user.username.clone());
                (name.unwrap_or_default(), member.role())
            }));
            cursor = page.page.unwrap().next_cursor;
            if cursor.is_empty() {
                return Ok(members);
            }
        }
    }

    pub(crate) async fn members_page(
        &self,
        user: Principal,
        place: &str,
        limit: u32,
        cursor: &str,
    ) -> Result<proto::ListMembersResponse, Failure> {
        let page = Some(PageRequest { limit, cursor: cursor.to_owned() });
        let request = proto::ListMembersRequest { conversation_id: place.to_owned(), page };
        answer(self.conversations.clone().list_members(user.request(request)).await)
    }

    /// The system messages of a conversation, as short texts.
    pub(crate) async fn notes(&self, user: Principal, place: &str) -> Vec<String> {
        let messages = self.everything(user, place).await;
        messages.iter().filter_map(|message| message.system.as_ref()).map(note).collect()
    }

    /// Writes how many members there are, as if the others were there.
    pub(crate) async fn pretend_members(&self, place: &str, member_count: i32) {
        let update = "UPDATE conversations SET member_count = $2 WHERE conversation_id = $1::uuid";
        sqlx::query(update).bind(place).bind(member_count).execute(&self.pool).await.unwrap();
    }

    pub(crate) async fn count(&self, query: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned())).fetch_one(&self.pool).await.unwrap()
    }
}

/// A system message as a short text: what, by whom, to whom, and what is new.
pub(crate) fn note(note: &proto::SystemNote) -> String {
    let name = |person: Option<&pulse_proto::common::v1::Person>| {
        person.map_or_else(|| "-".to_owned(), |person| person.username.clone())
    };
    let event = note.event().as_str_name().trim_start_matches("SYSTEM_EVENT_").to_lowercase();
    let news = [note.title.clone(), note.topic.clone(), Some(note.role.clone())];
    let news: Vec<_> = news.into_iter().flatten().filter(|text| !text.is_empty()).collect();
    let (actor, user) = (name(note.actor.as_ref()), name(note.user.as_ref()));
    format!("{event} {actor} {user} {}", news.join(",")).trim_end().to_owned()
}

/// An event as a short text: its version, what happened, and to what.
pub(crate) fn told(event: &Event) -> (i64, String) {
    match event.event_type {
        EventType::MessageCreated => {
            let message = event.decode::<proto::MessageCreated>().unwrap().message.unwrap();
            let text = message.system.as_ref().map_or_else(|| message.body.clone(), note);
            (message.version, format!("message {text}"))
        }
        EventType::MemberChanged => {
            let changed = event.decode::<proto::MemberChanged>().unwrap();
            let change = changed.change().as_str_name().trim_start_matches("MEMBER_CHANGE_").to_lowercase();
            let role = changed.role().as_str_name().trim_start_matches("MEMBER_ROLE_").to_lowercase();
            let name = changed.user.as_ref().map_or("-", |user| user.username.as_str());
            (changed.version, format!("{change} {name} {role} of {}", changed.member_count))
        }
        EventType::ConversationUpdated => {
            let seen = event.decode::<proto::ConversationUpdated>().unwrap().conversation.unwrap();
            let whose = if seen.my.is_some() { "own" } else { "shared" };
            (seen.version, format!("{whose} {} {}", seen.title, seen.state().as_str_name()))
        }
        EventType::ConversationCreated => {
            let seen = event.decode::<proto::ConversationCreated>().unwrap().conversation.unwrap();
            let my = seen.my.unwrap();
            assert_eq!((my.unread_count, my.read_seq), (0, seen.last_seq), "nothing is unread");
            (seen.version, "snapshot".to_owned())
        }
        EventType::ConversationRemoved => {
            let removed = event.decode::<proto::ConversationRemoved>().unwrap();
            let reason = removed.reason().as_str_name().trim_start_matches("REMOVAL_REASON_").to_lowercase();
            (removed.version, format!("gone {reason}"))
        }
        other => panic!("{other:?} was not expected"),
    }
}

/// The next events that somebody gets, as short texts.
pub(crate) async fn hear(subscription: &mut Subscription, events: usize) -> Vec<(i64, String)> {
    let mut heard = Vec::new();
    for _ in 0..events {
        heard.push(told(&next(subscription).await));
    }
    heard
}

/// Nothing more comes that is not here yet.
pub(crate) async fn silence(subscription: &mut Subscription) {
    let more = tokio::time::timeout(Duration::from_millis(200), subscription.next()).await;
    assert!(more.is_err(), "{:?}", more.ok().flatten().map(|event| told(&event)));
}

/// Texts with their versions, to compare with.
pub(crate) fn heard(expected: &[(i64, &str)]) -> Vec<(i64, String)> {
    expected.iter().map(|(version, text)| (*version, (*text).to_owned())).collect()
}
