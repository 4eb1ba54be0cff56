//! What is unread, told to the users concerned after each change. The state is asked of message-store, one question at a
//! time: all that changes meanwhile is one entry of the next, so under load many changes cost one question.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pulse_types::{ConversationId, UserId};
use tokio::sync::Notify;

use crate::clients::MessageStore;
use crate::clients::position::UNREAD_KEYS_MAX;
use crate::ws::frames::{self, Event};
use crate::ws::hub::Hub;
use crate::ws::queue::{Class, Key};

const SHARDS: usize = 16;
/// Entries of a shard. When it is full further ones are dropped: the next change of that conversation asks again.
const SHARD_MAX: usize = 8192;
/// How soon a question that failed is asked again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// Who is in which conversation.
type Member = (UserId, ConversationId);

/// What is to be asked.
#[derive(Debug, Default)]
pub struct Questions {
    hasher: RandomState,
    shards: [Mutex<HashSet<Member>>; SHARDS],
    asked: Notify,
}

impl Questions {
    /// Something changed for a member.
    pub fn ask(&self, user_id: UserId, conversation_id: ConversationId) {
        self.put((user_id, conversation_id));
        self.asked.notify_one();
    }

    fn put(&self, member: Member) {
        let index = usize::try_from(self.hasher.hash_one(member)).unwrap_or_default() % SHARDS;
        let Some(shard) = self.shards.get(index) else { return };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.len() < SHARD_MAX {
            shard.insert(member);
        }
    }

    /// Takes what is to be asked, at most as much as one question may hold.
    fn take(&self) -> Vec<Member> {
        let mut taken = Vec::new();
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            if taken.len() + shard.len() <= UNREAD_KEYS_MAX {
                taken.extend(shard.drain());
                continue;
            }
            let some: Vec<_> = shard.iter().take(UNREAD_KEYS_MAX - taken.len()).copied().collect();
            for member in &some {
                shard.remove(member);
            }
            taken.extend(some);
            // Something is left for the next question.
            self.asked.notify_one();
        }
        taken
    }
}

/// Asks and tells until the last socket has gone.
pub async fn run(hub: Hub, message_store: MessageStore) {
    let drained = hub.drained();
    let questions = hub.questions();
    loop {
        tokio::select! {
            () = questions.asked.notified() => {}
            () = drained.cancelled() => return,
        }
        let members = questions.take();
        if members.is_empty() {
            continue;
        }
        match message_store.unread(&members).await {
            Ok(states) => {
                for (user_id, unread) in states {
                    let conversation_id = unread.conversation_id;
                    let frame = frames::event(&Event::UnreadUpdated(&unread));
                    hub.tell(user_id, conversation_id, &frame, Class::Latest(Key::Unread(conversation_id)));
                }
            }
            Err(failure) => {
                tracing::debug!(error = %failure, members = members.len(), "can't ask what is unread; asking again");
                members.into_iter().for_each(|member| questions.put(member));
                questions.asked.notify_one();
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pulse_types::SystemClock;

    use super::*;

    #[test]
    fn changes_of_one_member_are_one_entry() {
        let questions = Questions::default();
        let (user, chat) = (UserId::new(&SystemClock), ConversationId::new(&SystemClock));
        for _ in 0..100 {
            questions.ask(user, chat);
        }
        assert_eq!(questions.take(), [(user, chat)]);
        assert!(questions.take().is_empty());
    }

    #[test]
    fn a_question_is_bounded_and_nothing_is_left_out() {
        let questions = Questions::default();
        let user = UserId::new(&SystemClock);
        let all: HashSet<_> = (0..2500).map(|_| (user, ConversationId::new(&SystemClock))).collect();
        all.iter().for_each(|(user, chat)| questions.ask(*user, *chat));
        let mut taken = HashSet::new();
        for _ in 0..3 {
            let question = questions.take();
            assert!(question.len() <= UNREAD_KEYS_MAX);
            taken.extend(question);
        }
        assert_eq!(taken, all);
    }
}
