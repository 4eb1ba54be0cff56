//! The bytes of files and pictures, for whoever has their address (contract section 6). Nothing that is served here can act as
//! a page of ours: what a browser does not show as a plain picture, sound or film is saved instead.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State as FromState;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pulse_rpc::{Failure, Reason};
use pulse_types::AttachmentId;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clients::files::{FileAsk, FileBody, Part};
use crate::http::extract::{PathText, Unencoded};
use crate::http::problem::Refusal;
use crate::http::query::QueryText;
use crate::http::range::{Conditions, Wanted};
use crate::state::State;

/// Nothing in a file may run, load or be framed (CSP level 3).
const POLICY: &str = "sandbox; default-src 'none'";
/// Pictures never change: another one has another address.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// What stands for itself in an extended parameter (RFC 8187 section 3.2.1, `attr-char`).
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');
/// Begins beyond every file: asks for no bytes, but for what is known of them.
const NOTHING: Part = (u64::MAX, u64::MAX);

/// The parts of a signed address; the whole of it is to be used as it was given.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `ask` reads")]
struct FileParams {
    /// The small picture instead of the file.
    thumbnail: Option<bool>,
    /// End of the address, in seconds since 1970.
    expires: i64,
    /// Shows that we gave the address.
    signature: String,
}

/// Routes of this file.
pub fn routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::new().routes(routes!(file)).routes(routes!(picture))
}

/// Read a file
///
/// By the address that came with it. Single ranges are answered with 206.
#[utoipa::path(get, path = "/v1/files/{id}", operation_id = "readFile", tag = "messages", security(()),
    params(("id" = Uuid, Path, description = "The file"), FileParams), responses(
    (status = 200, description = "The file, as what it was found to be", content_type = "*/*", body = Vec<u8>),
    (status = 206, description = "A part of it", content_type = "*/*", body = Vec<u8>),
    (status = 304, description = "As the client has it"),
    (status = 403, description = "`forbidden`: the address was changed or has expired", content_type = "application/problem+json", body = crate::http::problem::Problem),
    (status = 416, description = "It ends before the asked range"),
))]
async fn file(
    FromState(state): FromState<Arc<State>>,
    _: Unencoded,
    conditions: Conditions,
    path: PathText,
    query: QueryText,
) -> Result<Response, Refusal> {
    let ask = ask(path.id("file")?, query)?;
    let suffix = if ask.is_thumbnail { "-thumbnail" } else { "" };
    let tag = format!("\"{}{suffix}\"", ask.attachment_id);
    let (size, part) = match conditions.wanted(&tag) {
        Wanted::All => (None, None),
        Wanted::Part(part) => (None, Some(part)),
        Wanted::Last(count) => {
            let size = state.files.read(&ask, Some(NOTHING)).await?.size;
            (None, Some((size.saturating_sub(count), size.saturating_sub(1))))
        }
        wanted => (Some(wanted), Some(NOTHING)),
    };
    let found = state.files.read(&ask, part).await?;
    let lives_seconds = (ask.expires_at - state.clock.now().unix_timestamp()).max(0);
    let caching = format!("private, max-age={lives_seconds}, immutable");
    let disposition = disposition(&found.media_type, &found.name);
    Ok(answer(
        found,
        size,
        part,
        [(header::ETAG, tag), (header::CACHE_CONTROL, caching), (header::CONTENT_DISPOSITION, disposition)],
    ))
}

/// Read a picture of a person or conversation
///
/// Its address needs no token and does not expire.
#[utoipa::path(get, path = "/v1/pictures/{key}", operation_id = "readPicture", tag = "people", security(()),
    params(("key" = String, Path, description = "The last part of `avatar_url`")), responses(
    (status = 200, description = "The picture", content_type = "image/*", body = Vec<u8>),
    (status = 206, description = "A part of it", content_type = "image/*", body = Vec<u8>),
    (status = 304, description = "As the client has it"),
    (status = 416, description = "It ends before the asked range"),
))]
async fn picture(
    FromState(state): FromState<Arc<State>>,
    _: Unencoded,
    conditions: Conditions,
    path: PathText,
) -> Result<Response, Refusal> {
    let key = path.text("picture")?;
    let tag = format!("\"{}\"", utf8_percent_encode(&key, NON_ALPHANUMERIC));
    let (size, part) = match conditions.wanted(&tag) {
        Wanted::All => (None, None),
        Wanted::Part(part) => (None, Some(part)),
        Wanted::Last(count) => {
            let size = state.files.read_picture(&key, Some(NOTHING)).await?.size;
            (None, Some((size.saturating_sub(count), size.saturating_sub(1))))
        }
        wanted => (Some(wanted), Some(NOTHING)),
    };
    let found = state.files.read_picture(&key, part).await?;
    let headers = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, FOR_GOOD.to_owned()),
        // Its file name is nobody's business.
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
    ];
    Ok(answer(found, size, part, headers))
}

