//! Sign-in by outside providers (contract section 3).

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::moment::Moment;

/// Who else can vouch for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Provider {
    /// Short name, lower case.
    #[schema(example = "google")]
    pub id: String,
    /// What people call it.
    #[schema(example = "Google")]
    pub name: String,
    /// Where a sign-in begins; append `?return_to=`.
    #[schema(example = "https://chat.example.com/v1/auth/oauth/google/start")]
    pub start_url: String,
}

/// An identity that is linked to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Identity {
    /// The provider's id.
    #[schema(example = "google")]
    pub provider: String,
    /// What people call the provider.
    #[schema(example = "Google")]
    pub name: String,
    /// The address that the provider tells; `null` when it tells none.
    #[schema(required = true, example = "ada@example.com")]
    pub email: Option<String>,
    /// When it was linked.
    pub created_at: Moment,
}

/// A flow that has begun. What the browser keeps is a secret, so it can't be printed.
pub struct Flow {
    /// Where the browser goes now.
    pub url: String,
    /// What it keeps to show that it began the flow.
    pub browser_token: String,
    /// How long it keeps that.
    pub expires_in_seconds: u32,
}

/// Where a browser goes when it comes back from a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Landing {
    /// The page that began the flow.
    pub return_to: String,
    /// What it is told.
    pub finished: Finished,
}

/// How a flow ended.
#[derive(Clone, PartialEq, Eq)]
pub enum Finished {
    /// A sign-in, to be exchanged.
    SignedIn {
        /// For POST /v1/auth/oauth/exchange.
        code: String,
    },
    /// An identity was linked.
    Linked {
        /// Of which provider.
        provider_id: String,
    },
    /// Neither.
    Failed {
        /// `access_denied`, `conflict`, `expired` or `provider_error`.
        error: String,
    },
}
