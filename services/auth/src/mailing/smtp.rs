//! Sending by SMTP (RFC 5321), step by step: what went wrong with the recipient alone is told from everything else.

use std::str::FromStr;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::mailing::message::Letter;
use crate::mailing::transport::SendError;

/// How long a server may take for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server may take for a whole mail.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(20);

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    /// Not at all.
    None,
    /// By STARTTLS, if the server offers it.
    Opportunistic,
    /// By STARTTLS, or nothing is sent.
    Required,
    /// From the first byte.
    Implicit,
}

/// The address of a server is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an SMTP server is smtp://user:password@host:port?tls=required|opportunistic|none or smtps://…: {0}")]
pub struct InvalidServer(&'static str);

/// A server that takes mails. It prints no password.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({}:{}, {:?})", self.host, self.port, self.tls)
    }
}

impl FromStr for Smtp {
    type Err = InvalidServer;

    /// Without `tls`, `smtp://` with a password wants STARTTLS, and without one takes it if it is offered.
    fn from_str(text: &str) -> Result<Self, InvalidServer> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidServer("not a URL"))?;
        let decode = |part: &str| {
            percent_decode_str(part).decode_utf8().map(String::from).map_err(|_| InvalidServer("not UTF-8"))
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) => Some(Credentials::new(decode(user)?, decode(password)?)),
            (_, None) => return Err(InvalidServer("a user without a password")),
        };
        let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let tls = match (url.scheme(), asked.as_deref()) {
            ("smtps", None) => Tls::Implicit,
            ("smtp", Some("required")) => Tls::Required,
            ("smtp", Some("opportunistic")) => Tls::Opportunistic,
            ("smtp", Some("none")) => Tls::None,
            ("smtp", None) if credentials.is_some() => Tls::Required,
            ("smtp", None) => Tls::Opportunistic,
            ("smtp" | "smtps", Some(_)) => return Err(InvalidServer("an unknown value of tls")),
            _ => return Err(InvalidServer("an unknown scheme")),
        };
        let default_port = match tls {
            Tls::Implicit => SUBMISSIONS_PORT,
            _ if credentials.is_some() => SUBMISSION_PORT,
            _ => SMTP_PORT,
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(InvalidServer("no host"))?;
        // An IPv6 address stands in brackets in a URL, and without them everywhere else.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { host, port: url.port().unwrap_or(default_port), tls, credentials })
    }
}

impl Smtp {
    /// Hands one mail over, on a connection of its own.
    pub(super) async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        match tokio::time::timeout(SEND_TIMEOUT, self.deliver(letter)).await {
            Ok(sent) => sent,
            Err(_) => Err(SendError::Failed("the mail server took too long".to_owned())),
        }
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), SendError> {
        let mut connection = self.connect().await?;
        let sent = hand_over(&mut connection, letter).await;
        match sent {
            // What it says to the farewell changes nothing.
            Ok(()) => drop(connection.quit().await),
            Err(_) => connection.abort().await,
        }
        sent
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let hello = ClientId::default();
        let parameters = || TlsParameters::new(self.host.clone()).map_err(|error| failed("trust", &error));
        let implicit = match self.tls {
            Tls::Implicit => Some(parameters()?),
            Tls::None | Tls::Opportunistic | Tls::Required => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_TIMEOUT), &hello, implicit, None)
                .await
                .map_err(|error| failed("connection", &error))?;
        let wants_tls = match self.tls {
            Tls::Required => true,
            Tls::Opportunistic => connection.can_starttls(),
            Tls::None | Tls::Implicit => false,
        };
        if wants_tls {
            connection.starttls(parameters()?, &hello).await.map_err(|error| failed("STARTTLS", &error))?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await.map_err(|error| failed("sign-in", &error))?;
        }
        Ok(connection)
    }
}

async fn hand_over(connection: &mut AsyncSmtpConnection, letter: &Letter) -> Result<(), SendError> {
    let envelope = letter.envelope();
    let addresses = envelope.from().into_iter().chain(envelope.to());
    let is_international = addresses.into_iter().any(|address| !address.to_string().is_ascii());
    let mut parameters = Vec::new();
    if is_international {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(SendError::Refused("the server takes no international addresses".to_owned()));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !letter.content().is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let mail = Mail::new(envelope.from().cloned(), parameters);
    connection.command(mail).await.map_err(|error| failed("sender", &error))?;
    for recipient in envelope.to() {
        let rcpt = Rcpt::new(recipient.clone(), Vec::new());
        connection.command(rcpt).await.map_err(|error| match is_about_recipient(&error) {
            true => SendError::Refused(reason(&error)),
            false => failed("recipient", &error),
        })?;
    }
    connection.command(Data).await.map_err(|error| failed("content", &error))?;
    connection.message(letter.content()).await.map_err(|error| failed("content", &error))?;
    Ok(())
}

/// Whether a repeat is as useless as this try. 530 (sign in first) and the enhanced codes 5.7 (policy: relaying denied)
/// speak of us and not of the recipient (RFC 4954 section 6, RFC 3463 section 3.8).
fn is_about_recipient(error: &Error) -> bool {
    let is_about_us = error.status().is_some_and(|code| code.to_string() == "530")
        || std::error::Error::source(error).is_some_and(|text| text.to_string().starts_with("5.7."));
    error.is_permanent() && !is_about_us
}

fn failed(step: &str, error: &Error) -> SendError {
    SendError::Failed(format!("{step}: {}", reason(error)))
}

/// Why, in our own words: servers repeat addresses in theirs.
fn reason(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("the server answered {code}"),
        None if error.is_timeout() => "the server took too long".to_owned(),
        None if error.is_tls() => "no trusted TLS with the server".to_owned(),
        None if error.is_response() => "the server does not speak SMTP".to_owned(),
        None if error.is_client() => "the server lacks what is needed".to_owned(),
        None => "the server can't be reached".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_and_passwords_never_printed() {
        let read = |text: &str| text.parse::<Smtp>().map(|smtp| (smtp.port, smtp.tls));
        assert_eq!(read("smtp://mail.example.org"), Ok((25, Tls::Opportunistic)));
        assert_eq!(read("smtp://127.0.0.1:2525?tls=none"), Ok((2525, Tls::None)));
        assert_eq!(read("smtp://ada:p%40ss@mail.example.org"), Ok((587, Tls::Required)));
        assert_eq!(read("smtps://ada:pass@mail.example.org"), Ok((465, Tls::Implicit)));
        for bad in [
            "mail.example.org:25",
            "http://x",
            "smtp://ada@x",
            "smtp://x?tls=maybe",
            "smtps://x?tls=none",
            "smtp://",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let smtp: Smtp = "smtp://ada:p%40ss@[::1]:25".parse().expect("a server");
        assert_eq!(smtp.host, "::1");
        assert_eq!(smtp.credentials, Some(Credentials::new("ada".to_owned(), "p@ss".to_owned())));
        assert!(!format!("{smtp:?}").contains("p@ss"));
        assert!(!InvalidServer("x").to_string().contains("pass@"));
    }
}
