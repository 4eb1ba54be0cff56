//! Addresses of files: signed ones, which end, and those of pictures, which can't be guessed and don't.
//!
//! The end is rounded, so that a file has one address for three quarters of an hour: caches find it again. An address is read
//! 15 minutes to an hour after it was given.

use std::sync::Arc;

use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_types::AttachmentId;
use time::OffsetDateTime;

use crate::domain::attachment::{Address, Attachment};

/// Longest life of an address, in seconds.
const LIFE_MAX_SECONDS: i64 = 3600;
/// Shortest life of an address, in seconds.
const LIFE_MIN_SECONDS: i64 = 900;
/// For so long the addresses of a file are the same, in seconds.
const STEP_SECONDS: i64 = LIFE_MAX_SECONDS - LIFE_MIN_SECONDS;
/// What the signatures of this key are for.
const LABEL: &[u8] = b"pulse file v1";

/// What stands behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The file.
    Whole,
    /// The small picture of it.
    Thumbnail,
}

/// Why an address is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// It was changed, or was never given.
    #[error("the address is not one that we gave")]
    Forged,
    /// Its time is over.
    #[error("the address has expired; ask for a fresh one")]
    Expired,
}

/// The system gives no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system has no random bytes")]
pub struct NoRandomness;

/// Writes and checks addresses. All replicas share the key.
#[derive(Clone)]
pub struct Addresses(Arc<Inner>);

struct Inner {
    public_url: String,
    key: hmac::Key,
}

impl std::fmt::Debug for Addresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Addresses").field("public_url", &self.0.public_url).finish_non_exhaustive()
    }
}

/// Gives the addresses of files at one moment: what is shown of a file holds them.
#[derive(Debug, Clone)]
pub struct Signer {
    addresses: Addresses,
    now: OffsetDateTime,
}

impl Signer {
    /// The addresses of a file.
    #[must_use]
    pub fn sign(&self, attachment: &Attachment) -> Address {
        self.addresses.of(attachment, self.now)
    }
}

impl Addresses {
    /// Takes where people reach us, and 32 secret bytes.
    #[must_use]
    pub fn new(public_url: &str, secret: &[u8; 32]) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self(Arc::new(Inner { public_url, key: hmac::Key::new(hmac::HMAC_SHA256, secret) }))
    }

    /// Gives addresses as of `now`.
    #[must_use]
    pub fn signer(&self, now: OffsetDateTime) -> Signer {
        Signer { addresses: self.clone(), now }
    }

    fn of(&self, attachment: &Attachment, now: OffsetDateTime) -> Address {
        let step = now.unix_timestamp().div_euclid(STEP_SECONDS);
        let expires_at = step * STEP_SECONDS + LIFE_MAX_SECONDS;
        let attachment_id = attachment.attachment_id;
        let thumbnail_url = match attachment.has_thumbnail {
            true => self.url(attachment_id, Variant::Thumbnail, expires_at),
            false => String::new(),
        };
        Address {
            url: self.url(attachment_id, Variant::Whole, expires_at),
            thumbnail_url,
            expires_at: OffsetDateTime::from_unix_timestamp(expires_at).unwrap_or(now),
        }
    }

    fn url(&self, attachment_id: AttachmentId, variant: Variant, expires_at: i64) -> String {
        let signature = URL_SAFE_NO_PAD.encode(self.sign(attachment_id, variant, expires_at));
        let thumbnail = match variant {
            Variant::Whole => "",
            Variant::Thumbnail => "thumbnail=true&",
        };
        let root = &self.0.public_url;
        format!("{root}/v1/files/{attachment_id}?{thumbnail}expires={expires_at}&signature={signature}")
    }

    /// Whether an address is one of ours, and not over.
    ///
    /// # Errors
    /// [`AddressFault`].
    pub fn check(
        &self,
        attachment_id: AttachmentId,
        variant: Variant,
        (expires_at, signature): (i64, &str),
        now: OffsetDateTime,
    ) -> Result<(), AddressFault> {
        let given = URL_SAFE_NO_PAD.decode(signature).map_err(|_| AddressFault::Forged)?;
        let expected = self.sign(attachment_id, variant, expires_at);
        aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_ref(), &given)
            .map_err(|_| AddressFault::Forged)?;
        if expires_at <= now.unix_timestamp() { Err(AddressFault::Expired) } else { Ok(()) }
    }

    fn sign(&self, attachment_id: AttachmentId, variant: Variant, expires_at: i64) -> hmac::Tag {
        let variant: u8 = match variant {
            Variant::Whole => 0,
            Variant::Thumbnail => 1,
        };
        // Each part has its length: nothing can be moved from one to the next.
        let mut context = hmac::Context::with_key(&self.0.key);
        context.update(LABEL);
        context.update(attachment_id.as_uuid().as_bytes());
        context.update(&[variant]);
        context.update(&expires_at.to_be_bytes());
        context.sign()
    }

    /// The address of a picture.
    #[must_use]
    pub fn picture(&self, key: &str) -> String {
        format!("{}/v1/pictures/{key}", self.0.public_url)
    }
}

