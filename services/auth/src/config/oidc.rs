//! Settings of outside providers: `PULSE_AUTH_OIDC_<ID>_{ISSUER,CLIENT_ID,CLIENT_SECRET,NAME}`, any number of them.

use std::collections::BTreeSet;

use pulse_runtime::Reader;

use crate::domain::oidc::provider::{Issuer, ProviderId, ProviderSettings};

const PREFIX: &str = "PULSE_AUTH_OIDC_";
const SUFFIXES: [&str; 4] = ["_ISSUER", "_CLIENT_ID", "_CLIENT_SECRET", "_NAME"];
/// A preset: only the client has to be told.
const GOOGLE: &str = "GOOGLE";
const GOOGLE_ISSUER: &str = "https://accounts.google.com";

/// Reads all providers; none is as good as any. Faults are kept by the reader.
pub(super) fn read(read: &mut Reader) -> Option<Vec<ProviderSettings>> {
    let mut ids = BTreeSet::new();
    let mut is_faulty = false;
    for name in read.names(PREFIX) {
        let rest = name.strip_prefix(PREFIX).unwrap_or_default();
        match SUFFIXES.iter().find_map(|suffix| rest.strip_suffix(suffix)) {
            Some(id)
                if id == id.to_ascii_uppercase() && ProviderId::parse(&id.to_ascii_lowercase()).is_some() =>
            {
                ids.insert(id.to_owned());
            }
            _ => {
                read.fault(format!(
                    "{name} is no setting; a provider has {PREFIX}<ID> with {}, and an ID of up to 32 characters A-Z, 0-9, _",
                    SUFFIXES.join(", ")
                ));
                is_faulty = true;
            }
        }
    }
    let providers: Vec<_> = ids.iter().map(|id| provider(read, id)).collect();
    let providers: Vec<_> = providers.into_iter().collect::<Option<_>>()?;
    for (index, one) in providers.iter().enumerate() {
        if let Some(other) = providers.iter().take(index).find(|other| other.issuer == one.issuer) {
            read.fault(format!(
                "{PREFIX}*_ISSUER: {} and {} are the same issuer; its people could not be told apart",
                other.provider_id, one.provider_id
            ));
            is_faulty = true;
        }
    }
    (!is_faulty).then_some(providers)
}

fn provider(read: &mut Reader, id: &str) -> Option<ProviderSettings> {
    let provider_id = ProviderId::parse(&id.to_ascii_lowercase())?;
    let is_google = id == GOOGLE;
    let issuer_name = format!("{PREFIX}{id}_ISSUER");
    let issuer: Option<Issuer> = match GOOGLE_ISSUER.parse() {
        Ok(google) if is_google => read.or(&issuer_name, google),
        _ => read.required(&issuer_name),
    };
    let name = if is_google { "Google" } else { provider_id.as_str() };
    let name = read.or(&format!("{PREFIX}{id}_NAME"), name.to_owned());
    let client_id = read.required(&format!("{PREFIX}{id}_CLIENT_ID"));
    let client_secret = read.secret(&format!("{PREFIX}{id}_CLIENT_SECRET"));
    Some(ProviderSettings {
        provider_id,
        issuer: issuer?,
        client_id: client_id?,
        client_secret: client_secret?,
        name: name?,
    })
}

#[cfg(test)]
mod tests {
    use pulse_runtime::SettingsError;

    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Result<Vec<ProviderSettings>, SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| (format!("{PREFIX}{name}"), *value));
        let mut reader = Reader::from_pairs(pairs);
        let providers = read(&mut reader);
        reader.finish(|| providers)
    }

    #[test]
    fn google_needs_only_its_client_and_others_their_issuer_too() {
        let providers = settings(&[
            ("GOOGLE_CLIENT_ID", "g"),
            ("GOOGLE_CLIENT_SECRET", "s"),
            ("MY_IDP_ISSUER", "https://idp.example"),
            ("MY_IDP_CLIENT_ID", "m"),
            ("MY_IDP_CLIENT_SECRET", "s"),
            ("UNUSED_CLIENT_ID", ""),
        ])
        .expect("two providers");
        let told: Vec<_> =
            providers.iter().map(|p| (p.provider_id.as_str(), p.issuer.as_str(), p.name.as_str())).collect();
        let expected = [("google", GOOGLE_ISSUER, "Google"), ("my_idp", "https://idp.example", "my_idp")];
        assert_eq!(told, expected);
        assert!(!format!("{providers:?}").contains("\"s\""));
        let near = settings(&[
            ("GOOGLE_ISSUER", "http://127.0.0.1:3000"),
            ("GOOGLE_NAME", "Test"),
            ("GOOGLE_CLIENT_ID", "g"),
            ("GOOGLE_CLIENT_SECRET", "s"),
        ])
        .expect("one");
        assert_eq!((near[0].issuer.as_str(), near[0].name.as_str()), ("http://127.0.0.1:3000", "Test"));
        assert!(settings(&[]).expect("none").is_empty());
    }

    #[test]
    fn faults_are_told() {
        let faults = |pairs: &[(&str, &str)]| settings(pairs).expect_err("faults").to_string();
        let text = faults(&[
            ("X_CLIENT_ID", "x"),
            ("X_ISSUER", "http://idp.example"),
            ("Y_REALM", "z"),
            ("z_NAME", "z"),
        ]);
        for name in
            ["X_CLIENT_SECRET is not set", "X_ISSUER", "Y_REALM is no setting", "z_NAME is no setting"]
        {
            assert!(text.contains(name), "{name}: {text}");
        }
        let same = |id: &str| {
            [("ISSUER", "https://idp.example"), ("CLIENT_ID", "c"), ("CLIENT_SECRET", "s")]
                .map(|(name, value)| (format!("{id}_{name}"), value))
        };
        let pairs: Vec<_> = same("A").into_iter().chain(same("B")).collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert!(faults(&pairs).contains("the same issuer"));
    }
}
