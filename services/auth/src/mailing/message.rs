//! A mail as it travels: headers, a plain part and an HTML part, written from `templates/`.

use lettre::address::AddressError;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, address::Envelope};
use minijinja::{Environment, context};
use pulse_types::MailId;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::domain::mail::{Mail, Recipient, describe_device};

const PRODUCT: &str = "PulseChat";
/// Most bytes of a line without its end (RFC 5322 section 2.1.1).
const LINE_MAX: usize = 998;

macro_rules! templates {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),*]
    };
}

/// What a file's name ends with decides whether values are escaped: `.html` does.
const TEMPLATES: &[(&str, &str)] = templates![
    "base.txt",
    "base.html",
    "verify_email.txt",
    "verify_email.html",
    "reset_password.txt",
    "reset_password.html",
    "email_in_use.txt",
    "email_in_use.html",
    "email_change.txt",
    "email_change.html",
    "new_device.txt",
    "new_device.html",
    "password_changed.txt",
    "password_changed.html",
    "second_factor_enabled.txt",
    "second_factor_enabled.html",
    "second_factor_disabled.txt",
    "second_factor_disabled.html",
    "recovery_codes_replaced.txt",
    "recovery_codes_replaced.html",
    "recovery_code_used.txt",
    "recovery_code_used.html",
    "identity_linked.txt",
    "identity_linked.html",
    "identity_unlinked.txt",
    "identity_unlinked.html",
    "account_deleted.txt",
    "account_deleted.html"
];

/// Why a mail was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A template is broken.
    #[error("a template of a mail can't be filled in")]
    Template(#[from] minijinja::Error),
    /// The address is none.
    #[error("not an address that mail can go to")]
    Address(#[from] AddressError),
    /// The parts do not make a mail.
    #[error("a mail can't be put together")]
    Message(#[from] lettre::error::Error),
    /// The name of a header is none.
    #[error("a header can't be named")]
    Header(#[from] lettre::message::header::InvalidHeaderName),
    /// The moment can't be spelled.
    #[error("a moment can't be spelled")]
    Moment(#[from] time::error::Format),
}

/// A mail that is ready to leave. It prints neither address nor content.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    envelope: Envelope,
    content: Vec<u8>,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter(..)")
    }
}

impl Letter {
    /// Who sends and who receives.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Headers and parts.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// As it is stored: sender and recipient, a line each, then the content.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let from = self.envelope.from().map(ToString::to_string).unwrap_or_default();
        let to = self.envelope.to().first().map(ToString::to_string).unwrap_or_default();
        [format!("{from}\n{to}\n").as_bytes(), &self.content].concat()
    }

    /// Reads what [`Letter::to_bytes`] gave; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
        let mut address = || std::str::from_utf8(parts.next()?).ok()?.parse::<Address>().ok();
        let (from, to) = (address()?, address()?);
        let content = parts.next()?.to_vec();
        Some(Self { envelope: Envelope::new(Some(from), vec![to]).ok()?, content })
    }
}

/// Writes mails.
#[derive(Debug)]
pub(super) struct Writer {
    templates: Environment<'static>,
    from: Mailbox,
    public_url: String,
}

impl Writer {
    pub(super) fn new(from: Mailbox, public_url: &str) -> Result<Self, WriteError> {
        let mut templates = Environment::new();
        for (name, source) in TEMPLATES {
            templates.add_template(name, source)?;
        }
        Ok(Self { templates, from, public_url: public_url.to_owned() })
    }

    pub(super) fn write(
        &self,
        mail_id: MailId,
        to: &Recipient,
        mail: &Mail,
        now: OffsetDateTime,
    ) -> Result<Letter, WriteError> {
        let (kind, subject) = (mail.kind(), mail.subject());
        let context = context! {
            product => PRODUCT,
            subject,
            username => to.username,
            url => self.public_url,
            ..self.details(mail)?
        };
        let text = self.templates.get_template(&format!("{kind}.txt"))?.render(&context)?;
        let html = self.templates.get_template(&format!("{kind}.html"))?.render(&context)?;
        let header = |name: &str, value: &str| {
            Ok::<_, WriteError>(HeaderValue::new(
                HeaderName::new_from_ascii(name.to_owned())?,
                value.to_owned(),
            ))
        };
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.email.parse()?))
            .subject(format!("{subject} - {PRODUCT}"))
            .date(now.into())
            .message_id(Some(format!("<{mail_id}@{}>", self.from.email.domain())))
            .raw_header(header("X-PulseChat-Mail", kind)?)
            // RFC 3834: no holiday answers to this.
            .raw_header(header("Auto-Submitted", "auto-generated")?)
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(ContentType::TEXT_PLAIN, text))
                    .singlepart(part(ContentType::TEXT_HTML, html)),
            )?;
        Ok(Letter { envelope: message.envelope().clone(), content: message.formatted() })
    }

    /// What only this mail tells.
    fn details(&self, mail: &Mail) -> Result<minijinja::Value, WriteError> {
        let link = |page: &str, token: String| format!("{}/{page}#token={token}", self.public_url);
        Ok(match mail {
            Mail::VerifyEmail { token } => context! { link => link("verify-email", token.reveal()) },
            Mail::ResetPassword { token } => context! { link => link("reset-password", token.reveal()) },
            Mail::EmailChange { new } => context! { new },
            Mail::NewDevice { client, at } => context! {
                device => describe_device(&client.user_agent),
                at => spell(*at)?,
            },
            Mail::RecoveryCodeUsed { left } => context! { left },
            Mail::IdentityLinked { provider } | Mail::IdentityUnlinked { provider } => context! { provider },
            Mail::EmailInUse
            | Mail::PasswordChanged
            | Mail::FactorEnabled
            | Mail::FactorDisabled
            | Mail::RecoveryCodesReplaced
            | Mail::AccountDeleted => context! {},
        })
    }
}

