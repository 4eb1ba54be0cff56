//! Paths with two parameters; those with one are in `extract.rs`.

use std::convert::Infallible;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use pulse_rpc::Failure;

use crate::state::State;

/// The two parameters of a path, decoded. They are read after the body, because what is not there is told after what is not
/// valid.
#[derive(Debug, Clone)]
pub struct PathPair(Option<(String, String)>);

impl PathPair {
    /// The ids that both are.
    ///
    /// # Errors
    /// `not_found` when one is none.
    pub fn ids<A: FromStr, B: FromStr>(&self, what: (&str, &str)) -> Result<(A, B), Failure> {
        let first = self.first_id(what.0)?;
        let second = self.second().and_then(|text| text.parse().ok());
        Ok((first, second.ok_or_else(|| Failure::not_found(what.1))?))
    }

    /// The id that the first one is.
    ///
    /// # Errors
    /// `not_found` when it is none.
    pub fn first_id<T: FromStr>(&self, what: &str) -> Result<T, Failure> {
        let text = self.0.as_ref().map(|(first, _)| first.as_str());
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Failure::not_found(what))
    }

    /// The second one; `None` when the path is no UTF-8.
    #[must_use]
    pub fn second(&self) -> Option<&str> {
        self.0.as_ref().map(|(_, second)| second.as_str())
    }
}

impl FromRequestParts<Arc<State>> for PathPair {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<State>) -> Result<Self, Infallible> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(pair)| pair)))
    }
}
