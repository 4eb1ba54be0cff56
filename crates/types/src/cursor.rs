//! Page cursors: a position in a list, sealed so that a client can hand back only what it was given.
//!
//! A cursor is base64url of JSON followed by the first half of an HMAC-SHA-256 over the list's name and the JSON.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

const MAC_BYTES: usize = 16;

/// A cursor that this list did not hand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that this list gave; ask for the first page without a cursor")]
pub struct InvalidCursor;

/// Seals and opens the cursors of one service. All replicas share the key.
#[derive(Clone)]
pub struct CursorKey(hmac::Key);

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(..)")
    }
}

impl CursorKey {
    /// Takes 32 secret bytes.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// Writes a position of the list named `list` as an opaque text.
    #[must_use]
    pub fn seal<P: Serialize>(&self, list: &str, position: &P) -> String {
        // Serialising a plain struct of ids and numbers does not fail; an empty cursor would mean the first page.
        let mut bytes = serde_json::to_vec(position).unwrap_or_default();
        let mac = self.mac(list, &bytes);
        bytes.extend(mac.as_ref().iter().take(MAC_BYTES));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a position back.
    ///
    /// # Errors
    /// [`InvalidCursor`] for a text that [`CursorKey::seal`] did not write for this list with this key.
    pub fn open<P: DeserializeOwned>(&self, list: &str, cursor: &str) -> Result<P, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| InvalidCursor)?;
        let split = bytes.len().checked_sub(MAC_BYTES).ok_or(InvalidCursor)?;
        let (json, given) = bytes.split_at(split);
        let expected = self.mac(list, json);
        let expected = expected.as_ref().get(..MAC_BYTES).ok_or(InvalidCursor)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(expected, given).map_err(|_| InvalidCursor)?;
        serde_json::from_slice(json).map_err(|_| InvalidCursor)
    }

    fn mac(&self, list: &str, json: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(list.as_bytes());
        context.update(&[0]);
        context.update(json);
        context.sign()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> CursorKey {
        CursorKey::new(&[7; 32])
    }

    proptest! {
        #[test]
        fn a_sealed_position_comes_back(seq in any::<i64>(), id in any::<u128>()) {
            let position = (seq, id);
            prop_assert_eq!(key().open::<(i64, u128)>("l", &key().seal("l", &position)), Ok(position));
        }

        #[test]
        fn garbage_is_refused(text in ".{0,80}") {
            prop_assert!(key().open::<i64>("l", &text).is_err());
        }
    }

    #[test]
    fn another_list_or_key_is_refused() {
        let cursor = key().seal("inbox", &1);
        assert_eq!(key().open::<i64>("people", &cursor), Err(InvalidCursor));
        assert_eq!(CursorKey::new(&[8; 32]).open::<i64>("inbox", &cursor), Err(InvalidCursor));
    }
}
