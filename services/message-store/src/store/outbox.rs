//! The outbox: events that stand until they were published.

use std::time::Duration;

use pulse_events::{Event, EventType, Outbox, OutboxEntry};
use pulse_types::{Clock, EventId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{Conn, Db, StoreError};

/// An event on its way into the outbox.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Where it goes.
    pub subjects: Vec<String>,
    /// What goes there.
    pub event: Event,
}

/// Entries as columns. Subjects hold no spaces, so those of an entry are one text, parted by spaces: PostgreSQL knows no
/// arrays of arrays of different lengths.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) event_ids: Vec<Uuid>,
    pub(super) event_types: Vec<String>,
    pub(super) subjects: Vec<String>,
    pub(super) payloads: Vec<Vec<u8>>,
    pub(super) traceparents: Vec<Option<String>>,
}

impl Columns {
    pub(super) fn of(entries: &[NewEntry]) -> Self {
        let mut columns = Self::default();
        for entry in entries {
            columns.event_ids.push(entry.event.event_id.as_uuid());
            columns.event_types.push(entry.event.event_type.as_str().to_owned());
            columns.subjects.push(entry.subjects.join(" "));
            columns.payloads.push(entry.event.payload.to_vec());
            columns.traceparents.push(entry.event.traceparent.clone());
        }
        columns
    }
}

/// Joins the ids that the database gave, ascending, with the entries they were given to.
pub(super) fn stored(mut outbox_ids: Vec<i64>, entries: Vec<NewEntry>) -> Vec<OutboxEntry> {
    outbox_ids.sort_unstable();
    let pairs = outbox_ids.into_iter().zip(entries);
    pairs
        .map(|(outbox_id, NewEntry { subjects, event })| OutboxEntry { outbox_id, subjects, event })
        .collect()
}

/// Writes events, in their order, and answers them with the ids of their rows.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(
    conn: &mut Conn,
    entries: Vec<NewEntry>,
    now: OffsetDateTime,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let columns = Columns::of(&entries);
    let outbox_ids = sqlx::query_scalar!(
        "INSERT INTO outbox (event_id, event_type, subjects, payload, traceparent, created_at)
         SELECT event_id, event_type, string_to_array(subjects, ' '), payload, traceparent, $6
         FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[])
              WITH ORDINALITY AS o (event_id, event_type, subjects, payload, traceparent, place)
         ORDER BY place
         RETURNING outbox_id",
        &columns.event_ids,
        &columns.event_types,
        &columns.subjects,
        &columns.payloads,
        &columns.traceparents as &[Option<String>],
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(stored(outbox_ids, entries))
}

/// The outbox as the relay sees it.
#[derive(Debug, Clone)]
pub struct OutboxTable<C> {
    db: Db,
    clock: C,
}

impl<C: Clock> OutboxTable<C> {
    /// The outbox of this database.
    #[must_use]
    pub const fn new(db: Db, clock: C) -> Self {
        Self { db, clock }
    }
}

impl<C: Clock> Outbox for OutboxTable<C> {
    type Error = StoreError;

    async fn pending(&self, age: Duration, limit: usize) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut conn = self.db.conn().await?;
        let rows = sqlx::query!(
            "SELECT outbox_id, event_id, event_type, subjects, payload, traceparent
             FROM outbox WHERE created_at < $1 ORDER BY outbox_id LIMIT $2",
            self.clock.now() - age,
            i64::try_from(limit).unwrap_or(i64::MAX),
        )
        .fetch_all(&mut *conn)
        .await?;
        let entries = rows.into_iter().map(|row| {
            let event_type = EventType::parse(&row.event_type)
                .ok_or(StoreError::Corrupt { table: "outbox", id: row.event_id })?;
            let event = Event {
                event_id: EventId::from_uuid(row.event_id),
                event_type,
                payload: row.payload.into(),
                traceparent: row.traceparent,
            };
            Ok(OutboxEntry { outbox_id: row.outbox_id, subjects: row.subjects, event })
        });
        entries.collect()
    }

    async fn delete(&self, outbox_ids: &[i64]) -> Result<(), StoreError> {
        let mut conn = self.db.conn().await?;
        // Nothing is lost when a crash undoes it: the events are published again, and consumers drop repeats. So it does
        // not wait for the disk.
        sqlx::query!(
            "DELETE FROM outbox
             WHERE outbox_id = ANY($1) AND (SELECT set_config('synchronous_commit', 'off', true)) = 'off'",
            outbox_ids,
        )
        .execute(&mut *conn)
        .await?;
        Ok(())
    }
}
