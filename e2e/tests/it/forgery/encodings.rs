//! The good token, written as nobody writes it, and things that are no access tokens.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE};
use serde_json::{Value, json};

use super::mint::Mint;
use super::{Forged, named};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(super) fn all(mint: &Mint) -> Vec<Forged> {
    let [header, claims, signature] = mint.parts();
    let header_text = Value::from(mint.header.clone()).to_string();
    let claims_text = Value::from(mint.claims.clone()).to_string();
    let flat = json!({"protected": header, "payload": claims, "signature": signature}).to_string();
    named([
        ("padding behind the signature", format!("{}==", mint.good)),
        ("padding behind all", {
            let bytes = [header_text.as_bytes(), claims_text.as_bytes(), &mint.signature()];
            bytes.map(|bytes| URL_SAFE.encode(bytes)).join(".")
        }),
        ("other letters of base64", {
            // With a signature that has such a letter.
            let other = (0..).map(|number| mint.claiming(json!({"jti": number.to_string()})));
            let other = other
                .into_iter()
                .find(|token| token.rsplit('.').next().is_some_and(|s| s.contains(['-', '_'])));
            let other = other.unwrap_or_default();
            let (message, signature) = other.rsplit_once('.').unwrap_or_default();
            format!("{message}.{}", signature.replace('-', "+").replace('_', "/"))
        }),
        ("bits behind the end of the signature", format!("{header}.{claims}.{}", with_last_bits(signature))),
        ("base64 without the point", format!("{header}{claims}{signature}")),
        ("a space inside", format!("{header}. {claims}.{signature}")),
        ("a tab inside", format!("{header}.{claims}\t.{signature}")),
        ("a point before", format!(".{}", mint.good)),
        ("a point behind", format!("{}.", mint.good)),
        ("in quotes", format!("\"{}\"", mint.good)),
        ("written as a URL does", mint.good.replace('.', "%2E")),
        ("twice, after a space", format!("{0} {0}", mint.good)),
        ("twice, after a comma", format!("{0},{0}", mint.good)),
        ("the JSON form", flat),
        ("the scheme twice", format!("Bearer {}", mint.good)),
        ("a letter lost", mint.good[1..].to_owned()),
        ("upper case", mint.good.to_uppercase()),
        ("base64 of the whole", STANDARD_NO_PAD.encode(&mint.good)),
        ("points alone", "..".to_owned()),
        ("a word", "null".to_owned()),
        ("too long", format!("{}.{}", mint.good, "A".repeat(5000))),
    ])
}

/// The same bytes, with bits set that stand for nothing.
fn with_last_bits(base64url: &str) -> String {
    let (rest, last) = base64url.split_at(base64url.len() - 1);
    let value = ALPHABET.iter().position(|letter| *letter == last.as_bytes()[0]).unwrap_or_default();
    format!("{rest}{}", char::from(ALPHABET[value | 1]))
}
