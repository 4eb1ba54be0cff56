//! Table `outbox`: events that leave with the change they tell of. The relay in `crates/events` publishes them.

use std::time::Duration;

use pulse_events::{Event, EventType, Outbox, OutboxEntry};
use pulse_types::EventId;
use sqlx::postgres::types::PgInterval;

use crate::store::{Conn, Db, StoreError};

struct Row {
    outbox_id: i64,
    event_id: sqlx::types::Uuid,
    event_type: String,
    subjects: Vec<String>,
    payload: Vec<u8>,
    traceparent: Option<String>,
}

impl TryFrom<Row> for OutboxEntry {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let event_type = EventType::parse(&row.event_type)
            .ok_or_else(|| StoreError::Corrupt { table: "outbox", id: row.outbox_id.to_string() })?;
        let event = Event {
            event_id: EventId::from_uuid(row.event_id),
            event_type,
            payload: row.payload.into(),
            traceparent: row.traceparent,
        };
        Ok(Self { outbox_id: row.outbox_id, subjects: row.subjects, event })
    }
}

/// Writes an event into the transaction of its change. Offer the entry to the relay after the commit.
///
/// # Errors
/// [`StoreError`].
pub async fn insert(conn: &mut Conn, subjects: Vec<String>, event: Event) -> Result<OutboxEntry, StoreError> {
    let outbox_id = sqlx::query_scalar!(
        "INSERT INTO outbox (event_id, event_type, subjects, payload, traceparent, created_at)
         VALUES ($1, $2, $3, $4, $5, now())
         RETURNING outbox_id",
        event.event_id.as_uuid(),
        event.event_type.as_str(),
        &subjects,
        &event.payload[..],
        event.traceparent
    )
    .fetch_one(conn)
    .await?;
    Ok(OutboxEntry { outbox_id, subjects, event })
}

impl Outbox for Db {
    type Error = StoreError;

    /// The age is measured by the database's clock, which also stamps the rows.
    async fn pending(&self, age: Duration, limit: usize) -> Result<Vec<OutboxEntry>, StoreError> {
        let age = PgInterval {
            months: 0,
            days: 0,
            microseconds: i64::try_from(age.as_micros()).unwrap_or(i64::MAX),
        };
        let rows = sqlx::query_as!(
            Row,
            "SELECT outbox_id, event_id, event_type, subjects, payload, traceparent FROM outbox
             WHERE created_at <= now() - $1::interval
             ORDER BY outbox_id LIMIT $2",
            age,
            i64::try_from(limit).unwrap_or(i64::MAX)
        );
        rows.fetch_all(&mut *self.conn().await?).await?.into_iter().map(OutboxEntry::try_from).collect()
    }

    async fn delete(&self, outbox_ids: &[i64]) -> Result<(), StoreError> {
        let delete = sqlx::query!("DELETE FROM outbox WHERE outbox_id = ANY ($1)", outbox_ids);
        delete.execute(&mut *self.conn().await?).await?;
        Ok(())
    }
}
