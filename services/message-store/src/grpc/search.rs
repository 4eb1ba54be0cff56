//! `pulsechat.messages.v1.SearchService`.

use pulse_proto::common::v1::PageInfo;
use pulse_proto::messages::v1 as proto;
use pulse_proto::messages::v1::search_service_server::SearchService;
use pulse_rpc::{Failure, Principal};
use tonic::{Request, Response, Status};

use crate::domain::address::Signer;
use crate::domain::search::Span;
use crate::grpc::{convert, parse};
use crate::ops::search::Hit;
use crate::ops::{self, Context};

/// The service over its operations.
pub struct Service {
    /// What operations work with.
    pub context: Context,
}

#[tonic::async_trait]
impl SearchService for Service {
    async fn search_messages(
        &self,
        request: Request<proto::SearchMessagesRequest>,
    ) -> Result<Response<proto::SearchMessagesResponse>, Status> {
        let principal = Principal::of(&request)?;
        let wanted = parse::search(request.into_inner())?;
        let found = ops::search::search(&self.context, principal.user_id, &wanted).await;
        let found = found.map_err(Failure::from)?;
        let signer = self.context.signer();
        Ok(Response::new(proto::SearchMessagesResponse {
            hits: found.hits.iter().map(|found| hit(found, &signer)).collect(),
            page: Some(PageInfo { next_cursor: found.next_cursor }),
        }))
    }
}

fn hit(hit: &Hit, signer: &Signer) -> proto::SearchHit {
    let highlight = |span: &Span| proto::Highlight { start: span.start, end: span.end };
    proto::SearchHit {
        message: Some(convert::message(&hit.message, signer)),
        highlights: hit.highlights.iter().map(highlight).collect(),
    }
}
