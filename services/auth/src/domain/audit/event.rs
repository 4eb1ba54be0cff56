//! What the audit log tells of: every kind of event, by the name that is stored and shown.

macro_rules! security_events {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SecurityEvent { $($(#[$doc])* $name,)* }

        impl SecurityEvent {
            /// Every one there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As it is stored, and as people see it in their security history.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

security_events! {
    /// An account was made.
    AccountRegistered = "account.registered";
    /// The username was changed.
    AccountRenamed = "account.renamed";
    /// The account was deleted.
    AccountDeleted = "account.deleted";
    /// All data of the account was asked for.
    AccountExportRequested = "account.export_requested";
    /// Somebody signed in.
    SessionStarted = "session.started";
    /// A session was ended before its time.
    SessionEnded = "session.ended";
    /// All sessions but one were ended.
    SessionEndedOthers = "session.ended_others";
    /// Somebody failed to sign in.
    SignInFailed = "sign_in.failed";
    /// Too many failures locked the sign-in.
    SignInLocked = "sign_in.locked";
    /// An old refresh token was used; that ended its session.
    SessionTokenReused = "session.token_reused";
    /// The password was changed, or the first one set.
    PasswordChanged = "password.changed";
    /// A link to reset the password was asked for.
    PasswordResetRequested = "password.reset_requested";
    /// The password was reset by mail.
    PasswordReset = "password.reset";
    /// Another address was asked for.
    EmailChangeRequested = "email.change_requested";
    /// An address was verified.
    EmailVerified = "email.verified";
    /// A verified address took the place of the old one.
    EmailChanged = "email.changed";
    /// A second factor waits for its first code.
    FactorStarted = "factor.started";
    /// The second factor is active.
    FactorEnabled = "factor.enabled";
    /// The second factor was turned off.
    FactorDisabled = "factor.disabled";
    /// A code of the second factor was wrong.
    FactorFailed = "factor.failed";
    /// Too many wrong codes locked the second factor.
    FactorLocked = "factor.locked";
    /// New recovery codes took the place of the old ones.
    RecoveryCodesReplaced = "recovery_codes.replaced";
    /// A recovery code was used.
    RecoveryCodeUsed = "recovery_code.used";
    /// An outside identity was linked.
    IdentityLinked = "identity.linked";
    /// An outside identity was unlinked.
    IdentityUnlinked = "identity.unlinked";
    /// An operator gave the account a role.
    RoleGranted = "role.granted";
    /// An operator took a role from the account.
    RoleRevoked = "role.revoked";
    /// A signing key was made that takes over from the one before.
    SigningKeyRotated = "signing_key.rotated";
    /// A signing key was withdrawn at once.
    SigningKeyWithdrawn = "signing_key.withdrawn";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_has_a_name_of_its_own() {
        let mut names: Vec<_> = SecurityEvent::ALL.iter().map(|event| event.as_str()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
