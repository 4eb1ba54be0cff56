//! Several people signed in side by side in one browser, by cookies that no page can read.

use std::collections::BTreeMap;

use anyhow::Context as _;
use pulse_testkit::{Stack, StackOptions};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// A browser with our page open: it keeps cookies and tells the page's origin.
struct Browser {
    http: reqwest::Client,
    url: String,
    origin: String,
    jar: BTreeMap<String, String>,
}

impl Browser {
    fn open(url: &str) -> anyhow::Result<Self> {
        let http =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { http, url: url.to_owned(), origin: url.to_owned(), jar: BTreeMap::new() })
    }

    /// What the page gets, and the `Set-Cookie` headers beside it. All cookies of ours are for paths below `/v1/auth`.
    async fn call(
        &mut self,
        (method, path): (Method, &str),
        token: Option<&str>,
        body: Value,
    ) -> anyhow::Result<(u16, Value, Vec<String>)> {
        let cookies: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.http.request(method, format!("{}{path}", self.url)).json(&body);
        request = request.header("origin", &self.origin);
        if path.starts_with("/v1/auth") {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        let set = self.keep(&response)?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_slice(&response.bytes().await?).unwrap_or_default(), set))
    }

    fn keep(&mut self, response: &Response) -> anyhow::Result<Vec<String>> {
        let mut all = Vec::new();
        for header in response.headers().get_all("set-cookie") {
            let text = header.to_str()?;
            let (name, value) =
                text.split(';').next().and_then(|pair| pair.split_once('=')).context("no cookie")?;
            match text.contains("Max-Age=0") {
                true => self.jar.remove(name),
                false => self.jar.insert(name.to_owned(), value.to_owned()),
            };
            all.push(text.to_owned());
        }
        Ok(all)
    }

    async fn register(&mut self, name: &str) -> anyhow::Result<(Value, Vec<String>)> {
        let body = json!({"username": name, "email": format!("{name}@example.org"),
            "password": format!("{name} keeps a long secret"), "cookie": true});
        let (status, session, set) = self.call((Method::POST, "/v1/auth/register"), None, body).await?;
        assert_eq!(status, 201, "{session}");
        Ok((session, set))
    }
}

async fn start() -> anyhow::Result<(Stack, String)> {
    let stack = Stack::start(StackOptions::default().set("PULSE_GATEWAY_RATE_LIMITS", "off")).await?;
    let url = stack.description()?.url;
    Ok((stack, url))
}

fn text<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    value[name].as_str().with_context(|| format!("no {name}"))
}

