//! `PrivacyService`: what people may ask of the data held on them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use pulse_proto::auth::v1 as proto;
use pulse_proto::auth::v1::privacy_service_client::PrivacyServiceClient;
use pulse_rpc::{Connection, Failure, Principal};
use uuid::Uuid;

use super::{Auth, Device, Proof};
use crate::clients::convert;

/// How long the archive of an export may take to arrive; the client reads it at its own pace.
const ARCHIVE_TIMEOUT: Duration = Duration::from_secs(600);

/// The deletion of the caller's account.
pub struct Deletion {
    /// Shown once more.
    pub proof: Proof,
    /// Messages become deleted ones; else they stay, without a sender.
    pub erase_messages: bool,
}

impl Auth {
    fn privacy(&self) -> PrivacyServiceClient<Connection> {
        PrivacyServiceClient::new(self.connection())
    }

    /// Deletes the caller's account.
    ///
    /// # Errors
    /// Those of a proof; `unavailable` when auth can't be reached, as with all calls below.
    pub async fn delete_account(
        &self,
        caller: Principal,
        deletion: Deletion,
        device: Device,
    ) -> Result<(), Failure> {
        let request = proto::DeleteAccountRequest {
            proof: Some(deletion.proof.into()),
            erase_messages: deletion.erase_messages,
            client: Some(device.into()),
        };
        let answer = self.privacy().delete_account(caller.request(request)).await;
        answer.map(drop).map_err(Failure::from_status)
    }

    /// Begins to collect all data held on the caller.
    ///
    /// # Errors
    /// `rate_limited`.
    pub async fn start_export(&self, caller: Principal, device: Device) -> Result<Uuid, Failure> {
        let request = caller.request(proto::StartExportRequest { client: Some(device.into()) });
        let answer = self.privacy().start_export(request).await.map_err(Failure::from_status)?;
        convert::id("export_id", &answer.into_inner().export_id)
    }

    /// The size of the archive in bytes; `None` while it is being made.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn export_size(&self, caller: Principal, export_id: Uuid) -> Result<Option<u64>, Failure> {
        let request = caller.request(proto::GetExportRequest { export_id: export_id.to_string() });
        let answer = self.privacy().get_export(request).await.map_err(Failure::from_status)?.into_inner();
        Ok(answer.ready.then_some(answer.size))
    }

    /// The archive, piece by piece. Dropping the stream ends the call.
    ///
    /// # Errors
    /// `not_found`, `conflict`; within the stream whatever broke it off.
    pub async fn read_export(
        &self,
        caller: Principal,
        export_id: Uuid,
    ) -> Result<impl Stream<Item = Result<Bytes, Failure>> + Send + use<>, Failure> {
        let mut request = caller.request(proto::ReadExportRequest { export_id: export_id.to_string() });
        request.set_timeout(ARCHIVE_TIMEOUT);
        let answer = self.privacy().read_export(request).await.map_err(Failure::from_status)?;
        Ok(answer.into_inner().map(|piece| match piece {
            Ok(piece) => Ok(Bytes::from(piece.chunk)),
            Err(status) => Err(Failure::from_status(status)),
        }))
    }
}
