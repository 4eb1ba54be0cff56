//! Files of one's own: `/v1/attachments` (contract section 6).

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State as FromState};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use http_body_util::{BodyExt as _, Limited};
use pulse_rpc::{Failure, Reason};
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::message::Attachment;
use crate::http::extract::{Caller, PathText};
use crate::http::problem::Refusal;
use crate::limits::Limit;
use crate::state::State;

/// How long the next bytes may take.
const PIECE_TIMEOUT: Duration = Duration::from_secs(20);
/// What a form holds around its file, at most, in bytes.
const FORM_MAX_BYTES: u64 = 64 * 1024;
/// How much of a form that is refused is read and thrown away, so that the client comes to read the answer.
const DISCARD_MAX_BYTES: u64 = 32 * 1024 * 1024;
/// How long it is read.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(10);
const FILE: &str = "file";

/// A form with one file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what `receive` reads")]
pub struct UploadForm {
    /// The file, with its name. Its type is found out, whatever is said of it.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    // What may come is limited by `receive`, which can tell why.
    let upload = OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::disable());
    upload.routes(routes!(attachment))
}

/// Send up a file
///
/// To be posted with a message, or used as a picture, once and within 24 h. Images lose their metadata. HEIC, AVIF and TIFF are
/// refused, because theirs can't be taken away.
#[utoipa::path(post, path = "/v1/attachments", operation_id = "uploadAttachment", tag = "messages",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Attachment)))]
async fn upload(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    request: Request,
) -> Result<(StatusCode, Json<Attachment>), Refusal> {
    state.limits.account(Limit::Upload, caller.principal.user_id).await?;
    let max_bytes = state.limits_told.attachment_max_bytes;
    let taken = match check_head(request.headers(), max_bytes) {
        Ok(()) => receive(&state, &caller, request, max_bytes).await,
        Err(failure) => {
            drain(request.into_body(), max_bytes).await;
            Err(failure)
        }
    };
    Ok((StatusCode::CREATED, Json(taken?)))
}

/// Get a file with fresh addresses
///
/// For who sent it up, and for members of the conversation in which it was posted.
#[utoipa::path(get, path = "/v1/attachments/{id}", operation_id = "getAttachment", tag = "messages",
    params(("id" = Uuid, Path, description = "The file")), responses((status = 200, body = Attachment)))]
async fn attachment(
    FromState(state): FromState<Arc<State>>,
    caller: Caller,
    path: PathText,
) -> Result<Json<Attachment>, Refusal> {
    Ok(Json(state.files.attachment(caller.principal, path.id("file")?).await?))
}

/// What can be told before the body: the type first, as the order of section 1 wants.
fn check_head(headers: &HeaderMap, max_bytes: u64) -> Result<(), Failure> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("multipart/form-data") {
        return Err(Failure::new(Reason::UnsupportedMediaType, "send the file as multipart/form-data"));
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if length > max_bytes.saturating_add(FORM_MAX_BYTES) => Err(too_large(max_bytes)),
        _ => Ok(()),
    }
}

fn too_large(max_bytes: u64) -> Failure {
    Failure::new(Reason::TooLarge, format!("a file has at most {max_bytes} bytes"))
}

/// Reads and throws away what a client goes on sending.
async fn drain(body: Body, max_bytes: u64) {
    let mut body = limited(body, max_bytes);
    let reading = async { while let Some(Ok(_)) = body.frame().await {} };
    // The client is told in any case; it hears it when it has listened.
    drop(timeout(DISCARD_TIMEOUT, reading).await);
}

fn limited(body: Body, max_bytes: u64) -> Limited<Body> {
    let most = max_bytes.saturating_add(FORM_MAX_BYTES).saturating_add(DISCARD_MAX_BYTES);
    Limited::new(body, usize::try_from(most).unwrap_or(usize::MAX))
}

async fn receive(
    state: &State,
    caller: &Caller,
    request: Request,
    max_bytes: u64,
) -> Result<Attachment, Failure> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts, Body::new(limited(body, max_bytes)));
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|rejection| {
        Failure::new(Reason::Malformed, "the form names no boundary").with_source(rejection)
    })?;
    let taken = take_file(state, caller, &mut form, max_bytes).await;
    if taken.is_err() {
        let reading = async { while let Ok(Some(_)) = form.next_field().await {} };
        drop(timeout(DISCARD_TIMEOUT, reading).await);
    }
    taken
}

/// Hands the file of a form on as it comes. It is whole when the form is: a second part takes everything back.
async fn take_file(
    state: &State,
    caller: &Caller,
    form: &mut Multipart,
    max_bytes: u64,
) -> Result<Attachment, Failure> {
    let Some(mut file) = next_part(form).await? else {
        return Err(Failure::invalid_field(FILE, "required", "is required"));
    };
    check_name(&file)?;
    let name = file.file_name().unwrap_or_default().to_owned();
    let mut upload = state.files.upload(caller.principal, name);
    let mut size: u64 = 0;
    loop {
        let chunk = timeout(PIECE_TIMEOUT, file.chunk()).await.map_err(|_| late())?;
        let Some(chunk) = chunk.map_err(|error| malformed(error, max_bytes))? else { break };
        size += chunk.len() as u64;
        if size > max_bytes {
            return Err(too_large(max_bytes));
        }
        upload.send(&chunk).await?;
    }
    drop(file);
    if let Some(more) = next_part(form).await? {
        check_name(&more)?;
        return Err(Failure::invalid_field(FILE, "too_many", "is one file"));
    }
    upload.finish().await
}

async fn next_part(form: &mut Multipart) -> Result<Option<Field<'_>>, Failure> {
    let next = timeout(PIECE_TIMEOUT, form.next_field()).await.map_err(|_| late())?;
    next.map_err(|error| Failure::new(Reason::Malformed, "the form can't be read").with_source(error))
}

fn check_name(part: &Field<'_>) -> Result<(), Failure> {
    match part.name() {
        Some(FILE) => Ok(()),
        name => {
            let name = name.unwrap_or_default();
            Err(Failure::invalid_field(name, "unknown_field", "the form has one part, called file"))
        }
    }
}

fn late() -> Failure {
    Failure::new(Reason::Malformed, "the form did not arrive in time")
}

fn malformed(error: MultipartError, max_bytes: u64) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(max_bytes),
        _ => Failure::new(Reason::Malformed, "the form broke off").with_source(error),
    }
}
