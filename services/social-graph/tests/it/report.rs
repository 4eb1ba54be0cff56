//! Reports, and the queue of operators.

use pulse_proto::common::v1::PageRequest;
use pulse_proto::graph::v1::report_service_client::ReportServiceClient;
use pulse_proto::graph::v1::*;
use pulse_rpc::{Connection, Failure, Reason, ServiceName};
use pulse_types::{MessageId, ReportId, SystemClock};

use crate::door::{Door, Person, page};

impl Person {
    pub(crate) async fn report(
        &self,
        other: &Person,
        message_id: Option<MessageId>,
        reason: &str,
        detail: &str,
    ) -> Result<String, Failure> {
        let request = CreateReportRequest {
            user_id: other.id().to_string(),
            message_id: message_id.map(|id| id.to_string()).unwrap_or_default(),
            reason: reason.to_owned(),
            detail: detail.to_owned(),
        };
        let request = self.principal.request(request);
        let answer = ReportServiceClient::new(self.wire()).create_report(request).await;
        Ok(answer.map_err(Failure::from_status)?.into_inner().report_id)
    }
}

impl Door {
    fn reports(&self) -> ReportServiceClient<Connection> {
        ReportServiceClient::new(self.connection_of(ServiceName::Operator).unwrap())
    }

    pub(crate) async fn queue(&self, resolved: bool, page: PageRequest) -> ListReportsResponse {
        let request = ListReportsRequest { page: Some(page), resolved };
        self.reports().list_reports(request).await.unwrap().into_inner()
    }

    async fn resolve(&self, report_id: &str, note: &str) -> Result<bool, Failure> {
        let request = ResolveReportRequest { report_id: report_id.to_owned(), note: note.to_owned() };
        let answer = self.reports().resolve_report(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().was_closed)
    }
}

#[tokio::test]
async fn reports_wait_oldest_first_until_they_are_closed_with_a_note() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    let first = ada.report(&bob, None, "spam", "  sells things ").await.unwrap();
    let second = ada.report(&bob, None, "other", "").await.unwrap();
    let page_one = door.queue(false, page(1, "")).await;
    let page_two = door.queue(false, page(1, &page_one.page.unwrap().next_cursor)).await;
    let report = &page_one.reports[0];
    assert_eq!((&report.report_id, report.username.as_str()), (&first, "bob"));
    assert_eq!((report.reason.as_str(), report.detail.as_str()), ("spam", "sells things"));
    assert_eq!((&report.reporter_id, &report.user_id), (&ada.id().to_string(), &bob.id().to_string()));
    assert!(report.resolved_at.is_none() && report.message_id.is_empty());
    assert_eq!(page_two.reports[0].report_id, second);
    assert_eq!(page_two.page.unwrap().next_cursor, "");

    assert!(!door.resolve(&first, "warned").await.unwrap());
    let closed = door.queue(true, page(0, "")).await.reports;
    assert!(door.resolve(&first, "again").await.unwrap(), "and told so");
    assert_eq!(door.queue(true, page(0, "")).await.reports, closed, "closed once");
    assert_eq!((closed.len(), closed[0].note.as_str()), (1, "warned"));
    assert_eq!(door.queue(false, page(0, "")).await.reports.len(), 1);
    let unknown = ReportId::new(&SystemClock).to_string();
    assert_eq!(door.resolve(&unknown, "").await.unwrap_err().reason, Reason::NotFound);
    assert_eq!(door.resolve("1", "").await.unwrap_err().reason, Reason::NotFound);
    let long = door.resolve(&second, &"x".repeat(2001)).await.unwrap_err();
    assert_eq!(long.fields[0].field, "note");
}

#[tokio::test]
async fn with_a_message_a_person_stays_reportable_whatever_is_between_the_two() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    bob.block(&ada).await.unwrap();
    assert_eq!(ada.report(&bob, None, "hate", "").await.unwrap_err().reason, Reason::NotFound);
    let message_id = MessageId::new(&SystemClock);
    ada.report(&bob, Some(message_id), "hate", "").await.unwrap();
    bob.report(&ada, None, "hate", "").await.unwrap();
    assert_eq!(door.queue(false, page(0, "")).await.reports[0].message_id, message_id.to_string());
}

#[tokio::test]
async fn what_is_wrong_with_a_report_is_told_at_once() {
    let door = Door::open().await.unwrap();
    let (ada, bob) = (door.person("ada").await.unwrap(), door.person("bob").await.unwrap());
    let refused = ada.report(&bob, None, "boring", &"x".repeat(2001)).await.unwrap_err();
    let faults: Vec<_> = refused.fields.iter().map(|fault| (&*fault.field, &*fault.code)).collect();
    assert_eq!(faults, [("reason", "invalid"), ("detail", "too_long")]);
    let oneself = ada.report(&ada, None, "spam", "").await.unwrap_err();
    assert_eq!((oneself.reason, oneself.fields[0].field.as_str()), (Reason::ValidationFailed, "user_id"));
    assert_eq!(door.count("SELECT count(*) FROM reports").await.unwrap(), 0);
}
