//! Stopping in two steps: first everybody is told and finishes what is in flight, then what is left is dropped.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The life of a process or of a server inside it. Clones speak of the same one.
#[derive(Debug, Clone)]
pub struct Shutdown {
    begun: CancellationToken,
    tasks: TaskTracker,
    grace: Duration,
}

impl Shutdown {
    /// Nothing has begun; once it has, tasks get `grace` to finish.
    #[must_use]
    pub fn new(grace: Duration) -> Self {
        Self { begun: CancellationToken::new(), tasks: TaskTracker::new(), grace }
    }

    /// Begins on SIGTERM or SIGINT.
    ///
    /// # Errors
    /// When the process may not listen for signals.
    pub fn begin_on_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let begun = self.begun.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => tracing::info!("SIGTERM: finishing what is in flight"),
                _ = interrupt.recv() => tracing::info!("SIGINT: finishing what is in flight"),
                () = begun.cancelled() => {}
            }
            begun.cancel();
        });
        Ok(())
    }

    /// Tells everybody to finish.
    pub fn begin(&self) {
        self.begun.cancel();
    }

    /// Cancelled once the shutdown has begun.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.begun.clone()
    }

    /// Whether it has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun.is_cancelled()
    }

    /// How long tasks get to finish.
    #[must_use]
    pub const fn grace(&self) -> Duration {
        self.grace
    }

    /// Runs a task that ends by itself once the shutdown has begun; [`Shutdown::finish`] waits for it. A panic in it is
    /// logged with its name and ends the process's readiness no more than that.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let handle = self.tasks.spawn(task);
        // Only to tell of a panic; ends with the task.
        self.tasks.spawn(async move {
            if let Err(error) = handle.await
                && error.is_panic()
            {
                tracing::error!(task.name = name, "a task panicked");
            }
        });
    }

    /// Begins, and waits until every task has ended or the grace is over. True when all have ended.
    pub async fn finish(&self) -> bool {
        self.begun.cancel();
        self.tasks.close();
        let finished = tokio::time::timeout(self.grace, self.tasks.wait()).await.is_ok();
        if !finished {
            tracing::warn!(tasks = self.tasks.len(), "the grace period is over; dropping what is left");
        }
        finished
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tasks_get_the_grace_and_no_more() {
        let quick = Shutdown::new(Duration::from_secs(5));
        let begun = quick.token();
        quick.spawn("quick", async move { begun.cancelled().await });
        assert!(quick.finish().await);

        let stuck = Shutdown::new(Duration::from_secs(5));
        stuck.spawn("stuck", std::future::pending());
        assert!(!stuck.finish().await);
    }
}
