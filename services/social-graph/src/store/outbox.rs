//! Events that are not yet on the bus.

use std::sync::Arc;
use std::time::Duration;

use pulse_events::{Event, EventType, Outbox, OutboxEntry};
use pulse_types::{Clock, EventId};
use time::OffsetDateTime;

use super::{Conn, Db, StoreError};

/// An event with the subjects it goes to.
#[derive(Debug, Clone)]
pub struct Addressed {
    /// Where it goes; at least one.
    pub subjects: Vec<String>,
    /// What goes there.
    pub event: Event,
}

/// Inserts events in the transaction of the change that they tell of; after the commit the entries are offered to the relay.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    conn: &mut Conn,
    events: Vec<Addressed>,
    now: OffsetDateTime,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let mut entries = Vec::with_capacity(events.len());
    for Addressed { subjects, event } in events {
        let outbox_id = sqlx::query_scalar!(
            "INSERT INTO outbox (event_id, event_type, subjects, payload, traceparent, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING outbox_id",
            event.event_id.as_uuid(),
            event.event_type.as_str(),
            &subjects,
            &*event.payload,
            event.traceparent,
            now,
        )
        .fetch_one(&mut *conn)
        .await?;
        entries.push(OutboxEntry { outbox_id, subjects, event });
    }
    Ok(entries)
}

/// The table as the relay sees it.
pub struct OutboxTable {
    /// Where it is.
    pub db: Db,
    /// Tells the age of entries.
    pub clock: Arc<dyn Clock>,
}

impl Outbox for OutboxTable {
    type Error = StoreError;

    async fn pending(&self, age: Duration, limit: usize) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut conn = self.db.conn().await?;
        let rows = sqlx::query!(
            "SELECT outbox_id, event_id, event_type, subjects, payload, traceparent FROM outbox
             WHERE created_at < $1 ORDER BY outbox_id LIMIT $2",
            self.clock.now() - age,
            i64::try_from(limit).unwrap_or(i64::MAX),
        )
        .fetch_all(&mut *conn)
        .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(event_type) = EventType::parse(&row.event_type) else {
                // A newer version of us wrote it, and publishes it.
                tracing::debug!(
                    event.r#type = row.event_type,
                    "left an event of a newer version in the outbox"
                );
                continue;
            };
            let event = Event {
                event_id: EventId::from_uuid(row.event_id),
                event_type,
                payload: row.payload.into(),
                traceparent: row.traceparent,
            };
            entries.push(OutboxEntry { outbox_id: row.outbox_id, subjects: row.subjects, event });
        }
        Ok(entries)
    }

    async fn delete(&self, outbox_ids: &[i64]) -> Result<(), StoreError> {
        let mut conn = self.db.conn().await?;
        sqlx::query!("DELETE FROM outbox WHERE outbox_id = ANY($1)", outbox_ids).execute(&mut *conn).await?;
        Ok(())
    }
}
