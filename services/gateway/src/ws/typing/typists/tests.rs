//! Who is typing, by the clock of the test.

use pulse_types::SystemClock;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn ids() -> (ConversationId, UserId) {
    (ConversationId::new(&SystemClock), UserId::new(&SystemClock))
}

fn count(typists: &Typists) -> usize {
    typists.count.load(Ordering::Relaxed)
}

#[test]
fn a_start_is_told_and_fades_and_a_repeat_extends_it() {
    let (typists, (chat, ada), start) = (Typists::default(), ids(), Instant::now());
    assert!(typists.start(chat, ada, start));
    assert!(!typists.start(chat, ada, start + SECOND), "nothing has changed");
    assert!(typists.start(chat, ada, start + SECOND * 3), "a client may fade by its own clock");
    assert!(typists.fade(start + SECOND * 8).is_empty());
    assert_eq!(typists.fade(start + SECOND * 9), [(chat, ada)]);
    assert_eq!((typists.fade(start + SECOND * 20), count(&typists)), (vec![], 0));
}

#[test]
fn a_stop_is_told_once_and_ends_one_start_alone() {
    let (typists, (chat, ada), start) = (Typists::default(), ids(), Instant::now());
    let (other, bob) = ids();
    typists.start(chat, ada, start);
    typists.start(other, ada, start);
    typists.start(chat, bob, start);
    assert!(typists.stop(chat, ada) && !typists.stop(chat, ada));
    let mut faded = typists.fade(start + HOLD);
    faded.sort_unstable();
    let mut left = [(other, ada), (chat, bob)];
    left.sort_unstable();
    assert_eq!(faded, left);
}

#[test]
fn whoever_is_shown_on_opening_fades_too_and_is_extended_by_nobody_else() {
    let (typists, (chat, ada), start) = (Typists::default(), ids(), Instant::now());
    typists.start(chat, ada, start);
    let bob = UserId::new(&SystemClock);
    typists.shown(chat, &[ada, bob], start + SECOND * 3);
    assert_eq!(typists.fade(start + HOLD), [(chat, ada)]);
    assert_eq!(typists.fade(start + HOLD + SECOND * 3), [(chat, bob)]);
}

#[test]
fn what_was_begun_here_ends_with_its_message_or_its_socket() {
    let (typists, (chat, ada), start) = (Typists::default(), ids(), Instant::now());
    let (phone, laptop) = (ConnectionId::new(&SystemClock), ConnectionId::new(&SystemClock));
    let (other, third) = (ConversationId::new(&SystemClock), ConversationId::new(&SystemClock));
    let until = start + HOLD;
    for (conversation_id, by) in [(chat, Some(phone)), (other, Some(laptop)), (third, None)] {
        typists.begin(ada, Begun { conversation_id, connection_id: by, until });
    }
    typists.begin(ada, Begun { conversation_id: chat, connection_id: Some(laptop), until });
    assert_eq!(count(&typists), 3);
    assert_eq!(typists.end(ada, |begun| begun.conversation_id == other), [other]);
    assert!(typists.end(ada, |begun| begun.connection_id == Some(phone)).is_empty());
    assert_eq!(typists.end(ada, |begun| begun.connection_id == Some(laptop)), [chat]);
    typists.fade(until);
    assert_eq!(count(&typists), 0);
    assert!(typists.begun.iter().all(|shard| lock(shard).is_empty()));
}
