//! `pulsechat.auth.v1.AuditService`.

use std::sync::Arc;

use pulse_proto::auth::v1::audit_service_server::AuditService;
use pulse_proto::auth::v1::{
    AuditBreach, ListSecurityEventsRequest, ListSecurityEventsResponse, SecurityEvent, VerifyAuditLogRequest,
    VerifyAuditLogResponse,
};
use pulse_rpc::{Failure, Principal};
use tonic::{Request, Response, Status};

use crate::domain::audit::{Breach, InvalidAnchor, SeenEvent};
use crate::grpc::convert;
use crate::grpc::page::Pages;
use crate::ops::{Parts, audit};

/// Serves the RPCs of the audit log.
#[derive(Clone)]
pub struct AuditDoor(Arc<Parts>);

impl AuditDoor {
    /// Serves with these parts.
    #[must_use]
    pub const fn new(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

#[tonic::async_trait]
impl AuditService for AuditDoor {
    async fn list_security_events(
        &self,
        request: Request<ListSecurityEventsRequest>,
    ) -> Result<Response<ListSecurityEventsResponse>, Status> {
        let user_id = Principal::of(&request)?.user_id;
        let list = format!("security_events:{user_id}");
        let (pages, before) = Pages::open(request.into_inner().page, &self.0.cursor_key, &list)?;
        let page = audit::list(&self.0, user_id, before, pages.limit).await.map_err(Failure::from)?;
        let info = pages.info(page.next.as_ref());
        let events = page.items.into_iter().map(to_event).collect();
        Ok(Response::new(ListSecurityEventsResponse { events, page: Some(info) }))
    }

    async fn verify_audit_log(
        &self,
        request: Request<VerifyAuditLogRequest>,
    ) -> Result<Response<VerifyAuditLogResponse>, Status> {
        let anchor = match request.into_inner().anchor.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|error: InvalidAnchor| {
                Failure::invalid_field("anchor", "invalid", error.to_string())
            })?),
        };
        let report = audit::verify(&self.0, anchor).await.map_err(Failure::from)?;
        Ok(Response::new(VerifyAuditLogResponse {
            entries: report.entries,
            head: report.head.map(|head| head.to_string()).unwrap_or_default(),
            breaches: report.breaches.into_iter().map(to_breach).collect(),
        }))
    }
}

fn to_event(event: SeenEvent) -> SecurityEvent {
    SecurityEvent {
        event_id: event.event_id.to_string(),
        event: event.event,
        created_at: Some(convert::timestamp(event.created_at)),
        ip: event.ip,
        user_agent: event.user_agent,
    }
}

fn to_breach(breach: Breach) -> AuditBreach {
    AuditBreach { position: u64::try_from(breach.position).unwrap_or(0), detail: breach.detail }
}
