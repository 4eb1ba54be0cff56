//! Calls to providers: short, bounded, and never to anywhere that an answer points to.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The whole call. A flow makes up to four of them while a browser waits.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Most bytes of an answer. Announcements have a few thousand.
const ANSWER_MAX_BYTES: usize = 256 * 1024;

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The wire, or the time.
    #[error("the call failed")]
    Wire(#[from] reqwest::Error),
    /// More than is taken.
    #[error("the answer has more than {ANSWER_MAX_BYTES} bytes")]
    TooLarge,
    /// The answer is no HTTP.
    #[error("the answer can't be read")]
    Answer(#[from] openidconnect::http::Error),
}

/// Makes the calls of one provider.
pub(super) struct Http(reqwest::Client);

impl Http {
    /// A client; of a provider on this machine it asks without a proxy.
    pub(super) fn new(is_local: bool) -> reqwest::Result<Self> {
        let builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent("PulseChat");
        let builder = if is_local { builder.no_proxy() } else { builder };
        builder.build().map(Self)
    }

    /// Sends what the library composed. A redirect is an answer like any other.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > ANSWER_MAX_BYTES {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