/// `22 November 2026, 04:10 UTC`.
fn spell(at: OffsetDateTime) -> Result<String, time::error::Format> {
    at.to_offset(time::UtcOffset::UTC)
        .format(format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"))
}

/// A part as it is wherever that is allowed: a link that stands in one piece survives every reader.
fn part(content_type: ContentType, text: String) -> SinglePart {
    let is_plain = text.is_ascii() && text.lines().all(|line| line.len() <= LINE_MAX);
    let body = match is_plain {
        true => {
            let lines: String = text.lines().map(|line| format!("{line}\r\n")).collect();
            Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit)
        }
        false => Body::new(text),
    };
    SinglePart::builder().header(content_type).body(body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulse_types::{Clock as _, SystemClock, UserId};

    use super::*;
    use crate::domain::account::Email;
    use crate::domain::mail_token::MailToken;
    use crate::domain::session::ClientInfo;

    fn write(mail: &Mail, email: &str) -> String {
        let from = "PulseChat <no-reply@pulse.example>".parse().expect("a mailbox");
        let writer = Writer::new(from, "https://pulse.example").expect("templates");
        let to = Recipient {
            user_id: UserId::new(&SystemClock),
            username: "ada".to_owned(),
            email: email.to_owned(),
        };
        let letter = writer.write(MailId::new(&SystemClock), &to, mail, SystemClock.now()).expect("written");
        assert_eq!(Letter::from_bytes(&letter.to_bytes()), Some(letter.clone()));
        String::from_utf8(letter.content).expect("UTF-8")
    }

    #[test]
    fn every_mail_can_be_written_and_names_what_it_is() {
        let token = MailToken::generate().expect("random");
        let client = ClientInfo::new("x\r\nBcc: eve@example.org", "127.0.0.1");
        let mails = [
            Mail::VerifyEmail { token: token.clone() },
            Mail::ResetPassword { token },
            Mail::EmailInUse,
            Mail::EmailChange { new: Some("new@example.org".to_owned()) },
            Mail::EmailChange { new: None },
            Mail::NewDevice { client, at: SystemClock.now() },
            Mail::PasswordChanged,
            Mail::FactorEnabled,
            Mail::FactorDisabled,
            Mail::RecoveryCodesReplaced,
            Mail::RecoveryCodeUsed { left: 3 },
            Mail::IdentityLinked { provider: "<i>x</i>".to_owned() },
            Mail::IdentityUnlinked { provider: "Google".to_owned() },
            Mail::AccountDeleted,
        ];
        for mail in &mails {
            let content = write(mail, "ada@example.org");
            assert!(content.contains(&format!("X-PulseChat-Mail: {}\r\n", mail.kind())), "{content}");
            assert!(content.contains("\r\nTo: ada@example.org\r\n"), "{content}");
            assert!(content.contains("Hello ada,"), "{content}");
            assert!(!content.contains("Bcc:") && !content.contains("{{") && content.is_ascii(), "{content}");
            let has_link = matches!(mail, Mail::VerifyEmail { .. } | Mail::ResetPassword { .. });
            let (_, text) = content.split_once("Content-Type: text/plain").expect("a plain part");
            let (text, html) = text.split_once("Content-Type: text/html").expect("an HTML part");
            assert!(text.contains("Content-Transfer-Encoding: 7bit"), "{text}");
            assert_eq!(text.matches("https://").count(), usize::from(has_link), "{text}");
            assert!(!html.contains("<i>"), "values are escaped: {html}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_as_an_address_can_be_written_to(
            local in "[a-zA-Z0-9äßж!#$%&'*+/=?^_`{|}~-]{1,12}(\\.[a-z0-9ö+-]{1,8}){0,2}",
            host in "[a-zA-Z0-9-äйß]{1,12}(\\.[a-z0-9-ü]{1,8}){1,3}",
        ) {
            if let Ok(email) = Email::parse(&format!("{local}@{host}")) {
                let content = write(&Mail::PasswordChanged, email.as_str());
                let to: Vec<_> = content.lines().filter(|line| line.starts_with("To:")).collect();
                prop_assert_eq!(to, [format!("To: {}", email.as_str())]);
            }
        }
    }

    #[test]
    fn what_is_no_letter_is_not_read() {
        for bad in ["", "\n\n", "a@b.c\nd@e.f", "a@b.c\nno address\nx"] {
            assert_eq!(Letter::from_bytes(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
