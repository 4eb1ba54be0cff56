//! Steps on a real Redis: any order of sets, comings, goings and time, at two gateways, is what a model says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use pulse_runtime::Readiness;
use pulse_testkit::Redis;
use pulse_types::{SessionId, SystemClock, UserId};
use time::OffsetDateTime;

use super::*;
use crate::domain::standing::Availability;
use crate::domain::{Presence as Told, PresenceStatus};

const GRACE: Duration = Duration::from_secs(20);
const START_MS: i64 = 1_700_000_000_000;

#[derive(Debug, Clone)]
enum Deed {
    Connect(usize, u8),
    Set(usize, u8, Activity),
    Disconnect(usize, u8),
    /// A gateway dies, with all its connections.
    Kill(usize),
    /// A gateway renews its leases.
    Renew(usize),
    Put(Activity),
    Choose(Availability),
    Show(bool, bool),
    Wait(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let activity = || prop_oneof![Just(Activity::Online), Just(Activity::Away)];
    let availability =
        prop_oneof![Just(Availability::Free), Just(Availability::Dnd), Just(Availability::Invisible)];
    prop_oneof![
        4 => (0..2_usize, 0..3_u8).prop_map(|(gateway, socket)| Deed::Connect(gateway, socket)),
        3 => (0..2_usize, 0..3_u8, activity()).prop_map(|(gateway, socket, activity)| Deed::Set(gateway, socket, activity)),
        4 => (0..2_usize, 0..3_u8).prop_map(|(gateway, socket)| Deed::Disconnect(gateway, socket)),
        1 => (0..2_usize).prop_map(Deed::Kill),
        3 => (0..2_usize).prop_map(Deed::Renew),
        1 => activity().prop_map(Deed::Put),
        2 => availability.prop_map(Deed::Choose),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(presence, seen)| Deed::Show(presence, seen)),
        5 => (1..70_000_i64).prop_map(Deed::Wait),
    ]
}

/// What is so, told in another way than by the script: every lease that ever was is kept, with its end.
#[derive(Default)]
struct Model {
    now_ms: i64,
    connections: [BTreeMap<u8, Activity>; 2],
    /// Until when what is renewed holds, by gateway and socket.
    live: BTreeMap<(usize, u8), (Activity, i64)>,
    /// Graces and puts.
    others: Vec<(Activity, i64)>,
    put: Option<(Activity, i64)>,
    last_there_ms: i64,
    seen_ms: i64,
    choice: Option<Standing>,
}

impl Model {
    fn renew(&mut self, gateway: usize) {
        for (socket, activity) in &self.connections[gateway] {
            self.live.insert((gateway, *socket), (*activity, self.now_ms + 60_000));
        }
    }

    fn there(&mut self) -> Option<Activity> {
        let now = self.now_ms;
        for (_, (_, ends)) in self.live.extract_if(.., |_, (_, ends)| *ends <= now) {
            self.last_there_ms = self.last_there_ms.max(ends - 60_000);
        }
        if let Some((_, ends)) = self.put.take_if(|(_, ends)| *ends <= now) {
            self.last_there_ms = self.last_there_ms.max(ends);
        }
        let leases = self.live.values().chain(&self.others).chain(&self.put);
        leases.filter(|(_, ends)| *ends > now).map(|(activity, _)| *activity).max()
    }

    fn told(&mut self, user_id: UserId) -> Option<Told> {
        let there = self.there();
        let choice = self.choice.clone()?;
        let status = match (choice.availability, there) {
            (Availability::Invisible, _) | (_, None) => PresenceStatus::Offline,
            (Availability::Dnd, Some(_)) => PresenceStatus::Dnd,
            (Availability::Free, Some(Activity::Online)) => PresenceStatus::Online,
            (Availability::Free, Some(Activity::Away)) => PresenceStatus::Away,
        };
        if choice.availability != Availability::Invisible && there.is_none() {
            self.seen_ms = self.seen_ms.max(self.last_there_ms);
        }
        if !choice.shows_presence {
            return Some(Told::offline(user_id));
        }
        let is_told = status == PresenceStatus::Offline && choice.shows_last_seen && self.seen_ms > 0;
        let seen = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.seen_ms) * 1_000_000).ok();
        Some(Told { user_id, status, last_seen_at: seen.filter(|_| is_told).map(Into::into) })
    }
}

/// A moment of which nothing has passed yet, however slow the test is.
fn later() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

fn name(gateway: usize, socket: u8) -> String {
    format!("{gateway}-{socket}")
}

