//! Reads that many want at the same time and one does for all.
//!
//! A flight takes those who have come before it leaves; whoever comes while it is under way takes the next one, which leaves when
//! it has landed. So what somebody is given was read after they had asked, whatever is read and from wherever.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

/// Most riders of one flight. Those who come when it is full take the next one.
const RIDERS_MAX: usize = 256;

/// The flights of each key, one at a time. Holds no more keys than there are callers.
pub(super) struct Flights<K: Eq + Hash + Clone, R: Clone, V: Clone>(Mutex<HashMap<K, Line<R, V>>>);

/// The flights of one key.
struct Line<R, V> {
    /// Held by the flight that is under way.
    runway: Arc<tokio::sync::Mutex<()>>,
    /// What takes those who come now.
    boarding: Option<Arc<Flight<R, V>>>,
    callers: usize,
}

struct Flight<R, V> {
    riders: Mutex<Vec<R>>,
    landed: OnceCell<V>,
}

impl<K: Eq + Hash + Clone, R: Clone, V: Clone> Default for Flights<K, R, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, R: Clone, V: Clone> Flights<K, R, V> {
    /// What `work` gives for `rider` and all others who have come with the same key, 256 at most. One of them does it; when that
    /// one goes away another one begins anew.
    pub(super) async fn share<F: Future<Output = V>>(
        &self,
        key: K,
        rider: R,
        work: impl FnOnce(Vec<R>) -> F,
    ) -> V {
        let seat = self.board(key, rider);
        let flying = seat.flight.landed.get_or_init(|| async {
            let _alone = seat.runway.lock().await;
            let riders = seat.leave();
            work(riders).await
        });
        flying.await.clone()
    }

    fn board(&self, key: K, rider: R) -> Seat<'_, K, R, V> {
        let mut lines = lock(&self.0);
        let line = lines.entry(key.clone()).or_insert_with(|| Line {
            runway: Arc::default(),
            boarding: None,
            callers: 0,
        });
        line.callers += 1;
        let boarding = line.boarding.take().filter(|flight| lock(&flight.riders).len() < RIDERS_MAX);
        let flight = boarding
            .unwrap_or_else(|| Arc::new(Flight { riders: Mutex::default(), landed: OnceCell::new() }));
        lock(&flight.riders).push(rider);
        line.boarding = Some(Arc::clone(&flight));
        Seat { flights: self, key, runway: Arc::clone(&line.runway), flight }
    }
}

/// A caller's part in a flight. The last one to go clears up, cancelled or not.
struct Seat<'a, K: Eq + Hash + Clone, R: Clone, V: Clone> {
    flights: &'a Flights<K, R, V>,
    key: K,
    runway: Arc<tokio::sync::Mutex<()>>,
    flight: Arc<Flight<R, V>>,
}

impl<K: Eq + Hash + Clone, R: Clone, V: Clone> Seat<'_, K, R, V> {
    /// From now on nobody joins. Who is on it.
    fn leave(&self) -> Vec<R> {
        if let Some(line) = lock(&self.flights.0).get_mut(&self.key) {
            line.boarding.take_if(|flight| Arc::ptr_eq(flight, &self.flight));
        }
        lock(&self.flight.riders).clone()
    }
}

impl<K: Eq + Hash + Clone, R: Clone, V: Clone> Drop for Seat<'_, K, R, V> {
    fn drop(&mut self) {
        let mut lines = lock(&self.flights.0);
        let Some(line) = lines.get_mut(&self.key) else { return };
        line.callers -= 1;
        if line.callers == 0 {
            lines.remove(&self.key);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn those_who_come_together_are_served_by_one_and_nothing_is_left() {
        let (flights, runs) = (Flights::<u8, usize, Vec<usize>>::default(), AtomicUsize::new(0));
        let work = |riders: Vec<usize>| async {
            runs.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            riders
        };
        let served = join_all((0..50).map(|rider| flights.share(1, rider, work))).await;
        // The first one leaves at once.
        assert_eq!(served[0], [0]);
        assert!(served[1..].iter().all(|riders| *riders == (1..50).collect::<Vec<_>>()));
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        assert_eq!(flights.share(1, 50, work).await, [50], "what has landed is not served again");
        assert!(lock(&flights.0).is_empty());
    }

    #[tokio::test]
    async fn whoever_comes_after_the_start_takes_the_next_one() {
        let flights = Flights::<u8, u8, Vec<u8>>::default();
        let landing = tokio::sync::Notify::new();
        let slow = |riders| async {
            landing.notified().await;
            riders
        };
        let mut first = Box::pin(flights.share(1, 1, slow));
        assert!(poll!(first.as_mut()).is_pending());
        let mut late = Box::pin(flights.share(1, 2, async |riders| riders));
        assert!(poll!(late.as_mut()).is_pending(), "it waits for the one that is under way");
        assert_eq!(flights.share(2, 3, async |riders| riders).await, [3], "other keys fly meanwhile");
        landing.notify_one();
        assert_eq!(first.await, [1]);
        assert_eq!(late.await, [2]);
    }

    #[tokio::test]
    async fn a_full_one_is_followed_by_another() {
        let flights = Flights::<u8, usize, usize>::default();
        let work = |riders: Vec<usize>| async move {
            tokio::task::yield_now().await;
            riders.len()
        };
        let served = join_all((0..RIDERS_MAX + 2).map(|rider| flights.share(1, rider, work))).await;
        assert_eq!([served[0], served[1], served[RIDERS_MAX], served[RIDERS_MAX + 1]], [1, 256, 256, 1]);
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_work_to_the_next_one() {
        let flights = Flights::<u8, u8, Vec<u8>>::default();
        {
            let mut first = Box::pin(flights.share(1, 1, |_| std::future::pending()));
            assert!(poll!(first.as_mut()).is_pending());
            let mut leader = Box::pin(flights.share(1, 2, |_| std::future::pending()));
            assert!(poll!(leader.as_mut()).is_pending());
            let mut next = Box::pin(flights.share(1, 3, async |riders| riders));
            assert!(poll!(next.as_mut()).is_pending());
            drop(first);
            assert!(poll!(leader.as_mut()).is_pending());
            drop(leader);
            assert_eq!(next.await, [2, 3]);
        }
        assert!(lock(&flights.0).is_empty());
    }
}
