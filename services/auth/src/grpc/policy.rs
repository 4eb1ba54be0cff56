//! Who may call what.

use pulse_rpc::{MethodPolicy, ServiceName};

/// Gateways bring people's requests; operators may look.
const EDGE: &[ServiceName] = &[ServiceName::Gateway, ServiceName::Operator];
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
]);
