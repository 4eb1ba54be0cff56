//! Which mails are written, and what each one tells. How they look is in `templates/`, how they leave in `mailing.rs`.

use std::time::Duration;

use time::OffsetDateTime;

use crate::domain::account::Account;
use crate::domain::mail_token::{MailToken, TokenKind};
use crate::domain::session::ClientInfo;
use pulse_types::UserId;

/// How long a mail without a link is worth delivering.
const NOTICE_TTL: Duration = Duration::from_secs(24 * 3600);

/// Whom a mail is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Whose account it concerns.
    pub user_id: UserId,
    /// What the account is called.
    pub username: String,
    /// Where the mail goes, as it was typed.
    pub email: String,
}

impl Recipient {
    /// The owner of an account at its present address; `None` when it has no verified one: nobody else is to be told.
    #[must_use]
    pub fn verified(account: &Account) -> Option<Self> {
        let email = account.email.as_ref().filter(|_| account.is_email_verified)?;
        Some(Self { user_id: account.user_id, username: account.username.clone(), email: email.clone() })
    }
}

/// A mail and what it tells. It prints no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mail {
    /// The link that shows an address to be its account's.
    VerifyEmail {
        /// Goes into the link.
        token: MailToken,
    },
    /// The link that sets a new password.
    ResetPassword {
        /// Goes into the link.
        token: MailToken,
    },
    /// To the owner of an address that somebody gave for another account.
    EmailInUse,
    /// To the old address: another one was asked for.
    EmailChange {
        /// The address that was asked for; absent when the old one may be a stranger's.
        new: Option<String>,
    },
    /// Somebody signed in on a device that the account had not seen.
    NewDevice {
        /// What the device said of itself.
        client: ClientInfo,
        /// When.
        at: OffsetDateTime,
    },
    /// The password was changed, set or reset.
    PasswordChanged,
    /// The second factor was turned on.
    FactorEnabled,
    /// The second factor was turned off.
    FactorDisabled,
    /// There are new recovery codes.
    RecoveryCodesReplaced,
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// How many there are left.
        left: u32,
    },
    /// A way to sign in was added.
    IdentityLinked {
        /// The provider's name.
        provider: String,
    },
    /// A way to sign in was taken away.
    IdentityUnlinked {
        /// The provider's name.
        provider: String,
    },
    /// The account is being deleted.
    AccountDeleted,
}

impl Mail {
    /// The header `X-PulseChat-Mail`; also the name of its templates and its label in metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::ResetPassword { .. } => "reset_password",
            Self::EmailInUse => "email_in_use",
            Self::EmailChange { .. } => "email_change",
            Self::NewDevice { .. } => "new_device",
            Self::PasswordChanged => "password_changed",
            Self::FactorEnabled => "second_factor_enabled",
            Self::FactorDisabled => "second_factor_disabled",
            Self::RecoveryCodesReplaced => "recovery_codes_replaced",
            Self::RecoveryCodeUsed { .. } => "recovery_code_used",
            Self::IdentityLinked { .. } => "identity_linked",
            Self::IdentityUnlinked { .. } => "identity_unlinked",
            Self::AccountDeleted => "account_deleted",
        }
    }

    /// Its subject line.
    #[must_use]
    pub const fn subject(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "Confirm your address",
            Self::ResetPassword { .. } => "Set a new password",
            Self::EmailInUse => "Your address is already in use",
            Self::EmailChange { .. } => "Your address is about to change",
            Self::NewDevice { .. } => "New sign-in to your account",
            Self::PasswordChanged => "Your password was changed",
            Self::FactorEnabled => "Two-step sign-in is on",
            Self::FactorDisabled => "Two-step sign-in is off",
            Self::RecoveryCodesReplaced => "You have new recovery codes",
            Self::RecoveryCodeUsed { .. } => "A recovery code was used",
            Self::IdentityLinked { .. } => "A way to sign in was added",
            Self::IdentityUnlinked { .. } => "A way to sign in was removed",
            Self::AccountDeleted => "Your account is being deleted",
        }
    }

    /// How long it is worth delivering: a link no longer than it works.
    #[must_use]
    pub const fn ttl(&self) -> Duration {
        match self {
            Self::VerifyEmail { .. } => TokenKind::VerifyEmail.ttl(),
            Self::ResetPassword { .. } => TokenKind::ResetPassword.ttl(),
            _ => NOTICE_TTL,
        }
    }
}

/// What a person recognises a device by. Nothing of what the device sent is repeated: whoever knows a password must not be
/// able to write into the owner's mail.
#[must_use]
pub fn describe_device(user_agent: &str) -> String {
    // Order matters: Edge and Opera also say Chrome, Chrome also says Safari.
    const BROWSERS: &[(&str, &str)] = &[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: &[(&str, &str)] = &[
        ("Android", "Android"),
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("an app on {system}"),
        (None, None) => "an unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_described_in_our_own_words() {
        let cases = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on an iPhone",
            ),
            ("Your account is locked, see http://evil.example", "an unknown device"),
            ("a\r\nBcc: x@example.org\r\n Linux", "an app on Linux"),
            ("", "an unknown device"),
        ];
        for (user_agent, expected) in cases {
            assert_eq!(describe_device(user_agent), expected);
        }
    }
}
