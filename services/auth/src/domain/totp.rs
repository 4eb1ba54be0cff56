//! The second factor (contract section 3): codes by RFC 6238 with SHA-1, six digits and steps of 30 s, and recovery codes.

use pulse_types::UserId;
use totp_rs::{Builder, Totp};

use crate::domain::sealing::{CryptoError, SealingKey, random};
use crate::domain::secret::sha256;

/// Who asks for the code, as authenticator apps show it.
const ISSUER: &str = "PulseChat";
/// Length of a step.
const STEP_SECONDS: u64 = 30;
/// Steps that a clock may be late or early.
const SKEW_STEPS: u16 = 1;
/// Digits of a code.
const DIGITS: usize = 6;
/// Recovery codes of an account.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code, 5 random bits each.
const RECOVERY_CHARACTERS: usize = 16;
/// Characters between two hyphens of a recovery code.
const RECOVERY_GROUP: usize = 4;
/// Crockford's base 32, lower case: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What an authenticator app keeps: 20 random bytes. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; 20]);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

/// What a person needs to set up their app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Base 32 without padding, to be typed.
    pub secret: String,
    /// `otpauth://totp/…`.
    pub otpauth_uri: String,
    /// The same as a PNG, to be scanned.
    pub qr_png: Vec<u8>,
}

/// The secret can't be shown.
#[derive(Debug, thiserror::Error)]
#[error("the setup of a second factor can't be shown: {0}")]
pub struct SetupError(String);

impl TotpSecret {
    /// A new one.
    ///
    /// # Errors
    /// [`CryptoError::Random`] when the system has no random bytes.
    pub fn generate() -> Result<Self, CryptoError> {
        random().map(Self)
    }

    /// Seals it for its owner.
    ///
    /// # Errors
    /// [`CryptoError::Seal`] when the system fails.
    pub fn seal(&self, key: &SealingKey, owner: UserId) -> Result<Vec<u8>, CryptoError> {
        key.seal(&label(owner), &self.0)
    }

    /// Opens what [`TotpSecret::seal`] sealed for `owner`.
    ///
    /// # Errors
    /// [`CryptoError::Open`] for anything else.
    pub fn open(key: &SealingKey, owner: UserId, sealed: &[u8]) -> Result<Self, CryptoError> {
        key.open(&label(owner), sealed)?.try_into().map(Self).map_err(|_| CryptoError::Open)
    }

    /// What the app of `username` needs.
    ///
    /// # Errors
    /// [`SetupError`] when no picture can be drawn.
    pub fn setup(&self, username: &str) -> Result<Setup, SetupError> {
        let failed = |error: totp_rs::TotpError| SetupError(format!("{error:?}"));
        let totp =
            self.builder().with_account_name(username).with_issuer(Some(ISSUER)).build().map_err(failed)?;
        Ok(Setup {
            secret: totp.secret().to_base32(),
            otpauth_uri: totp.to_url().map_err(failed)?,
            qr_png: totp.to_qr_png().map_err(failed)?,
        })
    }

    /// The step whose code this is, at `unix_seconds` or one step before or after. Compared in constant time.
    #[must_use]
    pub fn step_of(&self, code: &str, unix_seconds: i64) -> Option<i64> {
        let now = u64::try_from(unix_seconds).ok()?;
        i64::try_from(self.totp().check(code, now)?).ok()
    }

    fn totp(&self) -> Totp {
        self.builder().build_noncompliant()
    }

    fn builder(&self) -> Builder {
        Builder::new().with_step_duration(STEP_SECONDS).with_skew(SKEW_STEPS).with_secret(self.0.to_vec())
    }
}

/// What a sealed secret is bound to.
fn label(owner: UserId) -> Vec<u8> {
    [b"totp\0".as_slice(), owner.as_uuid().as_bytes()].concat()
}

/// What a person typed as the second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// Six digits of an app.
    Totp(String),
    /// A recovery code, by what is stored of it once the owner is known.
    Recovery(RecoveryCode),
    /// Neither.
    Garbled,
}

impl Code {
    /// Reads six digits or a recovery code; blanks around and within do not count.
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        match Self::parse_totp(typed) {
            Self::Garbled => Self::parse_recovery(typed),
            code => code,
        }
    }

    /// Reads six digits.
    #[must_use]
    pub fn parse_totp(typed: &str) -> Self {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).collect();
        if digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit()) {
            Self::Totp(digits)
        } else {
            Self::Garbled
        }
    }

    /// Reads a recovery code.
    #[must_use]
    pub fn parse_recovery(typed: &str) -> Self {
        RecoveryCode::parse(typed).map_or(Self::Garbled, Self::Recovery)
    }
}

/// Lets its owner in once, when the app is lost: 80 random bits. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

/// SHA-256 of a recovery code and its owner: what the database knows of it. No slow hash is needed: nobody tries 2^80.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryCodeHash(pub [u8; 32]);

