//! Who may call what.

use pulse_rpc::{MethodPolicy, ServiceName};

/// Gateways bring people's requests; operators may look.
const EDGE: &[ServiceName] = &[ServiceName::Gateway, ServiceName::Operator];
/// What the command `pulse` alone may do.
const OPERATOR: &[ServiceName] = &[ServiceName::Operator];
/// The public keys are nobody's secret.
const ALL: &[ServiceName] = &[
    ServiceName::Gateway,
    ServiceName::Operator,
    ServiceName::SocialGraph,
    ServiceName::MessageStore,
    ServiceName::Auth,
];

/// The callers of each method.
pub const POLICY: MethodPolicy = MethodPolicy(&[
    ("/pulsechat.auth.v1.AuthService/Register", EDGE),
    ("/pulsechat.auth.v1.AuthService/Login", EDGE),
    ("/pulsechat.auth.v1.AuthService/Refresh", EDGE),
    ("/pulsechat.auth.v1.AuthService/Logout", EDGE),
    ("/pulsechat.auth.v1.AuthService/GetJwks", ALL),
    ("/pulsechat.auth.v1.AuthService/GetAccount", EDGE),
    ("/pulsechat.auth.v1.AuthService/CheckSessions", EDGE),
    ("/pulsechat.auth.v1.IdentityService/ListProviders", EDGE),
    ("/pulsechat.auth.v1.IdentityService/StartFlow", EDGE),
    ("/pulsechat.auth.v1.IdentityService/FinishFlow", EDGE),
    ("/pulsechat.auth.v1.IdentityService/ExchangeCode", EDGE),
    ("/pulsechat.auth.v1.IdentityService/ListIdentities", EDGE),
    ("/pulsechat.auth.v1.IdentityService/UnlinkIdentity", EDGE),
    ("/pulsechat.auth.v1.SessionService/ListSessions", EDGE),
    ("/pulsechat.auth.v1.SessionService/EndSession", EDGE),
    ("/pulsechat.auth.v1.SessionService/EndOtherSessions", EDGE),
    ("/pulsechat.auth.v1.FactorService/VerifyMfa", EDGE),
    ("/pulsechat.auth.v1.FactorService/StartTotp", EDGE),
    ("/pulsechat.auth.v1.FactorService/ActivateTotp", EDGE),
    ("/pulsechat.auth.v1.FactorService/ReplaceRecoveryCodes", EDGE),
    ("/pulsechat.auth.v1.FactorService/DisableTotp", EDGE),
    ("/pulsechat.auth.v1.AccountService/ChangePassword", EDGE),
    ("/pulsechat.auth.v1.AccountService/ForgotPassword", EDGE),
    ("/pulsechat.auth.v1.AccountService/ResetPassword", EDGE),
    ("/pulsechat.auth.v1.AccountService/ChangeEmail", EDGE),
    ("/pulsechat.auth.v1.AccountService/VerifyEmail", EDGE),
    ("/pulsechat.auth.v1.AccountService/ResendVerification", EDGE),
    ("/pulsechat.auth.v1.AccountService/ChangeUsername", EDGE),
    ("/pulsechat.auth.v1.PrivacyService/DeleteAccount", EDGE),
    ("/pulsechat.auth.v1.PrivacyService/StartExport", EDGE),
    ("/pulsechat.auth.v1.PrivacyService/GetExport", EDGE),
    ("/pulsechat.auth.v1.PrivacyService/ReadExport", EDGE),
    ("/pulsechat.auth.v1.AuditService/ListSecurityEvents", EDGE),
    ("/pulsechat.auth.v1.AuditService/VerifyAuditLog", OPERATOR),
    ("/pulsechat.auth.v1.OperatorService/ListSigningKeys", OPERATOR),
    ("/pulsechat.auth.v1.OperatorService/RotateSigningKey", OPERATOR),
    ("/pulsechat.auth.v1.OperatorService/WithdrawSigningKey", OPERATOR),
    ("/pulsechat.auth.v1.OperatorService/SetRole", OPERATOR),
]);
