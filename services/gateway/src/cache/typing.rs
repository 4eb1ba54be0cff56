//! Who is typing: asked for by clients without a socket, and on opening a conversation. It may be lost.

use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::redis::Script;
use pulse_types::{ConversationId, UserId};

use crate::cache::link::Link;

/// How long a start holds (contract section 7).
const HOLD: Duration = Duration::from_secs(6);

/// KEYS: the set. ARGV: the user, and for how many ms they are typing; 0 stops.
const NOTE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if tonumber(ARGV[2]) == 0 then return redis.call('ZREM', KEYS[1], ARGV[1]) end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

/// KEYS: the set. Gives who is typing, at most 100, the latest first.
const LIST: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', '(' .. now, 'LIMIT', 0, 100)";

/// Who is typing where, shared by all gateways.
#[derive(Clone)]
pub struct Typing {
    link: Link,
    note: Arc<Script>,
    list: Arc<Script>,
}

impl Typing {
    /// Kept over this connection.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self { link, note: Arc::new(Script::new(NOTE)), list: Arc::new(Script::new(LIST)) }
    }

    /// Somebody has begun or stopped.
    pub async fn note(&self, conversation_id: ConversationId, user_id: UserId, active: bool) {
        let hold_ms = if active { u64::try_from(HOLD.as_millis()).unwrap_or_default() } else { 0 };
        let mut script = self.note.prepare_invoke();
        script.key(key(conversation_id)).arg(user_id.to_string()).arg(hold_ms);
        if let Err(error) = self.link.invoke::<i64>(&script).await {
            tracing::debug!(%error, "a sign of typing was lost");
        }
    }

    /// Who is typing, at most 100; nobody while Redis is away.
    pub async fn list(&self, conversation_id: ConversationId) -> Vec<UserId> {
        let mut script = self.list.prepare_invoke();
        script.key(key(conversation_id));
        match self.link.invoke::<Vec<String>>(&script).await {
            Ok(found) => found.iter().filter_map(|text| text.parse().ok()).collect(),
            Err(error) => {
                tracing::debug!(%error, "who is typing is not known");
                Vec::new()
            }
        }
    }
}

fn key(conversation_id: ConversationId) -> String {
    format!("pulse:gateway:typing:{conversation_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_other_versions_of_us_read() {
        let id = "0190a5c6-7c1f-7000-8000-000000000001".parse().expect("an id");
        assert_eq!(key(id), "pulse:gateway:typing:0190a5c6-7c1f-7000-8000-000000000001");
    }
}