impl RecoveryCode {
    /// A new one.
    ///
    /// # Errors
    /// [`CryptoError::Random`] when the system has no random bytes.
    pub fn generate() -> Result<Self, CryptoError> {
        let bytes: [u8; RECOVERY_CHARACTERS] = random()?;
        // 256 is a multiple of 32: each character is as likely as any other.
        let character = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).map(|c| char::from(*c));
        Ok(Self(bytes.iter().filter_map(character).collect()))
    }

    /// Reads what a person typed: case, hyphens and blanks do not count, and letters that look like digits are taken as such.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let is_filler = |c: &char| *c == '-' || c.is_whitespace();
        let plain = |c: char| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        };
        let code: String =
            typed.chars().filter(|c| !is_filler(c)).take(RECOVERY_CHARACTERS + 1).map(plain).collect();
        let is_code = code.len() == RECOVERY_CHARACTERS && code.bytes().all(|b| ALPHABET.contains(&b));
        is_code.then_some(Self(code))
    }

    /// As it is shown, once: `xxxx-xxxx-xxxx-xxxx`.
    #[must_use]
    pub fn reveal(&self) -> String {
        let mut text = String::with_capacity(RECOVERY_CHARACTERS + RECOVERY_CHARACTERS / RECOVERY_GROUP);
        for (at, c) in self.0.chars().enumerate() {
            if at > 0 && at % RECOVERY_GROUP == 0 {
                text.push('-');
            }
            text.push(c);
        }
        text
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self, owner: UserId) -> RecoveryCodeHash {
        RecoveryCodeHash(sha256(format!("recovery code\0{owner}\0{}", self.0).as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulse_types::SystemClock;

    use super::*;

    /// Appendix B of RFC 6238, the last six digits of the SHA-1 column.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = TotpSecret(*b"12345678901234567890");
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(secret.step_of(code, at), Some(at / 30), "{at}");
            assert_eq!(secret.step_of(code, at + 30), Some(at / 30));
            assert_eq!(secret.step_of(code, at - 30), Some(at / 30));
            assert_eq!(secret.step_of(code, at + 60), None);
            assert_eq!(secret.step_of(code, at - 60), None);
        }
        assert_eq!(secret.step_of("287082", -1), None);
    }

    #[test]
    fn the_setup_names_us_and_the_person_and_is_a_picture() {
        let setup = TotpSecret(*b"12345678901234567890").setup("ada.l").expect("a setup");
        assert_eq!(setup.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(setup.otpauth_uri.starts_with("otpauth://totp/PulseChat:ada.l?"), "{}", setup.otpauth_uri);
        assert!(setup.otpauth_uri.contains(&format!("secret={}", setup.secret)), "{}", setup.otpauth_uri);
        assert!(setup.otpauth_uri.contains("issuer=PulseChat"), "{}", setup.otpauth_uri);
        assert!(setup.qr_png.starts_with(b"\x89PNG\r\n\x1a\n"));
    }

    #[test]
    fn a_secret_is_opened_for_its_owner_alone() {
        let [ada, grace] = [(); 2].map(|()| UserId::new(&SystemClock));
        let key = SealingKey::new([1; 32]);
        let secret = TotpSecret::generate().expect("random");
        let sealed = secret.seal(&key, ada).expect("sealed");
        assert_eq!(TotpSecret::open(&key, ada, &sealed).expect("opened"), secret);
        assert!(TotpSecret::open(&key, grace, &sealed).is_err());
        assert_eq!(format!("{secret:?}"), "TotpSecret(..)");
    }

    #[test]
    fn a_recovery_code_is_read_as_people_type_it() {
        let code = RecoveryCode::generate().expect("random");
        let shown = code.reveal();
        assert_eq!((shown.len(), shown.matches('-').count()), (19, 3));
        for typed in [
            shown.clone(),
            shown.to_uppercase(),
            shown.replace('-', ""),
            format!(" {} ", shown.replace('-', " ")),
        ] {
            assert_eq!(Code::parse(&typed), Code::Recovery(code.clone()), "{typed}");
        }
        assert_eq!(RecoveryCode::parse("OIL0-0000-0000-0000"), RecoveryCode::parse("0110-0000-0000-0000"));
        let owner = UserId::new(&SystemClock);
        assert_ne!(code.hash(owner), code.hash(UserId::new(&SystemClock)));
        assert_eq!(Code::parse(" 123 456 "), Code::Totp("123456".to_owned()));
        for garbled in ["", "12345", "1234567", "+12345", "abcd-efgh", "uuuu-uuuu-uuuu-uuuu", "１２３４５６"]
        {
            assert_eq!(Code::parse(garbled), Code::Garbled, "{garbled}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_without_harm(typed in ".{0,80}") {
            if let Some(code) = RecoveryCode::parse(&typed) {
                prop_assert_eq!(RecoveryCode::parse(&code.reveal()), Some(code));
            }
            let _ = Code::parse(&typed);
        }
    }
}
