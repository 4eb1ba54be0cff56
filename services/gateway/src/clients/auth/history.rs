//! `AuditService`: the security history of the caller.

use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::audit_service_client::AuditServiceClient;
use pulse_rpc::{Failure, Principal};

use super::Auth;
use crate::clients::{Page, PageAsk, convert, page};
use crate::domain::session::SecurityEvent;

impl Auth {
    /// What happened to the caller's account, newest first.
    ///
    /// # Errors
    /// `validation_failed`; `unavailable` when auth can't be reached.
    pub async fn security_events(
        &self,
        caller: Principal,
        ask: PageAsk,
    ) -> Result<Page<SecurityEvent>, Failure> {
        let request = caller.request(proto::ListSecurityEventsRequest { page: Some(ask.into()) });
        let answer = AuditServiceClient::new(self.connection()).list_security_events(request).await;
        let answer = answer.map_err(Failure::from_status)?.into_inner();
        page(answer.events, answer.page, security_event)
    }
}

fn security_event(found: proto::SecurityEvent) -> Result<SecurityEvent, Failure> {
    Ok(SecurityEvent {
        id: convert::id("event.event_id", &found.event_id)?,
        event: found.event,
        created_at: convert::moment("event.created_at", found.created_at)?,
        ip: found.ip,
        user_agent: found.user_agent,
    })
}
