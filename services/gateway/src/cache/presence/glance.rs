//! What a gateway looks after whether or not something has changed here: who is due, and whether Redis has lost something.

use deadpool_redis::redis::{Pipeline, Script};
use pulse_types::UserId;

use crate::cache::link::CacheError;
use crate::cache::presence::{DUE, EPOCH, KEPT, Presence, STIRRED, TIMEOUT};

/// People who are looked at again at once.
const DUE_MAX: usize = 256;

/// What is to be done whether or not something has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// Since when leases are complete: another one than before tells that leases were lost. `None` when nobody has said so.
    pub epoch_ms: Option<i64>,
    /// Who is to be looked at again.
    pub due: Vec<UserId>,
}

impl Presence {
    /// Who is to be looked at again, and whether leases were lost.
    ///
    /// # Errors
    /// [`CacheError`]
    pub async fn glance(&self) -> Result<Glance, CacheError> {
        let mut pipeline = Pipeline::with_capacity(2);
        pipeline.cmd("GETEX").arg(EPOCH).arg("EX").arg(KEPT.as_secs());
        let due = pipeline.cmd("ZRANGEBYSCORE").arg(DUE).arg("-inf").arg(self.now_ms());
        due.arg("LIMIT").arg(0).arg(DUE_MAX);
        let (epoch, due): (Option<String>, Vec<String>) = self.run(&pipeline, TIMEOUT).await?;
        Ok(Glance {
            epoch_ms: epoch.and_then(|epoch| epoch.parse().ok()),
            due: due.iter().filter_map(|id| id.parse().ok()).collect(),
        })
    }

    /// When somebody last came online or went, as opaque text; `None` when nobody has lately, or Redis is away.
    pub async fn stirred_at(&self) -> Option<String> {
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.cmd("GET").arg(STIRRED);
        match self.run::<(Option<String>,)>(&pipeline, TIMEOUT).await {
            Ok((stirred_at,)) => stirred_at,
            Err(error) => {
                self.is_away(&error);
                None
            }
        }
    }

    /// Begins an epoch, unless another one has been begun instead of the one that the caller knows; gives the one that holds.
    ///
    /// # Errors
    /// [`CacheError`]
    pub async fn begin_epoch(&self, known: Option<i64>, epoch_ms: i64) -> Result<i64, CacheError> {
        let script = Script::new(
            "local found = redis.call('GET', KEYS[1])
             if found and found ~= ARGV[1] then return found end
             redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
             return ARGV[2]",
        );
        let mut call = script.prepare_invoke();
        call.key(EPOCH).arg(known.map(|known| known.to_string()).unwrap_or_default());
        call.arg(epoch_ms).arg(KEPT.as_secs());
        let held: String = self.invoke(&call).await?;
        Ok(held.parse().unwrap_or(epoch_ms))
    }
}
