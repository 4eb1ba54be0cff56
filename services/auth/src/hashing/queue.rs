//! Threads that hash, and the callers that wait for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::hashing::{HashingError, failed};

/// Callers whose turn has not come by then are sent away, before their own patience ends.
const WAIT_MAX: Duration = Duration::from_secs(4);
/// When whoever was sent away may come back.
const RETRY_AFTER: Duration = Duration::from_secs(1);

type Job = Box<dyn FnOnce() + Send>;

/// Work for a few threads, of which a bounded amount waits for a bounded time. The threads end with the last clone.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    /// Holds as many jobs as callers may wait.
    jobs: SyncSender<Job>,
    wait_max: Duration,
}

impl Queue {
    /// `threads` at work and `length` callers that wait, both at least one.
    pub(super) fn new(threads: usize, length: usize) -> Result<Self, HashingError> {
        let (jobs, waiting) = sync_channel(length.max(1));
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads.max(1) {
            let waiting = Arc::clone(&waiting);
            let thread = std::thread::Builder::new().name("hashing".to_owned());
            thread.spawn(move || work_off(&waiting)).map_err(failed)?;
        }
        Ok(Self { jobs, wait_max: WAIT_MAX })
    }

    /// Takes a place or refuses, waits for a thread or gives up, works; tells how long the work took. Work whose caller has
    /// gone away is left out.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Duration), HashingError> {
        let (answer, answered) = oneshot::channel();
        let (begin, begun) = oneshot::channel();
        let waiting = Waiting::begin();
        let job = move || {
            drop(waiting);
            if begin.send(()).is_err() {
                return;
            }
            let started = Instant::now();
            let outcome = work();
            let took = started.elapsed();
            metrics::histogram!("pulse_auth_hashing_seconds").record(took.as_secs_f64());
            // Whoever asked may have gone away meanwhile.
            let _ = answer.send((outcome, took));
        };
        self.jobs.try_send(Box::new(job)).map_err(|error| match error {
            TrySendError::Full(_) => HashingError::Busy { retry_after: RETRY_AFTER },
            TrySendError::Disconnected(_) => failed("the threads have ended"),
        })?;
        match tokio::time::timeout(self.wait_max, begun).await {
            Ok(_) => answered.await.map_err(failed),
            Err(_) => Err(HashingError::Busy { retry_after: RETRY_AFTER }),
        }
    }
}

/// What each thread does until the pool is gone.
fn work_off(waiting: &Mutex<Receiver<Job>>) {
    yield_to_everything_else();
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("hashing a password panicked");
        }
    }
}

/// Gives this thread a tenth of the processor that everything else gets where there is too little of it: chat goes before
/// sign-in. With the lowest priority (19, a seventieth) nobody could sign in on a busy computer.
#[cfg(target_os = "linux")]
fn yield_to_everything_else() {
    /// See setpriority(2); on Linux it holds for one thread.
    const NICE: i32 = 10;
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE) {
        tracing::warn!(%error, "passwords are hashed at the priority of everything else");
    }
}

/// Other systems have no priority for a single thread that could be set safely.
#[cfg(not(target_os = "linux"))]
fn yield_to_everything_else() {}

/// Counts a caller in the queue, also when it goes away.
struct Waiting;

impl Waiting {
    fn begin() -> Self {
        metrics::gauge!("pulse_auth_hashing_queue_depth").increment(1.0);
        Self
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        metrics::gauge!("pulse_auth_hashing_queue_depth").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Queue {
        Queue::new(1, 2).expect("a queue")
    }

    /// Blocks the only thread of a queue until the sender is dropped.
    async fn block(queue: &Queue) -> std::sync::mpsc::Sender<()> {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (begun, beginning) = oneshot::channel();
        let queue = queue.clone();
        tokio::spawn(async move {
            let work = move || {
                begun.send(()).ok();
                released.recv().ok();
            };
            queue.run(work).await.ok();
        });
        beginning.await.expect("it began");
        release
    }

    #[tokio::test]
    async fn beyond_the_queue_callers_are_sent_away_and_come_back() {
        let queue = queue();
        let release = block(&queue).await;
        let mut waiting = Vec::new();
        for number in 0..2 {
            let queue = queue.clone();
            waiting.push(tokio::spawn(async move { queue.run(move || number).await }));
            tokio::task::yield_now().await;
        }
        let refused = queue.run(|| 2).await;
        assert!(matches!(refused, Err(HashingError::Busy { .. })));
        drop(release);
        for (number, waits) in waiting.into_iter().enumerate() {
            assert_eq!(waits.await.expect("it ended").expect("it worked").0, number);
        }
        assert_eq!(queue.run(|| 2).await.expect("it worked").0, 2);
    }

    #[tokio::test]
    async fn work_whose_caller_went_away_is_left_out() {
        let queue = queue();
        let release = block(&queue).await;
        let (worked, works) = std::sync::mpsc::channel::<()>();
        let gone = queue.run(move || worked.send(()));
        assert!(tokio::time::timeout(Duration::from_millis(10), gone).await.is_err());
        drop(release);
        queue.run(|| ()).await.expect("it worked");
        assert!(works.recv().is_err(), "it was dropped, not done");
    }

    #[tokio::test]
    async fn whoever_waits_too_long_is_told_to_come_back() {
        let queue = Queue { wait_max: Duration::from_millis(10), ..queue() };
        let release = block(&queue).await;
        let refused = queue.run(|| ()).await;
        assert!(matches!(refused, Err(HashingError::Busy { .. })));
        drop(release);
    }

    #[tokio::test]
    async fn a_panic_costs_no_thread() {
        let queue = queue();
        assert!(queue.run(|| panic!("on purpose")).await.is_err());
        queue.run(|| ()).await.expect("it worked");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn its_threads_have_a_low_priority_and_no_others() {
        let nice =
            || rustix::process::getpriority_process(Some(rustix::thread::gettid())).expect("a priority");
        let before = nice();
        let (theirs, _) = queue().run(nice).await.expect("it worked");
        assert_eq!((theirs, nice()), (10, before));
    }
}
