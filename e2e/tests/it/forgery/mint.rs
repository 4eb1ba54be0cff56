//! Signs whatever it is told, with the real key of a running system and with keys of its own.

use anyhow::Context as _;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pulse_testkit::Stack;
use serde_json::{Map, Value};
use sqlx::{Connection as _, Row as _};

/// What a forger has, and more: also the real key.
pub(crate) struct Mint {
    real: Ed25519KeyPair,
    /// A key of the forger.
    pub(crate) own: Ed25519KeyPair,
    /// `kid` of the real key.
    pub(crate) kid: String,
    /// A token that is accepted.
    pub(crate) good: String,
    /// Its header.
    pub(crate) header: Map<String, Value>,
    /// Its claims.
    pub(crate) claims: Map<String, Value>,
}

impl Mint {
    /// Takes the key out of the database, as somebody would who holds its secrets, and a token that was granted.
    pub(crate) async fn steal(stack: &Stack, good: &str) -> anyhow::Result<Self> {
        let secrets: Value = serde_json::from_slice(&std::fs::read(stack.data_dir().join("secrets.json"))?)?;
        let sealing_key = URL_SAFE_NO_PAD.decode(secrets["auth.sealing-key"].as_str().context("no key")?)?;
        let header: Map<_, _> = part(good, 0)?;
        let kid = header["kid"].as_str().context("no kid")?.to_owned();
        let options: sqlx::postgres::PgConnectOptions = stack.description()?.postgres.url.parse()?;
        let mut database = sqlx::PgConnection::connect_with(&options.database("auth")).await?;
        let row = sqlx::query(
            "SELECT uuid_send(key_id) AS owner, sealed_seed FROM signing_keys WHERE key_id::text = $1",
        )
        .bind(&kid)
        .fetch_one(&mut database)
        .await?;
        let seed = open(&sealing_key, row.get("owner"), row.get("sealed_seed"))?;
        Ok(Self {
            real: Ed25519KeyPair::from_seed_unchecked(&seed)?,
            own: Ed25519KeyPair::generate()?,
            kid,
            good: good.to_owned(),
            claims: part(good, 1)?,
            header,
        })
    }

    /// The real public key.
    pub(crate) fn public_key(&self) -> &[u8] {
        self.real.public_key().as_ref()
    }

    /// A token of this header and these claims with the real signature.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// The same of any texts.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        signed(header, claims, |message| self.real.sign(message).as_ref().to_vec())
    }

    /// A token of this header and the good claims, signed by the forger.
    pub(crate) fn sign_own(&self, header: &Value) -> String {
        signed(&header.to_string(), &Value::from(self.claims.clone()).to_string(), |message| {
            self.own.sign(message).as_ref().to_vec()
        })
    }

    /// The good header with changes; `null` takes a field away.
    pub(crate) fn header_with(&self, changes: Value) -> Value {
        merge(&self.header, changes)
    }

    /// The good claims with changes; `null` takes a field away.
    pub(crate) fn claims_with(&self, changes: Value) -> Value {
        merge(&self.claims, changes)
    }

    /// The good token with other claims, signed by the real key.
    pub(crate) fn claiming(&self, changes: Value) -> String {
        self.sign(&self.header.clone().into(), &self.claims_with(changes))
    }

    /// The good token with another header, signed by the real key.
    pub(crate) fn headed(&self, changes: Value) -> String {
        self.sign(&self.header_with(changes), &self.claims.clone().into())
    }

    /// Header, claims and signature of the good token as they stand in it.
    pub(crate) fn parts(&self) -> [&str; 3] {
        let mut parts = self.good.split('.');
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    }

    /// The bytes of the good signature.
    pub(crate) fn signature(&self) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(self.parts()[2]).expect("a signature")
    }
}

/// A token whose signature `sign` makes.
pub(crate) fn signed(header: &str, claims: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn merge(base: &Map<String, Value>, changes: Value) -> Value {
    let mut merged = base.clone();
    for (name, value) in changes.as_object().cloned().unwrap_or_default() {
        match value {
            Value::Null => drop(merged.remove(&name)),
            value => drop(merged.insert(name, value)),
        }
    }
    merged.into()
}

fn part(token: &str, index: usize) -> anyhow::Result<Map<String, Value>> {
    let text = token.split('.').nth(index).context("no JWT")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text)?)?)
}

/// What auth sealed for `owner`: nonce, ciphertext, tag of AES-256-GCM.
fn open(key: &[u8], owner: Vec<u8>, mut sealed: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key)?;
    let mut rest = sealed.split_off(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(&sealed)?;
    Ok(key.open_in_place(nonce, Aad::from(owner), &mut rest)?.to_vec())
}
