//! Who may call which method.

use crate::caller::ServiceName;

/// The list of callers of each method of a server, by the method's path on the wire
/// (`/pulsechat.auth.v1.AuthService/Login`). A method that is not listed is refused to everybody.
#[derive(Debug, Clone, Copy)]
pub struct MethodPolicy(pub &'static [(&'static str, &'static [ServiceName])]);

/// Paths that need no caller: health and reflection, for probes and people with grpcurl.
const OPEN: &[&str] = &[
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1.ServerReflection/",
    "/grpc.reflection.v1alpha.ServerReflection/",
];

impl MethodPolicy {
    /// Whether anybody may call it.
    #[must_use]
    pub fn is_open(path: &str) -> bool {
        OPEN.iter().any(|prefix| path.starts_with(prefix))
    }

    /// The names of the services whose methods are listed (`pulsechat.auth.v1.AuthService`), sorted.
    #[must_use]
    pub fn services(&self) -> Vec<&'static str> {
        let names = self.0.iter().filter_map(|(path, _)| path.trim_start_matches('/').split('/').next());
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The callers of a method; `None` for a method that is not listed.
    #[must_use]
    pub fn callers(&self, path: &str) -> Option<&'static [ServiceName]> {
        self.0.iter().find(|(listed, _)| *listed == path).map(|(_, callers)| *callers)
    }
}