/// Reads a signed address. What can't be one of ours was changed.
fn ask(attachment_id: AttachmentId, query: QueryText) -> Result<FileAsk, Failure> {
    let mut fields = query.fields(&["thumbnail", "expires", "signature"]);
    let mut text = |name| fields.optional_text(name).flatten();
    let is_thumbnail = match text("thumbnail").as_deref() {
        None => Some(false),
        Some("true") => Some(true),
        Some(_) => None,
    };
    let expires_at = text("expires").and_then(|text| text.parse().ok());
    let parts = (is_thumbnail, expires_at, text("signature"));
    let (Some(is_thumbnail), Some(expires_at), Some(signature)) = parts else {
        return Err(Failure::new(Reason::Forbidden, "the address is not one that we gave"));
    };
    Ok(FileAsk { attachment_id, is_thumbnail, expires_at, signature })
}

fn answer(
    found: FileBody,
    without_bytes: Option<Wanted>,
    asked: Option<Part>,
    own: [(HeaderName, String); 3],
) -> Response {
    let size = found.size;
    let mut response = match (without_bytes, asked, found.part) {
        (Some(Wanted::NotModified), _, _) => StatusCode::NOT_MODIFIED.into_response(),
        (Some(_), _, _) => with_length(Response::new(Body::empty()), size),
        (None, None, _) => with_length(Response::new(Body::from_stream(found.bytes)), size),
        (None, Some(_), Some((first, last))) => {
            let response = Response::new(Body::from_stream(found.bytes));
            let mut response = with_length(response, last.saturating_sub(first) + 1);
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            set(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
            response
        }
        (None, Some(_), None) => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{size}"));
            return response;
        }
    };
    let headers = response.headers_mut();
    for (name, value) in own {
        set(headers, name, &value);
    }
    set(headers, header::CONTENT_TYPE, content_type(&found.media_type));
    set(headers, header::CONTENT_SECURITY_POLICY, POLICY);
    set(headers, header::ACCEPT_RANGES, "bytes");
    response
}

fn with_length(mut response: Response, length: u64) -> Response {
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Text was found to be UTF-8.
fn content_type(media_type: &str) -> &str {
    if media_type == "text/plain" { "text/plain; charset=utf-8" } else { media_type }
}

/// Whether a browser may show it: pictures that were read and written by us, sound, film. No other kind of image, because a
/// drawing is a document.
fn is_shown(media_type: &str) -> bool {
    matches!(media_type, "image/png" | "image/jpeg" | "image/gif" | "image/webp")
        || media_type.starts_with("audio/")
        || media_type.starts_with("video/")
}

/// RFC 6266, with the name as RFC 8187 writes it and, for those who can't read that, without what is no plain letter.
fn disposition(media_type: &str, name: &str) -> String {
    let kind = if is_shown(media_type) { "inline" } else { "attachment" };
    let plain = |character: char| {
        let is_plain = matches!(character, ' '..='~') && !matches!(character, '"' | '\\' | '%');
        if is_plain { character } else { '_' }
    };
    let fallback: String = name.chars().map(plain).collect();
    let extended = utf8_percent_encode(name, ATTRIBUTE);
    format!("{kind}; filename=\"{fallback}\"; filename*=UTF-8''{extended}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_sound_and_film_are_shown() {
        for shown in ["image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg", "video/mp4"] {
            assert!(disposition(shown, "a").starts_with("inline;"), "{shown}");
        }
        for saved in ["image/svg+xml", "text/html", "text/xml", "text/plain", "application/pdf", "image/bmp"]
        {
            assert!(disposition(saved, "a").starts_with("attachment;"), "{saved}");
        }
    }

    #[test]
    fn a_name_ends_no_header() {
        assert_eq!(
            disposition("application/pdf", "né \"a\\b%.pdf"),
            "attachment; filename=\"n_ _a_b_.pdf\"; filename*=UTF-8''n%C3%A9%20%22a%5Cb%25.pdf"
        );
    }
}
