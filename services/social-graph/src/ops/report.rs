//! Reports of people, and the queue in which operators answer them.

use pulse_types::clock::to_millisecond;
use pulse_types::{ReportId, UserId};
use time::Duration;

use super::{Graph, view};
use crate::domain::page::{Limit, Page, ReportPosition};
use crate::domain::report::{Closing, NewReport, Report, Text};
use crate::store::{self, StoreError};

/// How long a closed report is kept.
const KEPT: Duration = Duration::days(365);

/// Why a person was not reported.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The caller named themselves.
    #[error("nobody reports themselves")]
    Oneself,
    /// Nobody has the id, or they block the caller and no message is named.
    #[error("there is no such person")]
    NotFound,
    /// The caller's account is so new that their profile is still being made, or it is gone.
    #[error("the caller has no profile")]
    NoProfile,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Why a report was not closed.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// No report has the id.
    #[error("there is no such report")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Puts a report into the queue. With a message the person stays reportable, whatever is between the two; whether the caller
/// sees the message, and the person wrote it, was checked before.
///
/// # Errors
/// [`CreateError`], each variant with its cause.
pub async fn create(graph: &Graph, caller: UserId, report: &NewReport) -> Result<ReportId, CreateError> {
    if report.user_id == caller {
        return Err(CreateError::Oneself);
    }
    let mut tx = graph.db.begin().await?;
    // An erasure comes later, and finds the report.
    store::erasure::hold_person(&mut tx, caller).await?;
    store::profile::find(&mut tx, caller).await?.ok_or(CreateError::NoProfile)?;
    if report.message_id.is_none() {
        let reported = store::profile::find(&mut tx, report.user_id).await?.ok_or(CreateError::NotFound)?;
        view::see(&mut tx, caller, reported).await?.ok_or(CreateError::NotFound)?;
    }
    let report_id = ReportId::new(&*graph.clock);
    let now = to_millisecond(graph.clock.now());
    store::report::insert(&mut tx, report_id, caller, report, now).await?;
    store::commit(tx).await?;
    metrics::counter!("pulse_graph_reports_total").increment(1);
    Ok(report_id)
}

/// A page of the reports that wait, or of the closed ones; oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    graph: &Graph,
    resolved: bool,
    after: ReportPosition,
    limit: Limit,
) -> Result<Page<Report, ReportPosition>, StoreError> {
    let mut conn = graph.db.conn().await?;
    store::report::list(&mut conn, resolved, after, limit).await
}

/// Closes a report with a note, and tells whether it was closed before, which changes nothing. Those that were closed a year ago are forgotten.
///
/// # Errors
/// [`ResolveError::NotFound`] when there is none.
pub async fn resolve(graph: &Graph, report_id: ReportId, note: &Text) -> Result<Closing, ResolveError> {
    let now = to_millisecond(graph.clock.now());
    let mut conn = graph.db.conn().await?;
    let closing = store::report::resolve(&mut conn, report_id, note, now).await?;
    store::report::delete_resolved(&mut conn, now - KEPT).await?;
    closing.ok_or(ResolveError::NotFound)
}
