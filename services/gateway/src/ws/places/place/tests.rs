//! Who is handed what, and when nothing is.

use std::collections::VecDeque;

use pulse_rpc::Principal;
use pulse_types::{ConnectionId, EventId, SessionId, SystemClock};

use super::*;
use crate::domain::connection::Transport;
use crate::domain::user::Settings;
use crate::ws::delivery::{Changed, Effect};
use crate::ws::hub::{Opened, Scope, Socket};
use crate::ws::order::Position;
use crate::ws::queue::{Key, Queue};

const GENERATION: u64 = 1;

struct Looking {
    place: Place,
    user: Arc<User>,
    socket: Arc<Socket>,
}

impl Looking {
    /// Somebody with one socket who has begun to open a conversation.
    fn begin() -> Self {
        let looking = Self::unknown();
        looking.user.note_settings(&Settings::default());
        looking
    }

    /// The same while it is not known what they show others.
    fn unknown() -> Self {
        let (_, listening) = watch::channel(true);
        let conversation_id = ConversationId::new(&SystemClock);
        let place = Place::new(conversation_id, listening.clone(), CancellationToken::new());
        let user_id = UserId::new(&SystemClock);
        let user = Arc::new(User::new(user_id, listening, CancellationToken::new()));
        let socket = Arc::new(Socket {
            connection_id: ConnectionId::new(&SystemClock),
            principal: Principal { user_id, session_id: SessionId::new(&SystemClock) },
            transport: Transport::WebSocket,
            scope: Scope::All,
            queue: Queue::default(),
            opened: Opened::default(),
        });
        assert!(user.add(Arc::clone(&socket), 1));
        socket.opened.add(conversation_id).expect("room");
        place.watch(&user, socket.connection_id);
        Self { place, user, socket }
    }

    /// The same with the answer that they may, at a version.
    fn at(version: i64) -> Self {
        let looking = Self::begin();
        let epoch = looking.place.begin_asking(looking.user.user_id);
        assert!(looking.let_in(epoch, version));
        looking
    }

    fn let_in(&self, epoch: u64, version: i64) -> bool {
        self.place.let_in(self.user.user_id, epoch, Admission { version, peer_id: None, is_connected: false })
    }

    fn delivery(&self, text: &str, version: Option<i64>, class: Class, effect: Effect) -> Arc<Delivery> {
        let conversation_id = self.place.conversation_id;
        let version = version.map(|version| (conversation_id, version));
        Arc::new(Delivery {
            position: Position { event_id: EventId::new(&SystemClock), version },
            conversation_id: Some(conversation_id),
            frame: Some(text.into()),
            frame_for_hiding: None,
            class,
            changes_unread: Changed::OfNobody,
            effect,
            traceparent: None,
        })
    }

    fn hand_on(&self, delivery: &Arc<Delivery>) {
        self.place.hand_on(delivery, Instant::now(), &mut Vec::new());
    }

    fn message(&self, version: i64) {
        self.hand_on(&self.delivery(&version.to_string(), Some(version), Class::Durable, Effect::None));
    }

    /// What waits to be written to the socket.
    fn told(&self) -> Vec<String> {
        let mut taken = VecDeque::new();
        self.socket.queue.take(&mut taken, usize::MAX);
        taken.into_iter().map(|frame| frame.as_str().to_owned()).collect()
    }
}

#[test]
fn nothing_is_handed_on_before_it_is_known_who_may_and_then_all_of_it() {
    let looking = Looking::begin();
    let epoch = looking.place.begin_asking(looking.user.user_id);
    looking.message(5);
    looking.message(6);
    looking.place.tell(&"3 online".into(), Class::Durable, None);
    assert!(looking.told().is_empty());
    assert!(looking.let_in(epoch, 5));
    looking.message(7);
    assert_eq!(looking.told(), ["5", "6", "7"]);
    assert!(looking.place.doubted().0.is_empty());
}

#[test]
fn an_answer_from_before_a_doubt_is_none() {
    let looking = Looking::begin();
    let epoch = looking.place.begin_asking(looking.user.user_id);
    assert!(looking.place.doubt(GENERATION), "somebody is to be asked about");
    assert!(looking.let_in(epoch, 5), "looks on, but may not see");
    looking.message(6);
    assert!(looking.told().is_empty());
    let (people, epoch) = looking.place.doubted();
    assert_eq!(people, [looking.user.user_id]);
    looking.place.let_in_again(looking.user.user_id, epoch, 6);
    assert_eq!(looking.told(), ["6"]);
}

#[test]
fn after_a_doubt_everybody_waits_until_they_were_asked_about_again() {
    let looking = Looking::at(4);
    looking.message(5);
    assert!(looking.place.doubt(GENERATION));
    looking.message(6);
    let typing = Effect::Typing { user_id: UserId::new(&SystemClock), active: true };
    looking.hand_on(&looking.delivery("typing", None, Class::Passing, typing));
    assert_eq!(looking.told(), ["5"]);
    let (_, epoch) = looking.place.doubted();
    assert!(looking.place.doubt(GENERATION + 1));
    looking.place.let_in_again(looking.user.user_id, epoch, 6);
    assert!(looking.told().is_empty(), "the answer is from before the second doubt");
    let (_, epoch) = looking.place.doubted();
    looking.place.let_in_again(looking.user.user_id, epoch, 6);
    assert_eq!(looking.told(), ["6"], "signs of typing are not kept");
}

