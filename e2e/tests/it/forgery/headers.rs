//! Headers that name another algorithm, another key, or none.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding,
};
use aws_lc_rs::{hmac, rsa};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::mint::{Mint, signed};
use super::{Forged, named};

/// DER of an Ed25519 public key up to the key (RFC 8410).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

pub(super) fn all(mint: &Mint) -> Vec<Forged> {
    [
        no_algorithm(mint),
        shared_secret(mint),
        other_algorithms(mint),
        other_keys(mint),
        own_keys(mint),
        extensions(mint),
    ]
    .concat()
}

fn claims(mint: &Mint) -> String {
    Value::from(mint.claims.clone()).to_string()
}

fn no_algorithm(mint: &Mint) -> Vec<Forged> {
    let mut list = Vec::new();
    for spelling in ["none", "None", "NONE", "nOnE", "none ", ""] {
        let header = mint.header_with(json!({"alg": spelling})).to_string();
        list.push((
            format!("alg `{spelling}`, no signature"),
            signed(&header, &claims(mint), |_| Vec::new()),
        ));
        let with = format!("{}{}", signed(&header, &claims(mint), |_| Vec::new()), mint.parts()[2]);
        list.push((format!("alg `{spelling}`, the signature of another token"), with));
        list.push((format!("alg `{spelling}`, the real signature"), mint.headed(json!({"alg": spelling}))));
    }
    for (name, alg) in [
        ("missing", Value::Null),
        ("a list", json!(["EdDSA"])),
        ("a number", json!(1)),
        ("true", json!(true)),
    ] {
        list.push((format!("alg is {name}"), mint.headed(json!({"alg": alg}))));
    }
    for spelling in ["eddsa", "EDDSA", "EdDSA ", "Ed25519", "Ed448", "HS256", "RS256", "ES256"] {
        list.push((
            format!("the real signature under alg `{spelling}`"),
            mint.headed(json!({"alg": spelling})),
        ));
    }
    list
}

/// The public key taken for a shared secret, in every form in which a library may hold it.
fn shared_secret(mint: &Mint) -> Vec<Forged> {
    let key = mint.public_key();
    let der = [SPKI_PREFIX.as_slice(), key].concat();
    let x = URL_SAFE_NO_PAD.encode(key);
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": mint.kid, "x": x});
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let forms = [
        ("raw", key.to_vec()),
        ("base64url", x.clone().into_bytes()),
        ("hex", key.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()),
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last line end", pem.trim_end().as_bytes().to_vec()),
        ("DER", der),
        ("JWK", jwk.to_string().into_bytes()),
        ("JWKS", json!({"keys": [jwk]}).to_string().into_bytes()),
        ("empty", Vec::new()),
    ];
    let algorithms =
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)];
    let mut list = Vec::new();
    for (form, secret) in &forms {
        for (alg, algorithm) in algorithms {
            let header = mint.header_with(json!({"alg": alg})).to_string();
            let key = hmac::Key::new(algorithm, secret);
            let token = signed(&header, &claims(mint), |message| hmac::sign(&key, message).as_ref().to_vec());
            list.push((format!("{alg} with the public key as {form}"), token));
        }
    }
    list
}

fn other_algorithms(mint: &Mint) -> Vec<Forged> {
    let random = SystemRandom::new();
    let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).expect("a key");
    let with_rsa = |alg: &str, padding: &'static dyn RsaEncoding| {
        signed(&mint.header_with(json!({"alg": alg})).to_string(), &claims(mint), |message| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(padding, &random, message, &mut signature).expect("signed");
            signature
        })
    };
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let curve = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).expect("a key");
    let es256 = signed(&mint.header_with(json!({"alg": "ES256"})).to_string(), &claims(mint), |message| {
        curve.sign(&random, message).expect("signed").as_ref().to_vec()
    });
    named([
        ("RS256 with a key of one's own", with_rsa("RS256", &RSA_PKCS1_SHA256)),
        ("PS256 with a key of one's own", with_rsa("PS256", &RSA_PSS_SHA256)),
        ("ES256 with a key of one's own", es256),
    ])
}

/// The real signature under a key id that is not the key's.
fn other_keys(mint: &Mint) -> Vec<Forged> {
    let kids = [
        Value::Null,
        json!(""),
        json!(1),
        json!([mint.kid]),
        json!(mint.kid.to_uppercase()),
        json!(format!("{} ", mint.kid)),
        json!("0190a5c6-7c1f-7000-8000-000000000001"),
        json!("../../../../dev/null"),
        json!("x' UNION SELECT 'AAAA"),
        json!("http://127.0.0.1/jwks.json"),
    ];
    kids.into_iter().map(|kid| (format!("kid is {kid}"), mint.headed(json!({"kid": kid})))).collect()
}

/// Keys that the token itself brings along.
fn own_keys(mint: &Mint) -> Vec<Forged> {
    let x = URL_SAFE_NO_PAD.encode(mint.own.public_key().as_ref());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": mint.kid, "x": x});
    let der = [SPKI_PREFIX.as_slice(), mint.own.public_key().as_ref()].concat();
    let elsewhere = "http://127.0.0.1:1/jwks.json";
    let bring = |changes: Value| mint.sign_own(&mint.header_with(changes));
    named([
        ("a key of one's own under the real kid", bring(json!({}))),
        ("jwk", bring(json!({"jwk": jwk}))),
        ("jwk without kid", bring(json!({"jwk": jwk, "kid": null}))),
        ("jwk under a new kid", bring(json!({"jwk": jwk, "kid": "mine"}))),
        ("jku", bring(json!({"jku": elsewhere}))),
        ("jku under a new kid", bring(json!({"jku": elsewhere, "kid": "mine"}))),
        ("x5u", bring(json!({"x5u": elsewhere}))),
        ("x5c", bring(json!({"x5c": [STANDARD.encode(der)]}))),
        ("x5t", bring(json!({"x5t": "AAAA", "x5t#S256": "AAAA"}))),
    ])
}

/// The real signature under a header that asks for something else.
fn extensions(mint: &Mint) -> Vec<Forged> {
    named([
        ("typ JWT", mint.headed(json!({"typ": "JWT"}))),
        ("no typ", mint.headed(json!({"typ": null}))),
        ("typ of a refresh token", mint.headed(json!({"typ": "rt+jwt"}))),
        ("typ is a list", mint.headed(json!({"typ": ["at+jwt"]}))),
        ("crit exp", mint.headed(json!({"crit": ["exp"]}))),
        ("crit unknown", mint.headed(json!({"crit": ["urn:example:new"], "urn:example:new": 1}))),
        ("crit b64", mint.headed(json!({"crit": ["b64"], "b64": false}))),
        ("crit empty", mint.headed(json!({"crit": []}))),
        ("crit is a text", mint.headed(json!({"crit": "exp"}))),
    ])
}
