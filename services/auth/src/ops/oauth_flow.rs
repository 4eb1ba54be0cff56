//! A flow to an outside provider and back: it ends in a code that is exchanged for a session (`ops/oauth_code.rs`), or in an
//! identity that is linked.

use std::time::Duration;

use crate::clients::oidc::{Provider, ProviderError, Visitor};
use crate::domain::fault::Fault;
use crate::domain::oidc::flow::{CODE_TTL, FLOW_TTL, Flow, FlowSecrets, Linker};
use crate::domain::oidc::token::{BrowserToken, ExchangeCode, FlowState};
use crate::domain::sealing::CryptoError;
use crate::domain::session::{Caller, ClientInfo};
use crate::ops::Parts;
use crate::ops::identity::{self, LinkOutcome};
use crate::store::oauth_code::Finished;
use crate::store::{self, StoreError};

/// Most characters of the address to which a browser goes in the end.
const RETURN_TO_MAX: usize = 2048;
/// Where a browser goes whose flow is not known.
const HOME: &str = "/";

/// What a flow begins with.
pub struct Start {
    /// Where to.
    pub provider_id: String,
    /// Where the browser goes in the end; the gateway has allowed it.
    pub return_to: String,
    /// What the browser keeps from an earlier flow.
    pub browser_token: Option<BrowserToken>,
    /// Who links an identity; absent for a sign-in.
    pub linker: Option<Linker>,
}

/// A flow that has begun.
#[derive(Debug)]
pub struct Started {
    /// Where the browser goes now.
    pub authorization_url: String,
    /// What the browser keeps.
    pub browser_token: BrowserToken,
    /// How long it keeps it.
    pub expires_in: Duration,
}

/// Why no flow began.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no such provider.
    #[error("unknown provider")]
    UnknownProvider,
    /// Fields are not as they must be.
    #[error("{} fields are not valid", .0.len())]
    Invalid(Vec<Fault>),
    /// The caller has an identity of this provider.
    #[error("linked already")]
    AlreadyLinked,
    /// The provider did not tell where to go.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The database failed.
    #[error("the flow can't be stored")]
    Store(#[from] StoreError),
    /// Sealing or randomness failed.
    #[error("the flow's secrets can't be made")]
    Crypto(#[from] CryptoError),
}

/// What came back with the browser; absent texts are empty.
pub struct Callback {
    /// At whose callback.
    pub provider_id: String,
    /// `state`.
    pub state: String,
    /// `code`.
    pub code: String,
    /// `error`.
    pub error: String,
    /// `iss` (RFC 9207).
    pub issuer: String,
    /// What the browser keeps.
    pub browser_token: String,
    /// Where it came from.
    pub client: ClientInfo,
}

/// Where a flow ended.
#[derive(Debug)]
pub struct Ended {
    /// Where the browser goes.
    pub return_to: String,
    /// With what.
    pub outcome: Outcome,
}

/// What a flow came to.
#[derive(Debug)]
pub enum Outcome {
    /// A sign-in, to be exchanged.
    Code(ExchangeCode),
    /// An identity of this provider was linked.
    Linked(String),
    /// Nothing.
    Failed(FlowFailure),
}

/// Why a flow came to nothing; counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowFailure {
    /// The person said no.
    AccessDenied,
    /// The identity is another account's, or the account has another one of its issuer.
    Conflict,
    /// The flow is unknown, used, too old or another browser's, or its session has ended.
    Expired,
    /// The provider's answer is no proof.
    ProviderError,
}

/// Why a callback was not judged.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    /// There is no such provider.
    #[error("unknown provider")]
    UnknownProvider,
    /// The database failed.
    #[error("the flow can't be looked up or stored")]
    Store(#[from] StoreError),
    /// Sealing or randomness failed.
    #[error("the code can't be made")]
    Crypto(#[from] CryptoError),
}

impl FlowFailure {
    /// `#error=` of the public contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::Conflict => "conflict",
            Self::Expired => "expired",
            Self::ProviderError => "provider_error",
        }
    }
}

impl Start {
    fn check(&self) -> Result<(), Vec<Fault>> {
        let detail = format!("at most {RETURN_TO_MAX} characters");
        match self.return_to.as_str() {
            "" => Err(vec![Fault::required("return_to")]),
            text if text.contains('\0') => Err(vec![Fault::nul("return_to")]),
            text if text.chars().count() > RETURN_TO_MAX => {
                Err(vec![Fault::new("return_to", "too_long", detail)])
            }
            _ => Ok(()),
        }
    }
}

