//! Counts the passes of the one who writes, so that others can wait until what they noted is written.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// Longest that anybody waits for a pass.
const WAIT_MAX: Duration = Duration::from_millis(500);

/// The passes so far.
#[derive(Debug)]
pub struct Passes {
    begun: AtomicU64,
    ended: watch::Sender<u64>,
}

impl Default for Passes {
    fn default() -> Self {
        Self { begun: AtomicU64::new(0), ended: watch::Sender::new(0) }
    }
}

impl Passes {
    /// A pass begins; gives its number.
    pub fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// A pass has ended.
    pub fn end(&self, number: u64) {
        self.ended.send_replace(number);
    }

    /// Waits for the end of a pass that has not begun yet, but not long. `wake` sees to it that there is one.
    pub async fn next(&self, wake: impl FnOnce()) {
        let next = self.begun.load(Ordering::SeqCst) + 1;
        let mut ended = self.ended.subscribe();
        wake();
        let _ = tokio::time::timeout(WAIT_MAX, ended.wait_for(|number| *number >= next)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pass_that_has_begun_is_not_waited_for() {
        let passes = Passes::default();
        let first = passes.begin();
        let start = tokio::time::Instant::now();
        passes.next(|| passes.end(first)).await;
        assert_eq!(start.elapsed(), WAIT_MAX);
        passes.next(|| passes.end(passes.begin())).await;
        assert_eq!(start.elapsed(), WAIT_MAX);
    }
}
