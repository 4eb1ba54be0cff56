//! Signatures that are not the token's, or not the whole of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::mint::Mint;
use super::{Forged, named};

/// The order of Ed25519's group, lowest byte first (RFC 8032 section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn all(mint: &Mint) -> Vec<Forged> {
    let [header, claims, signature] = mint.parts();
    let with = |bytes: &[u8]| format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(bytes));
    let real = mint.signature();
    let (r, s) = real.split_at(32);
    let mut flipped = real.clone();
    flipped[0] ^= 1;
    // Of small order: the neutral element as R, and S = 0.
    let mut neutral = vec![0; 64];
    neutral[0] = 1;
    let list = named([
        ("no signature", format!("{header}.{claims}.")),
        ("no third part", format!("{header}.{claims}")),
        ("zeros", with(&[0; 64])),
        ("ones", with(&[0xff; 64])),
        ("the neutral element", with(&neutral)),
        ("one bit flipped", with(&flipped)),
        ("a byte short", with(&real[..63])),
        ("half", with(r)),
        ("a byte long", with(&[real.as_slice(), &[0]].concat())),
        ("twice", with(&[real.as_slice(), &real].concat())),
        ("halves swapped", with(&[s, r].concat())),
        ("S above the order", with(&[r, &plus_order(s)].concat())),
        ("a fourth part", format!("{header}.{claims}.{signature}.{signature}")),
        ("five parts, as if encrypted", format!("{header}.{claims}.{signature}.{claims}.{signature}")),
    ]);
    let altered = [
        ("sub", json!({"sub": "0190a5c6-7c1f-7000-8000-000000000001"})),
        ("sid", json!({"sid": "0190a5c6-7c1f-7000-8000-000000000001"})),
        ("roles", json!({"roles": ["operator"]})),
        ("exp", json!({"exp": 4_102_444_800_i64})),
        ("jti", json!({"jti": "mine"})),
    ];
    let altered = altered.into_iter().map(|(name, changes)| {
        let claims = URL_SAFE_NO_PAD.encode(mint.claims_with(changes).to_string());
        (format!("{name} altered under the old signature"), format!("{header}.{claims}.{signature}"))
    });
    let header = URL_SAFE_NO_PAD.encode(mint.header_with(json!({"x": 1})).to_string());
    let under =
        ("another header under the old signature".to_owned(), format!("{header}.{claims}.{signature}"));
    list.into_iter().chain(altered).chain([under]).collect()
}

/// The same point with another number, which RFC 8032 section 5.1.7 refuses.
fn plus_order(s: &[u8]) -> Vec<u8> {
    let mut carry = 0_u16;
    let digits = s.iter().zip(ORDER).map(|(digit, order)| {
        let sum = u16::from(*digit) + u16::from(order) + carry;
        carry = sum >> 8;
        sum.to_le_bytes()[0]
    });
    digits.collect()
}