#[tokio::test]
async fn two_people_are_signed_in_side_by_side_in_one_jar() -> anyhow::Result<()> {
    let (_stack, url) = start().await?;
    let mut browser = Browser::open(&url)?;
    let (ada, set) = browser.register("ada").await?;
    assert!(ada.get("refresh_token").is_none() && ada.get("device_token").is_none());
    let cookie = format!("pulse_rt_{}", text(&ada, "session_id")?);
    for name in [cookie.as_str(), "pulse_device"] {
        let text = set.iter().find(|text| text.starts_with(&format!("{name}="))).context("a cookie")?;
        for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/v1/auth"] {
            assert!(text.split("; ").any(|found| found == part), "{part}: {text}");
        }
        assert!(name != "pulse_device" || text.contains("Max-Age=31536000"), "{text}");
    }
    let device = browser.jar["pulse_device"].clone();
    let (grace, _) = browser.register("grace").await?;
    assert_eq!(browser.jar.len(), 3, "a cookie for each, and one for the device");

    // Each refreshes by the own cookie, and the answer of one does not touch the other's.
    for (person, name) in [(&ada, "ada"), (&grace, "grace")] {
        let body = json!({"session_id": person["session_id"]});
        let (status, session, set) = browser.call((Method::POST, "/v1/auth/refresh"), None, body).await?;
        assert_eq!((status, &session["user"]["username"]), (200, &json!(name)));
        assert!(session.get("refresh_token").is_none());
        assert!(set.len() == 1 && set[0].starts_with(&format!("pulse_rt_{}=", text(person, "session_id")?)));
    }
    // By a foreign session's cookie nobody refreshes.
    let unknown = json!({"session_id": "0190a5c6-7c1f-7000-8000-000000000001"});
    assert_eq!(browser.call((Method::POST, "/v1/auth/refresh"), None, unknown).await?.0, 401);

    // One signs out, by the access token; the other stays.
    let logout = (Method::POST, "/v1/auth/logout");
    let (status, _, set) = browser.call(logout, Some(text(&ada, "access_token")?), json!({})).await?;
    assert_eq!(status, 204);
    assert!(set[0].starts_with(&format!("{cookie}=;")) && set[0].contains("Max-Age=0"), "{set:?}");
    let body = json!({"session_id": grace["session_id"]});
    assert_eq!(browser.call((Method::POST, "/v1/auth/refresh"), None, body.clone()).await?.0, 200);
    // The other without one, by the cookie alone.
    assert_eq!(browser.call((Method::POST, "/v1/auth/logout"), None, body.clone()).await?.0, 204);
    assert_eq!(browser.call((Method::POST, "/v1/auth/refresh"), None, body).await?.0, 401);
    assert_eq!(browser.jar.keys().collect::<Vec<_>>(), ["pulse_device"]);

    // The browser is known to both by the one device cookie.
    let body = json!({"identifier": "grace", "password": "grace keeps a long secret", "cookie": true});
    let (status, session, _) = browser.call((Method::POST, "/v1/auth/login"), None, body).await?;
    assert_eq!(status, 200, "{session}");
    let end = format!("/v1/auth/sessions/{}", text(&session, "session_id")?);
    let (status, _, set) =
        browser.call((Method::DELETE, &end), Some(text(&session, "access_token")?), json!({})).await?;
    assert_eq!((status, set.len()), (204, 1), "ending the own session clears its cookie");
    assert!(!device.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_known_browser_is_not_locked_out_by_strangers() -> anyhow::Result<()> {
    let (_stack, url) = start().await?;
    let mut browser = Browser::open(&url)?;
    browser.register("ada").await?;
    let mut stranger = Browser::open(&url)?;
    let login = (Method::POST, "/v1/auth/login");
    for _ in 0..10 {
        let guess = json!({"identifier": "ada", "password": "a guess of somebody"});
        assert_eq!(stranger.call(login.clone(), None, guess).await?.0, 401);
    }
    let right = json!({"identifier": "ada", "password": "ada keeps a long secret", "cookie": true});
    let (status, problem, _) = stranger.call(login.clone(), None, right.clone()).await?;
    assert_eq!((status, &problem["code"]), (429, &json!("locked_out")));
    // A page of another origin does not make use of the cookie, even if a browser sent it.
    let foreign = Browser {
        origin: "https://evil.example".to_owned(),
        jar: browser.jar.clone(),
        ..Browser::open(&url)?
    };
    let mut foreign = foreign;
    let plain = json!({"identifier": "ada", "password": "ada keeps a long secret"});
    assert_eq!(foreign.call(login.clone(), None, plain).await?.0, 429);
    assert_eq!(browser.call(login, None, right).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn the_second_step_keeps_to_the_origin_of_the_first() -> anyhow::Result<()> {
    let (_stack, url) = start().await?;
    let mut browser = Browser::open(&url)?;
    let (ada, _) = browser.register("ada").await?;
    let token = text(&ada, "access_token")?.to_owned();
    let password = json!({"password": "ada keeps a long secret"});
    let (_, secret, _) = browser.call((Method::POST, "/v1/auth/totp"), Some(&token), password).await?;
    let code = crate::accounts::totp(text(&secret, "secret")?, -1)?;
    let activate = (Method::POST, "/v1/auth/totp/activate");
    let (status, codes, _) = browser.call(activate, Some(&token), json!({"code": code})).await?;
    assert_eq!(status, 200, "{codes}");
    let recovery_code = |index: usize| codes["recovery_codes"][index].clone();

    let login = json!({"identifier": "ada", "password": "ada keeps a long secret", "cookie": true});
    let (_, asked, set) = browser.call((Method::POST, "/v1/auth/login"), None, login).await?;
    assert_eq!((&asked["mfa_required"], set.len()), (&json!(true), 0));
    let mut foreign = Browser { origin: "https://evil.example".to_owned(), ..Browser::open(&url)? };
    let step = json!({"mfa_token": asked["mfa_token"], "recovery_code": recovery_code(0)});
    let (status, problem, _) = foreign.call((Method::POST, "/v1/auth/mfa"), None, step.clone()).await?;
    assert_eq!((status, &problem["code"]), (403, &json!("origin_not_allowed")));
    let (status, session, set) = browser.call((Method::POST, "/v1/auth/mfa"), None, step).await?;
    assert_eq!(status, 200, "nothing was used up: {session}");
    assert!(session.get("refresh_token").is_none());
    assert!(set.iter().any(|text| text.starts_with("pulse_rt_")));

    // Without cookies a client of another site signs in as well.
    let login = json!({"identifier": "ada", "password": "ada keeps a long secret"});
    let (_, asked, _) = foreign.call((Method::POST, "/v1/auth/login"), None, login).await?;
    let step = json!({"mfa_token": asked["mfa_token"], "recovery_code": recovery_code(1)});
    let (status, session, set) = foreign.call((Method::POST, "/v1/auth/mfa"), None, step).await?;
    assert_eq!((status, set.len()), (200, 0), "{session}");
    assert!(session["refresh_token"].is_string() && session["device_token"].is_string());
    Ok(())
}
