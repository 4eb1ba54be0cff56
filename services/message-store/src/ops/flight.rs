//! Work that many want at the same time and one does: the others wait for what it finds.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OnceCell;

type Cell<V> = OnceCell<Option<V>>;

/// What is under way, by its key. Holds no more entries than there are callers.
pub(super) struct Flights<K: Eq + Hash + Clone, V: Clone>(Mutex<HashMap<K, Weak<Cell<V>>>>);

impl<K: Eq + Hash + Clone, V: Clone> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Flights<K, V> {
    /// What `work` gives, or that of another caller with the same key who is at it already. When that one goes away the next one
    /// begins anew; `None` is shared like all else.
    pub(super) async fn share<F: Future<Output = Option<V>>>(
        &self,
        key: K,
        work: impl FnOnce() -> F,
    ) -> Option<V> {
        let seat = self.seat(key);
        match &seat.cell {
            Some(cell) => cell.get_or_init(work).await.clone(),
            None => None,
        }
    }

    fn seat(&self, key: K) -> Seat<'_, K, V> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let flying = flights.get(&key).and_then(Weak::upgrade);
        let cell = flying.unwrap_or_else(|| {
            let cell = Arc::new(Cell::new());
            flights.insert(key.clone(), Arc::downgrade(&cell));
            cell
        });
        Seat { flights: self, key, cell: Some(cell) }
    }
}

/// A caller's part in what is under way. The last one to leave clears up, cancelled or not.
struct Seat<'a, K: Eq + Hash + Clone, V: Clone> {
    flights: &'a Flights<K, V>,
    key: K,
    /// Taken by the drop alone.
    cell: Option<Arc<Cell<V>>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Drop for Seat<'_, K, V> {
    fn drop(&mut self) {
        let mut flights = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.cell.take();
        if flights.get(&self.key).is_some_and(|cell| cell.strong_count() == 0) {
            flights.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn one_works_for_all_who_come_meanwhile_and_nothing_is_left() {
        let (flights, runs) = (Flights::<u8, u32>::default(), AtomicU32::new(0));
        let work = || async {
            tokio::task::yield_now().await;
            Some(runs.fetch_add(1, Ordering::SeqCst))
        };
        let first = join_all((0..50).map(|_| flights.share(1, work))).await;
        assert!(first.iter().all(|found| *found == Some(0)), "{first:?}");
        assert_eq!(flights.share(1, work).await, Some(1), "what has landed is not served again");
        assert!(flights.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_work_to_the_next_one() {
        let flights = Flights::<u8, u32>::default();
        {
            let mut leader = Box::pin(flights.share(1, std::future::pending::<Option<u32>>));
            assert!(futures_util::poll!(leader.as_mut()).is_pending());
            let mut next = Box::pin(flights.share(1, || async { Some(7) }));
            assert!(futures_util::poll!(next.as_mut()).is_pending());
            drop(leader);
            assert_eq!(next.await, Some(7));
        }
        assert!(flights.0.lock().unwrap().is_empty());
    }
}
