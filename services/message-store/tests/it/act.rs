//! What tests do to messages that stand.

use pulse_events::{Bus, Event, Subscription, subjects};
use pulse_proto::common::v1::Person;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::{Failure, Principal};
use pulse_runtime::Readiness;

use crate::app::{App, answer, message, next};

impl App {
    /// Sends a text, and gives the stored message.
    pub(crate) async fn post(&self, user: Principal, place: &str, body: &str) -> proto::Message {
        self.send(user, message(place, body)).await.unwrap().message.unwrap()
    }

    pub(crate) async fn edit(
        &self,
        user: Principal,
        message_id: &str,
        body: &str,
    ) -> Result<proto::Message, Failure> {
        let request = proto::EditMessageRequest { message_id: message_id.to_owned(), body: body.to_owned() };
        Ok(answer(self.messages.clone().edit_message(user.request(request)).await)?.message.unwrap())
    }

    pub(crate) async fn unsay(&self, user: Principal, message_id: &str) -> Result<(), Failure> {
        let request = proto::DeleteMessageRequest { message_id: message_id.to_owned() };
        answer(self.messages.clone().delete_message(user.request(request)).await).map(|_| ())
    }

    pub(crate) async fn edits(&self, user: Principal, message_id: &str) -> Result<Vec<proto::Edit>, Failure> {
        let request = proto::ListEditsRequest { message_id: message_id.to_owned() };
        Ok(answer(self.messages.clone().list_edits(user.request(request)).await)?.edits)
    }

    /// Sets a reaction, and gives all of them as texts: emoji, count, and a star for an own one.
    pub(crate) async fn react(
        &self,
        user: Principal,
        message_id: &str,
        emoji: &str,
        active: bool,
    ) -> Result<Vec<String>, Failure> {
        let request =
            proto::SetReactionRequest { message_id: message_id.to_owned(), emoji: emoji.to_owned(), active };
        let set = answer(self.messages.clone().set_reaction(user.request(request)).await)?;
        Ok(shown(&set.reactions))
    }

    /// Whom a message has reached, as texts.
    pub(crate) async fn reached(&self, user: Principal, message_id: &str) -> Result<Vec<String>, Failure> {
        let request = proto::ListMessageReceiptsRequest { message_id: message_id.to_owned() };
        let listed = answer(self.messages.clone().list_message_receipts(user.request(request)).await)?;
        let texts = listed.receipts.iter().map(|receipt| {
            let name = receipt.user.as_ref().unwrap().username.as_str();
            match (receipt.delivered, receipt.read) {
                (true, true) => format!("{name} read"),
                (true, false) => format!("{name} delivered"),
                (false, false) => name.to_owned(),
                (false, true) => panic!("reading implies delivery"),
            }
        });
        Ok(texts.collect())
    }

    pub(crate) async fn receipts(
        &self,
        user: Principal,
        place: &str,
    ) -> Result<proto::ListReceiptsResponse, Failure> {
        let request = proto::ListReceiptsRequest { conversation_id: place.to_owned() };
        answer(self.messages.clone().list_receipts(user.request(request)).await)
    }

    pub(crate) async fn mark_delivered(
        &self,
        user: Principal,
        place: &str,
        seq: i64,
    ) -> Result<proto::Marks, Failure> {
        let request = proto::MarkDeliveredRequest { conversation_id: place.to_owned(), seq };
        Ok(answer(self.client.clone().mark_delivered(user.request(request)).await)?.marks.unwrap())
    }

    pub(crate) async fn get(&self, user: Principal, message_id: &str) -> Result<proto::Message, Failure> {
        let request = proto::GetMessageRequest { message_id: message_id.to_owned() };
        Ok(answer(self.client.clone().get_message(user.request(request)).await)?.message.unwrap())
    }

    /// Says anew how somebody is shown, and whether they show what they have read.
    pub(crate) async fn show_reads(&self, user: Principal, username: &str, shows: bool, version: i64) {
        let request = proto::ApplyPersonRequest {
            person: Some(Person {
                user_id: user.user_id.to_string(),
                username: username.to_owned(),
                display_name: username.to_owned(),
                avatar_url: String::new(),
            }),
            version,
            sends_read_receipts: shows,
            locale: "en".to_owned(),
            shows_presence: true,
        };
        self.graph.clone().apply_person(request).await.unwrap();
    }

    /// What is published in a conversation itself.
    pub(crate) async fn watch(&self, place: &str) -> (Bus, Subscription) {
        let check = Readiness::default().check("nats", true);
        let bus = Bus::connect(self.nats.url(), "test", check).await.unwrap();
        let subscription = bus.subscribe(subjects::conversation(place.parse().unwrap())).await.unwrap();
        (bus, subscription)
    }
}

/// Reactions as texts.
pub(crate) fn shown(reactions: &[proto::Reaction]) -> Vec<String> {
    let text = |reaction: &proto::Reaction| {
        format!("{}{}{}", reaction.emoji, reaction.count, if reaction.me { "*" } else { "" })
    };
    reactions.iter().map(text).collect()
}

/// The next event of a kind, whatever comes before it.
pub(crate) async fn next_of(subscription: &mut Subscription, kind: pulse_events::EventType) -> Event {
    loop {
        let event = next(subscription).await;
        if event.event_type == kind {
            return event;
        }
    }
}