#[test]
fn whoever_was_removed_is_handed_nothing_more_and_whoever_came_back_is() {
    let looking = Looking::at(4);
    looking.place.end(looking.user.user_id, 3);
    looking.message(5);
    assert_eq!(looking.told(), ["5"], "a repeat of what ended before they came back");
    looking.place.end(looking.user.user_id, 6);
    looking.message(7);
    assert!(looking.told().is_empty() && !looking.socket.opened.has(looking.place.conversation_id));
    assert!(looking.place.is_deserted());
    // Deleted at the version at which it was opened.
    let deleted = Looking::at(4);
    deleted.place.end(deleted.user.user_id, 4);
    assert!(deleted.place.is_deserted());
}

#[test]
fn a_removal_that_is_heard_while_it_is_asked_wins() {
    let looking = Looking::begin();
    let epoch = looking.place.begin_asking(looking.user.user_id);
    looking.message(5);
    looking.place.end(looking.user.user_id, 6);
    assert!(!looking.let_in(epoch, 5), "not any more");
    assert!(looking.told().is_empty());
}

#[test]
fn what_is_kept_is_bounded_and_told_of() {
    let looking = Looking::begin();
    let epoch = looking.place.begin_asking(looking.user.user_id);
    (1..=300).for_each(|version| looking.message(version));
    assert!(looking.let_in(epoch, 1));
    let told = looking.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with(r#"{"type":"sync.required","data":{"conversation_ids":["#));
    looking.message(301);
    assert_eq!(looking.told(), ["301"]);
}

#[test]
fn marks_reach_the_others_as_they_may_see_them() {
    let looking = Looking::at(4);
    let other = UserId::new(&SystemClock);
    let class = Class::Latest(Key::Receipt(looking.place.conversation_id, other));
    let marks = |user_id: UserId| {
        let shown = looking.delivery("read", None, class, Effect::Marks { user_id });
        Arc::new(Delivery { frame_for_hiding: Some("hidden".into()), ..Arc::into_inner(shown).expect("one") })
    };
    looking.hand_on(&marks(looking.user.user_id));
    assert!(looking.told().is_empty(), "one's own are heard on the inbox plane");
    looking.hand_on(&marks(other));
    looking.user.note_settings(&Settings { send_read_receipts: false, ..Settings::default() });
    looking.hand_on(&marks(other));
    assert_eq!(looking.told(), ["hidden"], "the later one takes the place of the one that waits");
}

#[test]
fn marks_that_came_before_it_was_known_what_one_shows_are_told_then() {
    for (send_read_receipts, then) in [(true, ["read 2", "read 3"].as_slice()), (false, &[])] {
        let looking = Looking::unknown();
        let epoch = looking.place.begin_asking(looking.user.user_id);
        assert!(looking.let_in(epoch, 4));
        let marks = |user_id: UserId, text: &str| {
            let class = Class::Latest(Key::Receipt(looking.place.conversation_id, user_id));
            let shown = looking.delivery(text, None, class, Effect::Marks { user_id });
            Arc::new(Delivery {
                frame_for_hiding: Some("hidden".into()),
                ..Arc::into_inner(shown).expect("one")
            })
        };
        let (one, other) = (UserId::new(&SystemClock), UserId::new(&SystemClock));
        for (user_id, text) in [(one, "read 1"), (one, "read 2"), (other, "read 3")] {
            looking.hand_on(&marks(user_id, text));
        }
        assert_eq!(looking.told(), ["hidden", "hidden"], "the newest of each");
        looking.user.note_settings(&Settings { send_read_receipts, ..Settings::default() });
        let mut told = looking.told();
        told.sort();
        assert_eq!(told, then);
        looking.user.note_settings(&Settings::default());
        assert!(looking.told().is_empty(), "nothing is told twice, and what was hidden stays so");
    }
}

#[test]
fn what_every_member_hears_on_the_inbox_plane_is_not_told_twice() {
    let looking = Looking::at(4);
    let effect = Effect::Member {
        user_id: UserId::new(&SystemClock),
        is_gone: true,
        member_count: 64,
        on_both_planes: true,
    };
    looking.hand_on(&looking.delivery("gone", Some(5), Class::Durable, effect));
    assert!(looking.told().is_empty());
    assert_eq!(looking.place.head_for(looking.user.user_id), 5, "but its version is known");
    assert_eq!(looking.place.head_for(UserId::new(&SystemClock)), 0, "to those who are told");
}

#[test]
fn both_sockets_of_a_user_leave_before_the_user_does() {
    let looking = Looking::at(4);
    let (user_id, first) = (looking.user.user_id, looking.socket.connection_id);
    let second = ConnectionId::new(&SystemClock);
    looking.place.watch(&looking.user, second);
    looking.place.unwatch(user_id, second);
    looking.place.unwatch(user_id, second);
    assert!(looking.place.is_watched());
    looking.place.join(user_id);
    looking.place.unwatch(user_id, first);
    assert!(!looking.place.is_watched() && !looking.place.is_deserted(), "still a member of a large one");
    looking.place.leave(looking.user.user_id);
    assert!(looking.place.is_deserted());
}
