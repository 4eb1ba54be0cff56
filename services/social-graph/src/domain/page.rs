//! Pages of lists: how many items, and from where.

use pulse_types::{FollowRequestId, ReportId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::fault::Fault;

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
    pub const fn parse(wanted: u32) -> Result<Self, Fault> {
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

/// After every moment that is stored.
const END_OF_TIME: OffsetDateTime = datetime!(9999-12-31 23:59:59 UTC);

/// A place in a list of people, newest first (connections, followers, blocks…): below it the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonPosition {
    /// Since when they are in the list.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub since: OffsetDateTime,
    /// Who.
    pub user_id: UserId,
}

impl Default for PersonPosition {
    /// Before the first item.
    fn default() -> Self {
        Self { since: END_OF_TIME, user_id: UserId::from_uuid(Uuid::max()) }
    }
}

/// A place in the queue of reports, oldest first: above it the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPosition {
    /// When it was made.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
    /// The report.
    pub report_id: ReportId,
}

impl Default for ReportPosition {
    /// Before the first item.
    fn default() -> Self {
        Self { created_at: OffsetDateTime::UNIX_EPOCH, report_id: ReportId::from_uuid(Uuid::nil()) }
    }
}

/// A place in a list of requests, newest first: below it the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowRequestPosition {
    /// When it was made.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub created_at: OffsetDateTime,
    /// The request.
    pub request_id: FollowRequestId,
}

impl Default for FollowRequestPosition {
    /// Before the first item.
    fn default() -> Self {
        Self { created_at: END_OF_TIME, request_id: FollowRequestId::from_uuid(Uuid::max()) }
    }
}

/// How well a person fits a search; better ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The username or the display name begins with the query.
    #[default]
    Prefix,
    /// One of them contains it, or is like it.
    Like,
}

/// A place in the result of a search, by fit, likeness (greatest first) and username: above it the next page begins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SearchPosition {
    /// Fit of the last item.
    pub fit: Fit,
    /// Its likeness in millionths; 0 among prefixes, which are ordered by username alone.
    pub likeness: i32,
    /// Its username; empty before the first.
    pub username: String,
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
