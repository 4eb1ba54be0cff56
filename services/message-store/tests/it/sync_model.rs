//! A client that knows nothing but what syncs and changes told it knows what a fresh one reads, whatever happens and whenever
//! it asks.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use pulse_proto::common::v1::PageRequest;
use pulse_proto::messages::v1 as proto;
use pulse_rpc::Principal;

use crate::app::{App, answer};
use crate::changes::changes;
use crate::sync::{sync, token};

/// What one device knows.
struct Device {
    user: Principal,
    token: String,
    known: BTreeMap<String, Known>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Known {
    conversation: proto::Conversation,
    messages: BTreeMap<i64, proto::Message>,
}

impl Known {
    fn keep(&mut self, messages: Vec<proto::Message>) {
        for message in messages {
            let stored = self.messages.get(&message.seq);
            if stored.is_none_or(|stored| stored.version <= message.version) {
                self.messages.insert(message.seq, message);
            }
        }
    }
}

impl Device {
    async fn start(app: &App, user: Principal) -> Self {
        Self { user, token: token(app, user).await, known: fresh(app, user).await }
    }

    /// One page of sync, and the changes of what had a gap. Tells whether there was something.
    async fn sync(&mut self, app: &App) -> bool {
        let page = sync(app, self.user, &self.token).await.unwrap();
        let is_news =
            page.has_more || !page.conversations.is_empty() || !page.removed_conversation_ids.is_empty();
        for removed in &page.removed_conversation_ids {
            self.known.remove(removed);
        }
        for changed in page.conversations {
            let conversation = changed.conversation.unwrap();
            let known = self.known.entry(conversation.conversation_id.clone()).or_default();
            let mut after = known.conversation.version;
            known.conversation = conversation;
            known.keep(changed.messages);
            let mut has_more = changed.gap;
            while has_more {
                // Whoever is not in it any more is told so by the next sync.
                let place = known.conversation.conversation_id.clone();
                let Ok(page) = changes(app, self.user, &place, after).await else { break };
                known.keep(page.messages);
                known.conversation = page.conversation.unwrap();
                (after, has_more) = (page.version, page.has_more);
            }
        }
        self.token = page.sync_token;
        is_news
    }
}

/// What somebody knows who reads everything.
async fn fresh(app: &App, user: Principal) -> BTreeMap<String, Known> {
    let mut known = BTreeMap::new();
    for archived in [false, true] {
        let page = Some(PageRequest { limit: 100, cursor: String::new() });
        let request = proto::ListConversationsRequest { page, archived, ..Default::default() };
        let inbox = answer(app.client.clone().list_conversations(user.request(request)).await).unwrap();
        for conversation in inbox.conversations {
            let messages = app.everything(user, &conversation.conversation_id).await;
            let messages = messages.into_iter().map(|message| (message.seq, message)).collect();
            known.insert(conversation.conversation_id.clone(), Known { conversation, messages });
        }
    }
    known
}

/// What may happen.
struct World {
    people: Vec<Principal>,
    places: Vec<String>,
}

impl World {
    /// One thing that somebody does; it may be refused.
    async fn step(&self, app: &App, dice: [usize; 4]) {
        let [what, who, whom, where_] = dice;
        let (user, other) = (self.people[who % self.people.len()], self.people[whom % self.people.len()]);
        let place = &self.places[where_ % self.places.len()];
        let newest = app.history(user, place, 5, None).await.map(|page| page.messages).unwrap_or_default();
        let some = newest.get(whom % 5).map(|message| message.message_id.clone()).unwrap_or_default();
        match what % 16 {
            0..5 => {
                for number in 0..if what % 64 == 0 { 60 } else { 1 } {
                    let _ = app.send(user, crate::app::message(place, &format!("@ada says {number}"))).await;
                }
            }
            5 => drop(app.edit(user, &some, &format!("edited {dice:?}")).await),
            6 => drop(app.unsay(user, &some).await),
            7 | 8 => drop(app.react(user, &some, "👍", whom % 3 > 0).await),
            9 => drop(app.mark_read(user, place, i64::try_from(whom % 80).unwrap()).await),
            10 => drop(app.mark_delivered(user, place, i64::try_from(whom % 80).unwrap()).await),
            11 => {
                let role = if where_ % 2 == 0 { proto::MemberRole::Admin } else { proto::MemberRole::Member };
                drop(app.put(user, place, other, role).await);
            }
            12 => drop(app.remove(user, place, other).await),
            13 => drop(app.join(user, place).await),
            14 => {
                let title = Some(format!("title {whom}"));
                let request = proto::UpdateConversationRequest {
                    conversation_id: place.clone(),
                    title,
                    ..Default::default()
                };
                drop(app.describe(user, request).await);
            }
            _ => {
                let request = proto::UpdateMembershipRequest {
                    conversation_id: place.clone(),
                    pinned: Some(whom % 2 == 0),
                    archived: Some(whom % 3 == 0),
                    ..Default::default()
                };
                drop(app.conversations.clone().update_membership(user.request(request)).await);
            }
        }
    }
}

async fn play(seed: u8) {
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut die = || usize::try_from(random.next_u32()).unwrap();
    let app = App::start().await;
    let people = app.circle(["ada", "bob", "cyd", "dan"]).await;
    let direct = app.open_direct(people[0], people[1]).await.unwrap().conversation.unwrap().conversation_id;
    let mut places = vec![direct, app.make_room("Tea", &people[..1]).await];
    places.push(app.make_group(&people).await);
    places.push(app.make_group(&people[..2]).await);
    let world = World { people: people.to_vec(), places };
    let mut devices = Vec::new();
    for user in [people[0], people[1], people[1], people[2]] {
        devices.push(Device::start(&app, user).await);
    }
    for _ in 0..25 {
        let steps: Vec<[usize; 4]> = (0..6).map(|_| [die(), die(), die(), die()]).collect();
        let acting = join_all(steps.into_iter().map(|dice| world.step(&app, dice)));
        // Each device asks now and then, while things happen.
        let asking = join_all(devices.iter_mut().filter(|_| die() % 2 == 0).map(|device| device.sync(&app)));
        tokio::join!(acting, asking);
    }
    for device in &mut devices {
        // The marks that one device's sync moves are news for the others.
        while device.sync(&app).await {}
    }
    for device in &mut devices {
        while device.sync(&app).await {}
        let expected = fresh(&app, device.user).await;
        assert_eq!(
            device.known.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "seed {seed}"
        );
        for (place, expected) in expected {
            let known = &device.known[&place];
            assert_eq!(known.conversation, expected.conversation, "seed {seed}");
            let pairs = known.messages.values().zip(expected.messages.values());
            pairs.for_each(|(known, expected)| assert_eq!(known, expected, "seed {seed}"));
            assert_eq!(known.messages.len(), expected.messages.len(), "seed {seed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn syncs_at_any_time_lead_to_what_a_fresh_client_reads() {
    for seed in 0..4 {
        play(seed).await;
    }
}
