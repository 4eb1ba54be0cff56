//! Accounts and sessions: `/v1/auth` (contract section 3). One file for each resource; here is what the answers to all ways
//! of signing in share.

pub mod email;
pub mod events;
pub mod identities;
pub mod oauth;
pub mod passwords;
pub mod refresh;
mod return_to;
pub mod sessions;
pub mod sign_in;
pub mod totp;

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::clients::auth::Proof;
use crate::domain::session::{Grant, MfaChallenge, Session, SignIn, TOKEN_TYPE};
use crate::http::extract::RequestBody;
use crate::http::{cookies, me};
use crate::json::Fields;
use crate::state::State;

/// Routes of all files here.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new()
        .merge(sign_in::routes())
        .merge(refresh::routes())
        .merge(sessions::routes())
        .merge(passwords::routes())
        .merge(email::routes())
        .merge(totp::routes())
        .merge(oauth::routes())
        .merge(identities::routes())
        .merge(events::routes())
}

/// The password once more.
#[derive(ToSchema)]
pub struct PasswordProof {
    /// Left out when the account has none: within 5 min of the sign-in nothing has to be shown.
    #[schema(nullable = false, example = "correct horse battery")]
    password: Option<String>,
}

impl RequestBody for PasswordProof {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { password: fields.optional_text("password")? })
    }
}

impl From<PasswordProof> for Proof {
    fn from(proof: PasswordProof) -> Self {
        Self { password: proof.password, code: None }
    }
}

/// The password and the second factor once more.
#[derive(ToSchema)]
pub struct FactorProof {
    /// Left out when the account has none: within 5 min of the sign-in nothing has to be shown.
    #[schema(nullable = false, example = "correct horse battery")]
    password: Option<String>,
    /// Of the authenticator, or a recovery code.
    #[schema(example = "123456")]
    code: String,
}

impl RequestBody for FactorProof {
    fn read(fields: &mut Fields) -> Option<Self> {
        let password = fields.optional_text("password");
        let code = fields.text("code");
        Some(Self { password: password?, code: code? })
    }
}

impl From<FactorProof> for Proof {
    fn from(proof: FactorProof) -> Self {
        Self { password: proof.password, code: Some(proof.code) }
    }
}

/// What a sign-in answers.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum LoginAnswer {
    /// Signed in.
    Session(Box<Session>),
    /// The second factor is still to come.
    Mfa(MfaChallenge),
}

/// 200 with a session, or with the question for the second factor.
async fn answer(state: &State, sign_in: SignIn, cookie: bool) -> Response {
    match sign_in {
        SignIn::Granted(grant) => {
            let (session, kept) = session(state, grant, cookie).await;
            (kept, Json(LoginAnswer::Session(Box::new(session)))).into_response()
        }
        SignIn::Mfa(challenge) => Json(LoginAnswer::Mfa(challenge)).into_response(),
    }
}

/// The session of a grant; with `cookie` its refresh and device tokens travel in the headers alone.
async fn session(state: &State, grant: Grant, cookie: bool) -> (Session, HeaderMap) {
    let mut kept = HeaderMap::new();
    if cookie {
        let refresh = cookies::keep(state, grant.session_id, &grant.refresh_token, grant.session_expires_at);
        cookies::set(&mut kept, refresh);
        if let Some(device_token) = &grant.device_token {
            cookies::set(&mut kept, cookies::keep_device(state, device_token));
        }
    }
    let session = Session {
        session_id: grant.session_id,
        user: me::of_grant(state, grant.account, grant.session_id).await,
        access_token: grant.access_token,
        token_type: TOKEN_TYPE,
        expires_in: grant.expires_in,
        session_expires_at: grant.session_expires_at,
        refresh_token: (!cookie).then_some(grant.refresh_token),
        device_token: grant.device_token.filter(|_| !cookie),
    };
    (session, kept)
}
