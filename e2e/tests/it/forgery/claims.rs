//! Claims that are wrong, missing, of the wrong type or there twice, under the real signature.

use serde_json::{Value, json};

use super::Forged;
use super::mint::Mint;

pub(super) fn all(mint: &Mint) -> Vec<Forged> {
    let now = mint.claims["iat"].as_i64().unwrap_or_default();
    let iss = mint.claims["iss"].as_str().unwrap_or_default();
    let mut list = Vec::new();
    let wrong = [
        (
            "iss",
            vec![
                json!("https://evil.example"),
                json!(format!("{iss}/")),
                json!(iss.to_uppercase()),
                json!([iss]),
                json!(1),
                json!(""),
            ],
        ),
        (
            "aud",
            vec![
                json!("another"),
                json!(["another"]),
                json!(["pulsechat", "another"]),
                json!("PULSECHAT"),
                json!(1),
                json!(""),
            ],
        ),
        ("sub", vec![json!("ada"), json!(1), json!(""), json!(["0190a5c6-7c1f-7000-8000-000000000001"])]),
        ("sid", vec![json!("mine"), json!(1), json!("")]),
        (
            "exp",
            vec![
                json!(now - 1),
                json!(0),
                json!(-1),
                json!(now + 300).to_string().into(),
                json!(1e300),
                json!(true),
                json!([now + 300]),
            ],
        ),
        ("nbf", vec![json!(now + 3600), json!(i64::MAX), json!("tomorrow")]),
        ("iat", vec![json!(now + 3600), json!(i64::MAX), json!("now"), json!(-9e300)]),
        ("jti", vec![json!(1), json!([])]),
        ("roles", vec![json!("operator"), json!({"operator": true}), json!([1])]),
    ];
    for (name, values) in wrong {
        for value in values {
            list.push((format!("{name} is {value}"), mint.claiming(json!({name: value}))));
        }
    }
    for name in ["iss", "aud", "sub", "sid", "exp", "iat", "jti"] {
        list.push((format!("no {name}"), mint.claiming(json!({name: null}))));
        let header = Value::from(mint.header.clone()).to_string();
        let nothing = Value::from(mint.claims.clone()).to_string().replacen(
            &format!("\"{name}\":"),
            &format!("\"{name}\":null,\"_{name}\":"),
            1,
        );
        list.push((format!("{name} is null"), mint.sign_text(&header, &nothing)));
        let twice = format!(
            "{{\"{name}\":{},{}",
            mint.claims[name],
            &Value::from(mint.claims.clone()).to_string()[1..]
        );
        list.push((format!("{name} twice"), mint.sign_text(&header, &twice)));
    }
    list.extend(bodies(mint));
    list
}

/// Bodies that are no claims at all, and headers that are there twice.
fn bodies(mint: &Mint) -> Vec<Forged> {
    let header = Value::from(mint.header.clone()).to_string();
    let claims = Value::from(mint.claims.clone()).to_string();
    let texts = ["{}", "[]", "null", "1", "\"claims\"", "", "{", "\u{feff}{}"];
    let mut list: Vec<_> = texts
        .iter()
        .map(|text| (format!("the claims are `{text}`"), mint.sign_text(&header, text)))
        .collect();
    let nested = format!("\"{}\"", mint.good);
    list.push((
        "a token in a token".to_owned(),
        mint.sign(&mint.header_with(json!({"cty": "JWT"})), &json!(mint.good)),
    ));
    list.push(("a token in a token, bare".to_owned(), mint.sign_text(&header, &mint.good)));
    list.push(("a token in a text".to_owned(), mint.sign_text(&header, &nested)));
    list.push(("a list of claims".to_owned(), mint.sign_text(&header, &format!("[{claims}]"))));
    list.push(("claims and more".to_owned(), mint.sign_text(&header, &format!("{claims}{claims}"))));
    let twice =
        |name: &str, value: &str| mint.sign_text(&format!("{{\"{name}\":{value},{}", &header[1..]), &claims);
    list.push(("alg twice".to_owned(), twice("alg", "\"none\"")));
    list.push(("kid twice".to_owned(), twice("kid", "\"mine\"")));
    list.push(("typ twice".to_owned(), twice("typ", "\"at+jwt\"")));
    list.push(("a header that is a list".to_owned(), mint.sign_text(&format!("[{header}]"), &claims)));
    list.push(("a header that is empty".to_owned(), mint.sign_text("{}", &claims)));
    list
}
