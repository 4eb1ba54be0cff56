//! What waits, against a plain model of it.

use proptest::prelude::*;
use pulse_types::SystemClock;

use super::*;

fn all(waiting: &mut Waiting) -> Vec<String> {
    let mut taken = VecDeque::new();
    while !waiting.frames.is_empty() {
        waiting.take(&mut taken, usize::MAX);
    }
    taken.into_iter().map(|frame| frame.as_str().to_owned()).collect()
}

#[test]
fn a_newer_state_takes_the_place_of_one_that_waits() {
    let (chat, ada) = (ConversationId::new(&SystemClock), UserId::new(&SystemClock));
    let mut waiting = Waiting::default();
    waiting.push("a".into(), Class::Durable).expect("room");
    waiting.push("unread 1".into(), Class::Latest(Key::Unread(chat))).expect("room");
    waiting.push("receipt 1".into(), Class::Latest(Key::Receipt(chat, ada))).expect("room");
    waiting.push("b".into(), Class::Durable).expect("room");
    waiting.push("unread 22".into(), Class::Latest(Key::Unread(chat))).expect("room");
    assert_eq!(all(&mut waiting), ["a", "unread 22", "receipt 1", "b"]);
    waiting.push("unread 3".into(), Class::Latest(Key::Unread(chat))).expect("room");
    assert_eq!((waiting.bytes, all(&mut waiting)), (8, vec!["unread 3".to_owned()]));
    assert_eq!((waiting.bytes, waiting.frames.capacity(), waiting.latest.capacity()), (0, 0, 0));
}

#[test]
fn what_passes_gives_way_when_half_is_full() {
    let mut waiting = Waiting::default();
    waiting.push("typing".into(), Class::Passing).expect("room");
    for _ in 1..FRAMES_MAX / 2 {
        waiting.push("m".into(), Class::Durable).expect("room");
    }
    assert_eq!((waiting.frames.len(), waiting.passing), (FRAMES_MAX / 2, 1));
    waiting.push("typing".into(), Class::Passing).expect("dropped");
    assert_eq!(waiting.frames.len(), FRAMES_MAX / 2, "half is full");
    waiting.push("m".into(), Class::Durable).expect("room");
    assert_eq!((waiting.frames.len(), waiting.passing), (FRAMES_MAX / 2, 0));
    assert!(all(&mut waiting).iter().all(|frame| frame == "m"));
}

#[test]
fn what_must_arrive_finds_room_up_to_both_bounds() {
    let mut waiting = Waiting::default();
    for _ in 0..FRAMES_MAX {
        waiting.push("m".into(), Class::Durable).expect("room");
    }
    assert_eq!(waiting.push("m".into(), Class::Durable), Err(NoRoom));
    let mut waiting = Waiting::default();
    let quarter = Utf8Bytes::from("m".repeat(BYTES_MAX / 4));
    for _ in 0..4 {
        waiting.push(quarter.clone(), Class::Durable).expect("room");
    }
    assert_eq!(waiting.push("m".into(), Class::Durable), Err(NoRoom));
    let mut waiting = Waiting::default();
    waiting.push("m".repeat(BYTES_MAX + 1).into(), Class::Durable).expect("alone it has room");
    assert_eq!(waiting.push("m".into(), Class::Durable), Err(NoRoom));
}

#[derive(Debug, Clone)]
enum Step {
    Push(Class, usize),
    Take(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let chats: Vec<_> = (0..3).map(|_| ConversationId::new(&SystemClock)).collect();
    let class = (0..6_usize).prop_map(move |n| match n {
        0..3 => Class::Durable,
        3 => Class::Passing,
        _ => Class::Latest(Key::Unread(chats[n - 4])),
    });
    let push = (class, prop_oneof![9 => 1..40_usize, 1 => Just(BYTES_MAX / 9)])
        .prop_map(|(c, size)| Step::Push(c, size));
    let take = (1..6_usize).prop_map(Step::Take);
    prop::collection::vec(prop_oneof![5 => push, 1 => take], 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is pushed and taken: what must arrive arrives once and in its order until there is no room, the newest
    /// state is the one that arrives, and the bounds hold.
    #[test]
    fn nothing_that_must_arrive_is_lost(steps in steps()) {
        let (mut waiting, mut taken) = (Waiting::default(), VecDeque::new());
        let (mut durable, mut newest) = (Vec::new(), HashMap::new());
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Take(count) => {
                    let more = taken.len() + count;
                    waiting.take(&mut taken, more);
                }
                Step::Push(class, size) => {
                    let text = format!("{number}{}", " ".repeat(size));
                    if waiting.push(text.into(), class).is_err() {
                        break;
                    }
                    match class {
                        Class::Durable => durable.push(number),
                        Class::Latest(key) => drop(newest.insert(key, number)),
                        Class::Passing => {}
                    }
                }
            }
            let bytes: usize = waiting.frames.iter().map(|entry| entry.frame.len()).sum();
            prop_assert_eq!(bytes, waiting.bytes);
            prop_assert!(waiting.frames.len() <= FRAMES_MAX && bytes <= BYTES_MAX);
            let passing = waiting.frames.iter().filter(|entry| entry.class == Class::Passing).count();
            prop_assert_eq!(passing, waiting.passing);
        }
        let mut arrived: Vec<usize> =
            taken.iter().map(|frame: &Utf8Bytes| frame.trim().parse().expect("a number")).collect();
        arrived.extend(all(&mut waiting).iter().map(|text| text.trim().parse::<usize>().expect("a number")));
        let told: Vec<_> = arrived.iter().copied().filter(|number| durable.contains(number)).collect();
        prop_assert_eq!(told, durable);
        for number in newest.values() {
            prop_assert!(arrived.contains(number));
        }
    }
}