/// Does it in the model, and gives the change that a gateway would write.
fn apply(model: &mut Model, user_id: UserId, session_id: SessionId, deed: &Deed) -> Change {
    let mut change = Change::none(user_id);
    let mut writer = None;
    match *deed {
        Deed::Connect(gateway, socket) => {
            model.connections[gateway].entry(socket).or_insert(Activity::Online);
            writer = Some(gateway);
        }
        Deed::Set(gateway, socket, activity) => {
            model.connections[gateway].entry(socket).and_modify(|told| *told = activity);
            writer = Some(gateway);
        }
        Deed::Disconnect(gateway, socket) => {
            if let Some(activity) = model.connections[gateway].remove(&socket) {
                model.live.remove(&(gateway, socket));
                model.others.push((activity, model.now_ms + 20_000));
                model.last_there_ms = model.now_ms;
                change.gone.push(Gone { id: name(gateway, socket), activity, at: later() });
            }
            writer = Some(gateway);
        }
        Deed::Kill(gateway) => model.connections[gateway].clear(),
        Deed::Renew(gateway) => writer = Some(gateway),
        Deed::Put(activity) => {
            model.put = Some((activity, model.now_ms + 60_000));
            change.put = Some((session_id, activity));
        }
        Deed::Choose(_) | Deed::Show(..) => choose(model, user_id, &mut change, deed),
        Deed::Wait(span_ms) => model.now_ms += span_ms,
    }
    if let Some(gateway) = writer {
        model.renew(gateway);
        let live = model.connections[gateway].iter();
        change.live = live.map(|(socket, activity)| (name(gateway, *socket), *activity)).collect();
    }
    change
}

fn choose(model: &mut Model, user_id: UserId, change: &mut Change, deed: &Deed) {
    let before = model.choice.clone();
    let mut standing = before.clone().unwrap_or(Standing {
        user_id,
        availability: Availability::Free,
        shows_presence: true,
        shows_last_seen: true,
        last_seen_at: None,
        version: 0,
    });
    match *deed {
        Deed::Choose(availability) => standing.availability = availability,
        Deed::Show(presence, seen) => (standing.shows_presence, standing.shows_last_seen) = (presence, seen),
        _ => {}
    }
    let was_made = before.as_ref() != Some(&standing);
    standing.version += i64::from(was_made);
    let hides = standing.availability == Availability::Invisible
        && before.is_none_or(|before| before.availability != Availability::Invisible);
    if hides && model.there().is_some() {
        model.seen_ms = model.seen_ms.max(model.now_ms);
    }
    model.choice = Some(standing.clone());
    change.choice = Some(Choice { standing, was_made });
}

async fn agree(presence: &Presence, deeds: &[Deed]) -> Result<(), TestCaseError> {
    let (user_id, session_id) = (UserId::new(&SystemClock), SessionId::new(&SystemClock));
    let mut model = Model { now_ms: START_MS, ..Model::default() };
    let mut last: Option<View> = None;
    for deed in deeds {
        let change = apply(&mut model, user_id, session_id, deed);
        let outcomes = presence.step_at(&[change], model.now_ms * 1000).await.expect("Redis");
        let outcome = outcomes[0];
        let expected = model.told(user_id);
        prop_assert_eq!(outcome.view.map(|view| view.presence), expected, "after {:?}", deed);
        prop_assert_eq!(outcome.is_chosen, model.choice.is_some());
        let is_another = last.map(|view| view.presence) != expected;
        prop_assert_eq!(outcome.has_changed, is_another, "after {:?}: each change is announced once", deed);
        if let (Some(before), Some(after)) = (last, outcome.view) {
            prop_assert_eq!(after.revision > before.revision, is_another);
        }
        last = outcome.view;
        prop_assert_eq!(presence.find(&[user_id]).await.expect("Redis"), [last]);
        let is_counted = presence.online_among(&[user_id]).await.expect("Redis").contains(&user_id);
        let is_seen = expected.is_some_and(|told| told.status != PresenceStatus::Offline);
        // The set is read by the clock of this machine, which is not that of the model: every entry there is of the past.
        prop_assert!(!is_counted || is_seen);
    }
    Ok(())
}

async fn start() -> (Redis, Presence) {
    let redis = Redis::start().await.expect("Redis");
    let check = Readiness::default().check("redis", false);
    check.up();
    let presence = Presence::new(redis.url(), GRACE, check, Arc::new(SystemClock)).expect("an address");
    assert_eq!(presence.begin_epoch(None, 0).await.expect("Redis"), 0);
    (redis, presence)
}

