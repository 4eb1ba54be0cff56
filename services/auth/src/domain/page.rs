//! Pages of lists: how many items, and where the next page begins.

use crate::domain::fault::Fault;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 100;

/// How many items a page holds at most: 1..100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// Reads a wanted number; 0 means 50.
    ///
    /// # Errors
    /// A fault on `limit` above 100.
    pub fn parse(wanted: u32) -> Result<Self, Fault> {
        match wanted {
            0 => Ok(Self(DEFAULT_LIMIT)),
            1..=MAX_LIMIT => Ok(Self(wanted)),
            _ => Err(Fault::new("limit", "too_large", "a page holds 1 to 100 items")),
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }

    /// Rows to read for one page: one more shows whether another page follows.
    #[must_use]
    pub const fn rows(self) -> i64 {
        self.0 as i64 + 1
    }
}

/// A page: items in the order of the list, and the position after them if more follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, P> {
    /// At most as many as were wanted.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last page.
    pub next: Option<P>,
}

impl<T, P> Page<T, P> {
    /// Makes a page of up to [`Limit::rows`] rows; `position` tells where an item stands.
    pub fn cut(mut rows: Vec<T>, limit: Limit, position: impl Fn(&T) -> P) -> Self {
        let has_more = rows.len() > limit.get();
        rows.truncate(limit.get());
        let next = rows.last().filter(|_| has_more).map(position);
        Self { items: rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_1_to_100_and_50_when_nothing_is_said() {
        assert_eq!(Limit::parse(0).map(Limit::get), Ok(50));
        assert_eq!(Limit::parse(100).map(Limit::get), Ok(100));
        assert_eq!(Limit::parse(101).map_err(|fault| fault.field), Err("limit"));
    }

    #[test]
    fn a_page_goes_on_only_when_more_rows_were_there() {
        let limit = Limit::parse(2).expect("a limit");
        assert_eq!(Page::cut(vec![1, 2, 3], limit, |n| *n), Page { items: vec![1, 2], next: Some(2) });
        assert_eq!(Page::cut(vec![1, 2], limit, |n| *n), Page { items: vec![1, 2], next: None });
        assert_eq!(Page::cut(Vec::<i32>::new(), limit, |n| *n).next, None);
    }
}
