//! Pages of a list that is had as a whole: the cursor tells how many items were given.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_rpc::Failure;

use crate::clients::{Page, PageAsk};

/// Cuts a page out of all items.
///
/// # Errors
/// `validation_failed` for a cursor that was given with another `limit`, or not given at all.
pub fn page<T>(items: Vec<T>, ask: &PageAsk) -> Result<Page<T>, Failure> {
    let limit = usize::try_from(ask.limit).unwrap_or(usize::MAX);
    let start = match &ask.cursor {
        None => 0,
        Some(cursor) => read(cursor, limit).ok_or_else(|| {
            Failure::invalid_field(
                "cursor",
                "invalid",
                "must be the `next_cursor` of a page with the same `limit`",
            )
        })?,
    };
    let end = start.saturating_add(limit);
    let has_more = items.len() > end;
    let items = items.into_iter().skip(start).take(limit).collect();
    Ok(Page { items, next_cursor: has_more.then(|| write(limit, end)) })
}

/// Checks the cursor before the list is had.
///
/// # Errors
/// As [`page`].
pub fn require_cursor(ask: &PageAsk) -> Result<(), Failure> {
    page(Vec::<()>::new(), ask).map(drop)
}

fn write(limit: usize, start: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{limit}.{start}"))
}

fn read(cursor: &str, limit: usize) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (of_limit, start) = text.split_once('.')?;
    let start: usize = start.parse().ok()?;
    // Also refuses other spellings of the same numbers.
    (of_limit.parse() == Ok(limit) && start > 0 && write(limit, start) == cursor).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(limit: u32, cursor: Option<&str>) -> PageAsk {
        PageAsk { limit, cursor: cursor.map(str::to_owned) }
    }

    #[test]
    fn pages_hold_every_item_once() {
        let first = page((0..5).collect(), &ask(2, None)).expect("a page");
        assert_eq!(first.items, [0, 1]);
        let second = page((0..5).collect(), &ask(2, first.next_cursor.as_deref())).expect("a page");
        assert_eq!(second.items, [2, 3]);
        let last = page((0..5).collect(), &ask(2, second.next_cursor.as_deref())).expect("a page");
        assert_eq!((last.items, last.next_cursor), (vec![4], None));
        assert_eq!(page((0..2).collect(), &ask(2, None)).expect("a page").next_cursor, None);
    }

    #[test]
    fn other_cursors_are_refused() {
        let cursor = page((0..5).collect(), &ask(2, None)).expect("a page").next_cursor;
        assert!(page((0..5).collect(), &ask(3, cursor.as_deref())).is_err());
        for bad in ["x", "Mi4w", "MisyLjI", "-", "Mi4tMg"] {
            assert!(page((0..5).collect::<Vec<i32>>(), &ask(2, Some(bad))).is_err(), "{bad}");
        }
    }
}
