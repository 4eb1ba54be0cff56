//! One provider: the two halves of a flow that it takes part in.

use std::sync::Arc;

use oauth2::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, SubjectIdentifier, UserInfoError};
use pulse_types::Clock;
use secrecy::ExposeSecret as _;

use crate::clients::oidc::http::Http;
use crate::clients::oidc::metadata::{Metadata, MetadataCache};
use crate::clients::oidc::verify::{self, Expected, Invalid};
use crate::clients::oidc::{ProviderError, Visitor};
use crate::domain::oidc::flow::FlowSecrets;
use crate::domain::oidc::identity::IdentityKey;
use crate::domain::oidc::profile::Profile;
use crate::domain::oidc::provider::ProviderSettings;
use crate::domain::oidc::token::FlowState;

/// What is asked for beside the identity.
const SCOPES: [&str; 2] = ["email", "profile"];
/// Most characters of a subject (OpenID Connect Core 1.0 section 2).
const SUBJECT_MAX: usize = 255;
/// Most characters of a claim that is kept: longer ones are as good as not told.
const CLAIM_MAX: usize = 512;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// One provider.
pub struct Provider {
    settings: ProviderSettings,
    redirect_url: RedirectUrl,
    http: Http,
    metadata: MetadataCache,
    clock: Arc<dyn Clock>,
}

/// What the claims of an ID token or of a UserInfo answer tell of a person.
macro_rules! profile {
    ($claims:expr) => {
        Profile {
            email: keep($claims.email().map(|text| text.as_str())),
            is_email_verified: $claims.email_verified() == Some(true),
            preferred_username: keep($claims.preferred_username().map(|text| text.as_str())),
            name: keep($claims.name().and_then(|name| name.get(None)).map(|text| text.as_str())),
        }
    };
}

impl Provider {
    pub(super) fn new(
        settings: ProviderSettings,
        public_url: &str,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let redirect = format!("{public_url}/v1/auth/oauth/{}/callback", settings.provider_id);
        Ok(Self {
            redirect_url: RedirectUrl::new(redirect)?,
            http: Http::new(settings.issuer.is_local())?,
            metadata: MetadataCache::new(settings.issuer.clone(), Arc::clone(&clock)),
            clock,
            settings,
        })
    }

    /// What it is called in our URLs.
    #[must_use]
    pub fn provider_id(&self) -> &str {
        self.settings.provider_id.as_str()
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Who vouches.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// Where the browser goes: code flow with PKCE S256, `state` and `nonce`.
    ///
    /// # Errors
    /// [`ProviderError`] when its endpoints are not known and can't be learned.
    pub async fn authorization_url(
        &self,
        state: &FlowState,
        secrets: &FlowSecrets,
    ) -> Result<String, ProviderError> {
        let client = self.client(&*self.metadata.get(&self.http).await?);
        let verifier = PkceCodeVerifier::new(secrets.verifier());
        let (state, nonce) = (CsrfToken::new(state.reveal()), Nonce::new(secrets.nonce()));
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || state.clone(),
                move || nonce.clone(),
            )
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// Checks the `iss` of a callback (RFC 9207), empty when absent: it must be this issuer, and be there if the issuer
    /// announces that it is.
    ///
    /// # Errors
    /// [`ProviderError::OtherIssuer`]; others when the announcement is not known and can't be learned.
    pub async fn check_issuer(&self, issuer: &str) -> Result<(), ProviderError> {
        let is_right = match issuer {
            "" => !self.metadata.get(&self.http).await?.additional_metadata().sends_issuer(),
            named => named == self.issuer(),
        };
        if is_right { Ok(()) } else { Err(ProviderError::OtherIssuer) }
    }

    /// Exchanges the provider's code and judges what it gives. Claims that the ID token leaves out are asked for at the
    /// UserInfo endpoint.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn visitor(&self, code: String, secrets: &FlowSecrets) -> Result<Visitor, ProviderError> {
        let metadata = self.metadata.get(&self.http).await?;
        let client = self.client(&metadata);
        let tokens = self.exchange(&client, code, secrets).await?;
        let expected = Expected {
            issuer: self.settings.issuer.url(),
            client_id: &self.settings.client_id,
            nonce: Nonce::new(secrets.nonce()),
            now: self.clock.now(),
        };
        let claims = match verify::claims(&tokens, metadata.jwks(), &expected) {
            // The issuer may have new keys.
            Err(Invalid::UnknownKey) => {
                let metadata = self.metadata.renew(&self.http).await?;
                verify::claims(&tokens, metadata.jwks(), &expected)?
            }
            judged => judged?,
        };
        let subject = claims.subject();
        let length = subject.chars().count();
        if !(1..=SUBJECT_MAX).contains(&length) || subject.contains('\0') {
            return Err(Invalid::Claims("the subject is empty or too long".to_owned()).into());
        }
        let mut profile = profile!(claims);
        if profile.email.is_none() && client.user_info_url().is_some() {
            let told = self.user_info(&client, tokens.access_token(), subject).await?;
            profile = Profile {
                email: told.email,
                is_email_verified: told.is_email_verified,
                preferred_username: profile.preferred_username.or(told.preferred_username),
                name: profile.name.or(told.name),
            };
        }
        let key = IdentityKey { issuer: self.issuer().to_owned(), subject: subject.as_str().to_owned() };
        Ok(Visitor { key, profile })
    }

    async fn exchange(
        &self,
        client: &Client,
        code: String,
        secrets: &FlowSecrets,
    ) -> Result<CoreTokenResponse, ProviderError> {
        client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| ProviderError::Announcement(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier()))
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(error) => error.into(),
                RequestTokenError::ServerResponse(answer) => {
                    ProviderError::Refused(answer.error().as_ref().to_owned())
                }
                // What was sent may hold tokens: it is not for the log.
                RequestTokenError::Parse(..) => Invalid::Unreadable.into(),
                RequestTokenError::Other(text) => ProviderError::Refused(text),
            })
    }

    async fn user_info(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<Profile, ProviderError> {
        // It becomes a header.
        if !token.secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Invalid::Unreadable.into());
        }
        let claims: CoreUserInfoClaims = client
            .user_info(token.clone(), Some(subject.clone()))
            .map_err(|error| ProviderError::Announcement(error.to_string()))?
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                UserInfoError::Request(error) => error.into(),
                UserInfoError::ClaimsVerification(error) => Invalid::Claims(error.to_string()).into(),
                _ => ProviderError::from(Invalid::Unreadable),
            })?;
        Ok(profile!(claims))
    }

    fn client(&self, metadata: &Metadata) -> Client {
        let client_id = ClientId::new(self.settings.client_id.clone());
        let secret = ClientSecret::new(self.settings.client_secret.expose_secret().to_owned());
        let methods = metadata.token_endpoint_auth_methods_supported();
        // Without an announcement it is by header (OpenID Connect Discovery 1.0 section 3).
        let is_by_header =
            methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        CoreClient::from_provider_metadata(metadata.clone(), client_id, Some(secret))
            .set_auth_type(if is_by_header { AuthType::BasicAuth } else { AuthType::RequestBody })
            .set_redirect_uri(self.redirect_url.clone())
    }
}

/// A claim that is worth keeping.
fn keep(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    let is_kept = !text.is_empty() && !text.contains('\0') && text.chars().count() <= CLAIM_MAX;
    is_kept.then(|| text.to_owned())
}