/// The key of a picture: 24 random bytes in base64url.
///
/// # Errors
/// When the system has no random bytes.
pub fn picture_key() -> Result<String, NoRandomness> {
    let mut bytes = [0; 24];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The key in the address of a picture; `None` when it is none of ours.
#[must_use]
pub fn key_of(picture_url: &str) -> Option<&str> {
    let (_, key) = picture_url.rsplit_once("/v1/pictures/")?;
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn addresses() -> Addresses {
        Addresses::new("https://chat.example/", &[7; 32])
    }

    fn attachment(id: u128) -> Attachment {
        Attachment {
            attachment_id: AttachmentId::from_uuid(Uuid::from_u128(id)),
            name: "a.png".to_owned(),
            media_type: "image/png".to_owned(),
            size_bytes: 1,
            dimensions: Some((1, 1)),
            has_thumbnail: true,
        }
    }

    /// What an address says: end and signature.
    fn parts(url: &str) -> (i64, String) {
        let (_, query) = url.split_once("expires=").unwrap();
        let (expires_at, signature) = query.split_once("&signature=").unwrap();
        (expires_at.parse().unwrap(), signature.to_owned())
    }

    proptest! {
        #[test]
        fn an_address_lives_a_quarter_of_an_hour_to_an_hour(now in 1_700_000_000_i64..4_000_000_000) {
            let now = OffsetDateTime::from_unix_timestamp(now).unwrap();
            let address = addresses().of(&attachment(1), now);
            let life = address.expires_at - now;
            prop_assert!(life > time::Duration::minutes(15) && life <= time::Duration::hours(1), "{}", life);
            let (expires_at, signature) = parts(&address.url);
            let check = |at| addresses().check(attachment(1).attachment_id, Variant::Whole, (expires_at, &signature), at);
            prop_assert_eq!(check(now), Ok(()));
            prop_assert_eq!(check(address.expires_at - time::Duration::seconds(1)), Ok(()));
            prop_assert_eq!(check(address.expires_at), Err(AddressFault::Expired));
        }
    }

    #[test]
    fn an_address_is_the_same_for_a_while_and_for_one_thing_alone() {
        let now = OffsetDateTime::from_unix_timestamp(2_700 * 700_000).unwrap();
        let address = addresses().of(&attachment(1), now);
        let later = now + time::Duration::minutes(44);
        assert_eq!(addresses().of(&attachment(1), later), address);
        assert!(address.url.starts_with("https://chat.example/v1/files/"), "{}", address.url);
        let (expires_at, signature) = parts(&address.url);
        let id = attachment(1).attachment_id;
        let forged = Err(AddressFault::Forged);
        let check = |id, variant, expires_at, signature: &str| {
            addresses().check(id, variant, (expires_at, signature), now)
        };
        assert_eq!(check(id, Variant::Whole, expires_at, &signature), Ok(()));
        assert_eq!(check(id, Variant::Thumbnail, expires_at, &signature), forged);
        assert_eq!(check(id, Variant::Whole, expires_at + 1, &signature), forged);
        assert_eq!(check(attachment(2).attachment_id, Variant::Whole, expires_at, &signature), forged);
        assert_eq!(check(id, Variant::Whole, expires_at, ""), forged);
        assert_eq!(check(id, Variant::Whole, expires_at, "@"), forged);
        let other = Addresses::new("https://chat.example", &[8; 32]);
        assert_eq!(other.check(id, Variant::Whole, (expires_at, &signature), now), forged);
    }

    #[test]
    fn the_key_of_a_picture_is_found_in_its_address() {
        let key = picture_key().unwrap();
        assert_eq!(key.len(), 32);
        assert_ne!(picture_key().unwrap(), key);
        assert_eq!(key_of(&addresses().picture(&key)), Some(&*key));
        assert_eq!((key_of(""), key_of("https://elsewhere.example/a.png")), (None, None));
    }
}
