//! Reports of people.

use pulse_types::{MessageId, ReportId, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Conn, StoreError};
use crate::domain::page::{Limit, Page, ReportPosition};
use crate::domain::report::{Closing, NewReport, Report, Text};

struct ReportRow {
    report_id: Uuid,
    reporter_id: Option<Uuid>,
    user_id: Uuid,
    username: Option<String>,
    message_id: Option<Uuid>,
    reason: String,
    detail: String,
    created_at: OffsetDateTime,
    resolved_at: Option<OffsetDateTime>,
    note: String,
}

impl From<ReportRow> for Report {
    fn from(row: ReportRow) -> Self {
        Self {
            report_id: ReportId::from_uuid(row.report_id),
            reporter_id: row.reporter_id.map(UserId::from_uuid),
            user_id: UserId::from_uuid(row.user_id),
            username: row.username,
            message_id: row.message_id.map(MessageId::from_uuid),
            reason: row.reason,
            detail: row.detail,
            created_at: row.created_at,
            resolved_at: row.resolved_at,
            note: row.note,
        }
    }
}

/// Inserts a report.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    conn: &mut Conn,
    report_id: ReportId,
    reporter_id: UserId,
    report: &NewReport,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO reports (report_id, reporter_id, user_id, message_id, reason, detail, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        report_id.as_uuid(),
        reporter_id.as_uuid(),
        report.user_id.as_uuid(),
        report.message_id.as_ref().map(MessageId::as_uuid),
        report.reason.as_str(),
        report.detail.as_str(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The reports that wait, or the closed ones; oldest first, from a position on.
///
/// # Errors
/// When the database fails.
pub async fn list(
    conn: &mut Conn,
    resolved: bool,
    after: ReportPosition,
    limit: Limit,
) -> Result<Page<Report, ReportPosition>, StoreError> {
    let rows = sqlx::query_as!(
        ReportRow,
        r#"SELECT r.report_id, r.reporter_id, r.user_id, p.username AS "username?", r.message_id, r.reason, r.detail,
                  r.created_at, r.resolved_at, r.note
           FROM reports AS r LEFT JOIN profiles AS p ON p.user_id = r.user_id
           WHERE (r.resolved_at IS NOT NULL) = $1 AND (r.created_at, r.report_id) > ($2, $3)
           ORDER BY r.created_at, r.report_id LIMIT $4"#,
        resolved,
        after.created_at,
        after.report_id.as_uuid(),
        limit.rows(),
    )
    .fetch_all(conn)
    .await?;
    let reports = rows.into_iter().map(Report::from).collect();
    Ok(Page::cut(reports, limit, |report: &Report| ReportPosition {
        created_at: report.created_at,
        report_id: report.report_id,
    }))
}

/// Closes a report with a note, unless it is closed already; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn resolve(
    conn: &mut Conn,
    report_id: ReportId,
    note: &Text,
    now: OffsetDateTime,
) -> Result<Option<Closing>, StoreError> {
    let row = sqlx::query!(
        r#"WITH found AS (SELECT report_id, resolved_at FROM reports WHERE report_id = $1 FOR UPDATE),
                closed AS (UPDATE reports SET resolved_at = $3, note = $2
                           FROM found WHERE reports.report_id = found.report_id AND found.resolved_at IS NULL)
           SELECT resolved_at IS NOT NULL AS "was_closed!" FROM found"#,
        report_id.as_uuid(),
        note.as_str(),
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| if row.was_closed { Closing::Before } else { Closing::Now }))
}

/// Deletes the reports that were closed before a time.
///
/// # Errors
/// When the database fails.
pub async fn delete_resolved(conn: &mut Conn, before: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM reports WHERE resolved_at < $1", before).execute(conn).await?;
    Ok(())
}
