//! `pulsechat.graph.v1.ReportService`.

use pulse_proto::graph::v1::report_service_server::ReportService;
use pulse_proto::graph::v1::{
    CreateReportRequest, CreateReportResponse, ListReportsRequest, ListReportsResponse, ResolveReportRequest,
    ResolveReportResponse,
};
use pulse_rpc::{Failure, Principal};
use pulse_types::CursorKey;
use tonic::{Request, Response, Status};

use super::{request, response};
use crate::domain::report::{Closing, Text};
use crate::ops::{self, Graph};

/// Answers the calls of one process.
pub struct Service {
    /// What operations work with.
    pub graph: Graph,
    /// Seals the cursors of lists.
    pub cursors: CursorKey,
}

impl Service {
    async fn list(&self, wanted: ListReportsRequest) -> Result<ListReportsResponse, Failure> {
        let list = format!("reports:{}", wanted.resolved);
        let (limit, after) = request::page(wanted.page, &self.cursors, &list)?;
        let page = ops::report::list(&self.graph, wanted.resolved, after, limit).await?;
        Ok(ListReportsResponse {
            page: Some(response::page_info(page.next.as_ref(), &self.cursors, &request::sized(&list, limit))),
            reports: page.items.into_iter().map(response::report).collect(),
        })
    }

    async fn resolve(&self, wanted: &ResolveReportRequest) -> Result<ResolveReportResponse, Failure> {
        let note = Text::parse("note", &wanted.note)?;
        let report_id = wanted.report_id.parse().map_err(|_| Failure::not_found("report"))?;
        let closing = ops::report::resolve(&self.graph, report_id, &note).await?;
        Ok(ResolveReportResponse { was_closed: closing == Closing::Before })
    }
}

#[tonic::async_trait]
impl ReportService for Service {
    async fn create_report(
        &self,
        request: Request<CreateReportRequest>,
    ) -> Result<Response<CreateReportResponse>, Status> {
        let caller = Principal::of(&request)?.user_id;
        let report = request::new_report(request.get_ref())?;
        let report_id =
            ops::report::create(&self.graph, caller, &report).await.map_err(Failure::from)?.to_string();
        Ok(Response::new(CreateReportResponse { report_id }))
    }

    async fn list_reports(
        &self,
        request: Request<ListReportsRequest>,
    ) -> Result<Response<ListReportsResponse>, Status> {
        Ok(Response::new(self.list(request.into_inner()).await?))
    }

    async fn resolve_report(
        &self,
        request: Request<ResolveReportRequest>,
    ) -> Result<Response<ResolveReportResponse>, Status> {
        Ok(Response::new(self.resolve(request.get_ref()).await?))
    }
}
