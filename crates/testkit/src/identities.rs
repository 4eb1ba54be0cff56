//! Keys of all services, for a test that plays some of them.

use std::sync::Arc;

use anyhow::Context as _;
use pulse_launcher::keys::ServiceKey;
use pulse_rpc::{Callers, Identity, ServiceName};

const ALL: [ServiceName; 5] = [
    ServiceName::Auth,
    ServiceName::SocialGraph,
    ServiceName::MessageStore,
    ServiceName::Gateway,
    ServiceName::Operator,
];

/// A fresh key pair for every service. The service under test takes its seed and `callers`; the test calls it with the
/// identity of whom it plays.
#[derive(Debug)]
pub struct TestIdentities {
    keys: Vec<(ServiceName, ServiceKey)>,
}

impl TestIdentities {
    /// New keys.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> anyhow::Result<Self> {
        let keys = ALL.into_iter().map(|name| Ok((name, ServiceKey::generate()?)));
        Ok(Self { keys: keys.collect::<anyhow::Result<_>>()? })
    }

    /// `PULSE_SERVICE_KEY` of this service.
    ///
    /// # Errors
    /// Never: every service has one.
    pub fn seed(&self, name: ServiceName) -> anyhow::Result<&str> {
        let found = self.keys.iter().find(|(owner, _)| *owner == name);
        Ok(found.context("no such service")?.1.seed())
    }

    /// To call as this service.
    ///
    /// # Errors
    /// Never: the keys were made here.
    pub fn identity(&self, name: ServiceName) -> anyhow::Result<Arc<Identity>> {
        Ok(Arc::new(Identity::from_seed(name, self.seed(name)?)?))
    }

    /// `PULSE_SERVICE_CALLERS`.
    #[must_use]
    pub fn callers_text(&self) -> String {
        let entries: Vec<_> =
            self.keys.iter().map(|(name, key)| format!("{name}={}", key.public())).collect();
        entries.join(",")
    }

    /// To know all of them by.
    ///
    /// # Errors
    /// Never: the keys were made here.
    pub fn callers(&self) -> anyhow::Result<Callers> {
        Ok(self.callers_text().parse()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_played_service_is_known_to_the_others() {
        let identities = TestIdentities::generate().unwrap();
        let token = identities.identity(ServiceName::Gateway).unwrap().token(ServiceName::Auth).unwrap();
        let caller = identities.callers().unwrap().verify(&token, ServiceName::Auth);
        assert_eq!(caller.ok(), Some(ServiceName::Gateway));
    }
}