/// Begins a flow. A browser keeps one token for all its flows: what it has is used again, so that several tabs can be under
/// way at once.
///
/// # Errors
/// [`StartError`].
#[tracing::instrument(name = "oauth_flow.start", skip_all)]
pub async fn start(parts: &Parts, start: Start) -> Result<Started, StartError> {
    let provider = parts.providers.get(&start.provider_id).ok_or(StartError::UnknownProvider)?;
    start.check().map_err(StartError::Invalid)?;
    if let Some(linker) = start.linker {
        let linked = store::identity::list(&mut *parts.db.conn().await?, linker.user_id).await?;
        if linked.iter().any(|identity| identity.key.issuer == provider.issuer()) {
            return Err(StartError::AlreadyLinked);
        }
    }
    let state = FlowState::generate()?;
    let secrets = FlowSecrets::generate()?;
    let authorization_url = provider.authorization_url(&state, &secrets).await?;
    let browser_token = match start.browser_token {
        Some(token) => token,
        None => BrowserToken::generate()?,
    };
    let flow = Flow {
        browser_hash: browser_token.hash(),
        provider_id: start.provider_id,
        sealed_secrets: secrets.seal(&state)?,
        return_to: start.return_to,
        linker: start.linker,
    };
    let expires_at = parts.now() + FLOW_TTL;
    store::oauth_flow::insert(&mut *parts.db.conn().await?, &state.hash(), &flow, expires_at).await?;
    Ok(Started { authorization_url, browser_token, expires_in: FLOW_TTL })
}

/// Judges what a browser brought back. The flow is over by it, whatever it comes to, unless it is another browser's.
///
/// # Errors
/// [`FinishError`].
#[tracing::instrument(name = "oauth_flow.finish", skip_all)]
pub async fn finish(parts: &Parts, callback: Callback) -> Result<Ended, FinishError> {
    let provider = parts.providers.get(&callback.provider_id).ok_or(FinishError::UnknownProvider)?;
    let unknown = || Ended { return_to: HOME.to_owned(), outcome: Outcome::Failed(FlowFailure::Expired) };
    let Some(state) = FlowState::parse(&callback.state) else { return Ok(unknown()) };
    let mut conn = parts.db.conn().await?;
    let Some(flow) = store::oauth_flow::find(&mut conn, &state.hash(), parts.now()).await? else {
        return Ok(unknown());
    };
    let browser = BrowserToken::parse(&callback.browser_token);
    if browser.is_none_or(|token| token.hash() != flow.browser_hash) {
        let outcome = Outcome::Failed(FlowFailure::Expired);
        return Ok(Ended { return_to: flow.return_to, outcome });
    }
    if !store::oauth_flow::delete(&mut conn, &state.hash()).await? {
        return Ok(unknown());
    }
    // Nothing is held while the provider is asked.
    drop(conn);

    let outcome = match ask(provider, &callback, &flow, &state).await {
        Ok(visitor) => settle(parts, provider, visitor, flow.linker, callback.client).await?,
        Err(failure) => Outcome::Failed(failure),
    };
    Ok(Ended { return_to: flow.return_to, outcome })
}

/// Who came back, if the provider proves it.
async fn ask(
    provider: &Provider,
    callback: &Callback,
    flow: &Flow,
    state: &FlowState,
) -> Result<Visitor, FlowFailure> {
    let provider_id = provider.provider_id();
    if flow.provider_id != provider_id {
        tracing::warn!(
            provider.id = provider_id,
            flow.provider.id = flow.provider_id,
            "a flow came back from another provider"
        );
        return Err(FlowFailure::ProviderError);
    }
    let failed = |error: ProviderError| {
        let error = anyhow::Error::new(error);
        tracing::warn!(
            provider.id = provider_id,
            error = format!("{error:#}"),
            "a provider did not prove who somebody is"
        );
        FlowFailure::ProviderError
    };
    provider.check_issuer(&callback.issuer).await.map_err(failed)?;
    match callback.error.as_str() {
        "" if !callback.code.is_empty() => {}
        "access_denied" => return Err(FlowFailure::AccessDenied),
        _ => return Err(FlowFailure::ProviderError),
    }
    let secrets = FlowSecrets::open(state, &flow.sealed_secrets).map_err(|error| {
        tracing::error!(provider.id = provider_id, %error, "the secrets of a flow can't be opened");
        FlowFailure::ProviderError
    })?;
    provider.visitor(callback.code.clone(), &secrets).await.map_err(failed)
}

/// A code for a sign-in; the link for a linker.
async fn settle(
    parts: &Parts,
    provider: &Provider,
    visitor: Visitor,
    linker: Option<Linker>,
    client: ClientInfo,
) -> Result<Outcome, FinishError> {
    let Some(linker) = linker else {
        let code = ExchangeCode::generate()?;
        let profile = serde_json::to_vec(&visitor.profile).unwrap_or_default();
        let finished = Finished {
            provider_id: provider.provider_id().to_owned(),
            key: visitor.key,
            sealed_profile: code.seal(&profile)?,
        };
        let expires_at = parts.now() + CODE_TTL;
        store::oauth_code::insert(&mut *parts.db.conn().await?, &code.hash(), &finished, expires_at).await?;
        return Ok(Outcome::Code(code));
    };
    let linked = identity::link(
        parts,
        provider,
        visitor,
        Caller { user_id: linker.user_id, session_id: linker.session_id, client },
    );
    Ok(match linked.await? {
        LinkOutcome::Linked => Outcome::Linked(provider.provider_id().to_owned()),
        LinkOutcome::Conflict => Outcome::Failed(FlowFailure::Conflict),
        LinkOutcome::SessionEnded => Outcome::Failed(FlowFailure::Expired),
    })
}