#[test]
fn any_order_of_sets_comings_goings_and_time_is_what_the_model_says() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (_redis, presence) = runtime.block_on(start());
    // `make fuzz` asks for 2,000.
    let cases = std::env::var("PULSE_MODEL_CASES").map_or(50, |text| text.parse().expect("a number"));
    let mut config = ProptestConfig::with_cases(cases);
    config.failure_persistence = None;
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let deeds = proptest::collection::vec(deed(), 1..60);
    runner.run(&deeds, |deeds| runtime.block_on(agree(&presence, &deeds))).expect("agreement");
}

fn standing(user_id: UserId, availability: Availability, version: i64) -> Choice {
    let standing = Standing {
        user_id,
        availability,
        shows_presence: true,
        shows_last_seen: true,
        last_seen_at: None,
        version,
    };
    Choice { standing, was_made: true }
}

#[tokio::test]
async fn whoever_is_unseen_is_in_no_list_of_those_who_are_online() {
    let (_redis, presence) = start().await;
    let people: Vec<UserId> = (0..3).map(|_| UserId::new(&SystemClock)).collect();
    let there = |user_id: UserId, choice: Option<Choice>| Change {
        live: vec![("socket".to_owned(), Activity::Online)],
        choice,
        ..Change::none(user_id)
    };
    let changes = [
        there(people[0], Some(standing(people[0], Availability::Dnd, 1))),
        there(people[1], Some(standing(people[1], Availability::Invisible, 1))),
        there(people[2], None),
    ];
    let outcomes = presence.step(&changes).await.expect("Redis");
    assert_eq!(outcomes.iter().map(|outcome| outcome.is_chosen).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(outcomes[2].view, None, "what they chose is not known, so nothing is told");
    assert_eq!(presence.online_total().await, Some(1));
    assert_eq!(presence.online(9).await.expect("Redis"), [people[0]]);
    assert!(presence.is_free(people[2]).await.is_ok_and(|is_free| !is_free));
    assert_eq!(presence.sockets(people[1]).await, Some(1));
}

#[tokio::test]
async fn graces_and_puts_are_no_sockets() {
    let (_redis, presence) = start().await;
    let user_id = UserId::new(&SystemClock);
    let gone = |id: &str| Gone { id: id.to_owned(), activity: Activity::Away, at: Instant::now() };
    let change = Change {
        live: vec![("a".to_owned(), Activity::Online), ("b".to_owned(), Activity::Away)],
        gone: vec![gone("c"), gone("d")],
        put: Some((SessionId::new(&SystemClock), Activity::Away)),
        ..Change::none(user_id)
    };
    presence.step(&[change]).await.expect("Redis");
    assert_eq!(presence.sockets(user_id).await, Some(2));
}

#[tokio::test]
async fn after_a_loss_nobody_is_said_to_be_gone_before_all_have_told_of_their_sockets() {
    let (_redis, presence) = start().await;
    let user_id = UserId::new(&SystemClock);
    let choice = Some(standing(user_id, Availability::Free, 1));
    let live = vec![("a".to_owned(), Activity::Online)];
    let now_ms = START_MS;
    let step =
        async |change: Change, at_ms: i64| presence.step_at(&[change], at_ms * 1000).await.expect("Redis")[0];
    step(Change { live, choice: choice.clone(), ..Change::none(user_id) }, now_ms).await;
    let lost_at = now_ms + 100_000;
    assert_eq!(presence.begin_epoch(Some(0), lost_at).await.expect("Redis"), lost_at);
    assert_eq!(presence.begin_epoch(Some(0), lost_at + 5).await.expect("Redis"), lost_at, "one of two");
    let held = step(Change::none(user_id), lost_at + 10).await;
    assert!(!held.has_changed);
    assert_eq!(held.view.expect("known").presence.status, PresenceStatus::Online);
    let gone = step(Change::none(user_id), lost_at + 3000).await;
    assert!(gone.has_changed);
    let told = gone.view.expect("known").presence;
    assert_eq!(told.status, PresenceStatus::Offline);
    assert_eq!(gone.seen_ms, Some(now_ms), "when the lease was last renewed");

    let stranger = UserId::new(&SystemClock);
    let choice = Some(standing(stranger, Availability::Free, 1));
    let unknown = step(Change { choice, ..Change::none(stranger) }, lost_at + 10).await;
    assert_eq!((unknown.view, unknown.is_chosen), (None, true));
}
