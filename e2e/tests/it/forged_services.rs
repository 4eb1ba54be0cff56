//! No forged service token is accepted by a service's own door, and a real one opens only what its service may call.

use anyhow::Context as _;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_proto::auth::v1::CheckSessionsRequest;
use pulse_proto::auth::v1::auth_service_client::AuthServiceClient;
use pulse_testkit::{Stack, StackOptions};
use pulse_types::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request};

use crate::forgery::{Forged, signed};
use crate::people::{gateway_url, sign_up};

/// Calls a method that gateways alone may call.
async fn check_sessions(client: &AuthServiceClient<Channel>, token: Option<&str>) -> anyhow::Result<Code> {
    let mut request = Request::new(CheckSessionsRequest::default());
    if let Some(token) = token {
        request.metadata_mut().insert("pulse-service-token", MetadataValue::try_from(token)?);
    }
    Ok(match client.clone().check_sessions(request).await {
        Ok(_) => Code::Ok,
        Err(status) => status.code(),
    })
}

struct Seeds(Value);

impl Seeds {
    fn pair(&self, service: &str) -> anyhow::Result<Ed25519KeyPair> {
        let seed = self.0[format!("{service}.service-key")].as_str().context("no such key")?;
        Ok(Ed25519KeyPair::from_seed_unchecked(&URL_SAFE_NO_PAD.decode(seed)?)?)
    }
}

/// Tokens of gateways that gateways did not sign, and others that they did.
fn forgeries(gateway: &Ed25519KeyPair, now: i64, access_token: &str) -> anyhow::Result<Vec<Forged>> {
    let own = Ed25519KeyPair::generate()?;
    let header = json!({"typ": "JWT", "alg": "EdDSA"});
    let claims = json!({"iss": "gateway", "aud": "auth", "exp": now + 50});
    let with = |header: &Value, claims: &Value, key: &Ed25519KeyPair| {
        signed(&header.to_string(), &claims.to_string(), |message| key.sign(message).as_ref().to_vec())
    };
    let claiming = |name: &str, value: Value| {
        let mut claims = claims.clone();
        match value {
            Value::Null => drop(claims.as_object_mut().and_then(|claims| claims.remove(name))),
            value => claims[name] = value,
        }
        with(&header, &claims, gateway)
    };
    let mac = |secret: &[u8], alg: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        signed(&json!({"alg": alg}).to_string(), &claims.to_string(), |message| {
            hmac::sign(&key, message).as_ref().to_vec()
        })
    };
    let good = with(&header, &claims, gateway);
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(own.public_key().as_ref())});
    let public_key = gateway.public_key().as_ref();
    let list = [
        ("nothing", String::new()),
        ("a word", "gateway".to_owned()),
        ("no signature", good.rsplit_once('.').map(|(message, _)| format!("{message}.")).unwrap_or_default()),
        ("alg none", signed(&json!({"alg": "none"}).to_string(), &claims.to_string(), |_| Vec::new())),
        ("alg None", signed(&json!({"alg": "None"}).to_string(), &claims.to_string(), |_| Vec::new())),
        ("another key", with(&header, &claims, &own)),
        ("another key that it brings along", with(&json!({"alg": "EdDSA", "jwk": jwk}), &claims, &own)),
        ("HS256 with the public key", mac(public_key, "HS256")),
        ("HS256 with the public key as text", mac(URL_SAFE_NO_PAD.encode(public_key).as_bytes(), "HS256")),
        ("the real signature under HS256", with(&json!({"alg": "HS256"}), &claims, gateway)),
        ("for another service", claiming("aud", json!("social-graph"))),
        ("for all services", claiming("aud", json!("*"))),
        ("for nobody", claiming("aud", Value::Null)),
        ("in the name of an operator", claiming("iss", json!("operator"))),
        ("in the name of the service itself", claiming("iss", json!("auth"))),
        ("in nobody's name", claiming("iss", Value::Null)),
        ("in an unknown name", claiming("iss", json!("mallory"))),
        ("over for long", claiming("exp", json!(now - 3600))),
        ("over", claiming("exp", json!(now - 30))),
        ("living for a day", claiming("exp", json!(now + 86_400))),
        ("living for ever", claiming("exp", json!(i64::MAX))),
        ("without an end", claiming("exp", Value::Null)),
        ("with an end in words", claiming("exp", json!("tomorrow"))),
        ("one letter altered", good.replacen('.', ".e", 1)),
        ("cut short", good[..good.len() - 2].to_owned()),
        ("with more behind", format!("{good}AA")),
        ("an access token", access_token.to_owned()),
    ];
    Ok(list.into_iter().map(|(name, token)| (name.to_owned(), token)).collect())
}

#[tokio::test]
async fn no_forged_service_token_opens_a_service() -> anyhow::Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    let ada = sign_up(&gateway_url(&stack, 0)?, "ada").await?;
    let seeds = Seeds(serde_json::from_slice(&std::fs::read(stack.data_dir().join("secrets.json"))?)?);
    let address = format!("http://{}", stack.description()?.services.auth.grpc_addr);
    let client = AuthServiceClient::new(Channel::from_shared(address)?.connect().await?);
    let now = SystemClock.now().unix_timestamp();

    let token = |service: &str| -> anyhow::Result<String> {
        let pair = seeds.pair(service)?;
        let claims = json!({"iss": service, "aud": "auth", "exp": now + 50}).to_string();
        Ok(signed(r#"{"typ":"JWT","alg":"EdDSA"}"#, &claims, |message| pair.sign(message).as_ref().to_vec()))
    };
    assert_eq!(check_sessions(&client, Some(&token("gateway")?)).await?, Code::Ok, "a good token");
    // Other services prove who they are, and may not.
    for service in ["social-graph", "message-store"] {
        assert_eq!(
            check_sessions(&client, Some(&token(service)?)).await?,
            Code::PermissionDenied,
            "{service}"
        );
    }

    assert_eq!(check_sessions(&client, None).await?, Code::Unauthenticated);
    for (name, token) in forgeries(&seeds.pair("gateway")?, now, &ada.session.access_token)? {
        assert_eq!(check_sessions(&client, Some(&token)).await?, Code::Unauthenticated, "{name}");
    }
    // A person's token is no service's, wherever it stands.
    let mut request = Request::new(CheckSessionsRequest::default());
    let bearer = format!("Bearer {}", ada.session.access_token);
    request.metadata_mut().insert("authorization", MetadataValue::try_from(bearer)?);
    assert_eq!(
        client.clone().check_sessions(request).await.expect_err("a person").code(),
        Code::Unauthenticated
    );
    Ok(())
}
