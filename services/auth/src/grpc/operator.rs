//! `pulsechat.auth.v1.OperatorService`.

use std::sync::Arc;

use pulse_proto::auth::v1::operator_service_server::OperatorService;
use pulse_proto::auth::v1::{
    ListSigningKeysRequest, ListSigningKeysResponse, RotateSigningKeyRequest, RotateSigningKeyResponse,
    SetRoleRequest, SetRoleResponse, SigningKey, WithdrawSigningKeyRequest, WithdrawSigningKeyResponse,
};
use pulse_rpc::Failure;
use tonic::{Request, Response, Status};

use crate::grpc::convert;
use crate::ops::signing_key::ListedKey;
use crate::ops::{Parts, role, signing_key};

/// Serves the RPCs of operators.
#[derive(Clone)]
pub struct OperatorDoor(Arc<Parts>);

impl OperatorDoor {
    /// Serves with these parts.
    #[must_use]
    pub const fn new(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

#[tonic::async_trait]
impl OperatorService for OperatorDoor {
    async fn list_signing_keys(
        &self,
        _request: Request<ListSigningKeysRequest>,
    ) -> Result<Response<ListSigningKeysResponse>, Status> {
        let keys = signing_key::list(&self.0).await.map_err(Failure::from)?;
        Ok(Response::new(ListSigningKeysResponse { keys: keys.into_iter().map(to_key).collect() }))
    }

    async fn rotate_signing_key(
        &self,
        _request: Request<RotateSigningKeyRequest>,
    ) -> Result<Response<RotateSigningKeyResponse>, Status> {
        let key = signing_key::rotate(&self.0).await.map_err(Failure::from)?;
        Ok(Response::new(RotateSigningKeyResponse { key: Some(to_key(key)) }))
    }

    async fn withdraw_signing_key(
        &self,
        request: Request<WithdrawSigningKeyRequest>,
    ) -> Result<Response<WithdrawSigningKeyResponse>, Status> {
        let key_id = request.into_inner().key_id;
        let signing = signing_key::withdraw(&self.0, &key_id).await.map_err(Failure::from)?;
        Ok(Response::new(WithdrawSigningKeyResponse { signing: Some(to_key(signing)) }))
    }

    async fn set_role(&self, request: Request<SetRoleRequest>) -> Result<Response<SetRoleResponse>, Status> {
        let SetRoleRequest { username, role, granted } = request.into_inner();
        role::set(&self.0, &username, &role, granted).await.map_err(Failure::from)?;
        Ok(Response::new(SetRoleResponse {}))
    }
}

fn to_key(key: ListedKey) -> SigningKey {
    SigningKey {
        key_id: key.key_id.to_string(),
        created_at: Some(convert::timestamp(key.created_at)),
        signs_from: Some(convert::timestamp(key.signs_from)),
        signing: key.is_signing,
    }
}
