//! What a person changes of how they are shown and of what they chose. What is absent stays.

use super::fault::Fault;
use super::locale;
use super::profile::{DISPLAY_NAME_MAX, Profile};
use super::settings::{Audience, NotificationLevel, Settings, Theme, UnknownChoice, WhoCanFollow};

const BIO_MAX: usize = 500;
/// Most bytes of the address of a picture.
const AVATAR_URL_MAX: usize = 2048;

/// A change as it was asked for, in the words of the public contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// 1..64 Unicode scalar values after trimming.
    pub display_name: Option<String>,
    /// 0..500 Unicode scalar values after trimming.
    pub bio: Option<String>,
    /// Address of a picture, at most 2048 bytes; empty clears it.
    pub avatar_url: Option<String>,
    /// Choices.
    pub settings: WantedSettings,
}

/// Choices as they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedSettings {
    /// See [`Settings`], as the others.
    pub discoverable: Option<bool>,
    /// `everyone` or `nobody`.
    pub who_can_follow: Option<String>,
    /// Whether requests wait for an answer.
    pub approve_follows: Option<bool>,
    /// `connections` or `nobody`.
    pub show_presence: Option<String>,
    /// `connections` or `nobody`.
    pub show_last_seen: Option<String>,
    /// Whether others see what they have read.
    pub send_read_receipts: Option<bool>,
    /// Whether others see that they type.
    pub send_typing: Option<bool>,
    /// `all`, `mentions` or `none`.
    pub notification_level: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: Option<String>,
    /// A well-formed BCP 47 tag.
    pub locale: Option<String>,
}

/// A change whose fields are all good.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChange {
    display_name: Option<String>,
    bio: Option<String>,
    avatar_url: Option<String>,
    discoverable: Option<bool>,
    who_can_follow: Option<WhoCanFollow>,
    approve_follows: Option<bool>,
    show_presence: Option<Audience>,
    show_last_seen: Option<Audience>,
    send_read_receipts: Option<bool>,
    send_typing: Option<bool>,
    notification_level: Option<NotificationLevel>,
    theme: Option<Theme>,
    locale: Option<String>,
}

impl Wanted {
    /// Checks every field.
    ///
    /// # Errors
    /// All faults: on `display_name`, `bio`, `avatar_url` and `settings.<key>`.
    pub fn check(self) -> Result<ProfileChange, Vec<Fault>> {
        let mut faults = Faults(Vec::new());
        let settings = self.settings;
        let change = ProfileChange {
            display_name: faults.take(self.display_name, |text| display_name(&text)),
            bio: faults.take(self.bio, |text| bio(&text)),
            avatar_url: faults.take(self.avatar_url, avatar_url),
            discoverable: settings.discoverable,
            who_can_follow: faults.choose(
                settings.who_can_follow,
                "settings.who_can_follow",
                WhoCanFollow::parse,
            ),
            approve_follows: settings.approve_follows,
            show_presence: faults.choose(settings.show_presence, "settings.show_presence", Audience::parse),
            show_last_seen: faults.choose(
                settings.show_last_seen,
                "settings.show_last_seen",
                Audience::parse,
            ),
            send_read_receipts: settings.send_read_receipts,
            send_typing: settings.send_typing,
            notification_level: faults.choose(
                settings.notification_level,
                "settings.notification_level",
                NotificationLevel::parse,
            ),
            theme: faults.choose(settings.theme, "settings.theme", Theme::parse),
            locale: faults.take(settings.locale, |text| language_tag(&text)),
        };
        if faults.0.is_empty() { Ok(change) } else { Err(faults.0) }
    }
}

impl ProfileChange {
    /// The profile after the change; its version is higher when something that is shown differs.
    #[must_use]
    pub fn apply_to_profile(&self, before: &Profile) -> Profile {
        let mut after = before.clone();
        if let Some(name) = &self.display_name {
            after.display_name.clone_from(name);
        }
        if let Some(bio) = &self.bio {
            after.bio.clone_from(bio);
        }
        if let Some(url) = &self.avatar_url {
            after.avatar_url.clone_from(url);
        }
        if after != *before {
            after.version += 1;
        }
        after
    }

    /// The choices after the change.
    #[must_use]
    pub fn apply_to_settings(&self, before: &Settings) -> Settings {
        Settings {
            discoverable: self.discoverable.unwrap_or(before.discoverable),
            who_can_follow: self.who_can_follow.unwrap_or(before.who_can_follow),
            approve_follows: self.approve_follows.unwrap_or(before.approve_follows),
            show_presence: self.show_presence.unwrap_or(before.show_presence),
            show_last_seen: self.show_last_seen.unwrap_or(before.show_last_seen),
            send_read_receipts: self.send_read_receipts.unwrap_or(before.send_read_receipts),
            send_typing: self.send_typing.unwrap_or(before.send_typing),
            notification_level: self.notification_level.unwrap_or(before.notification_level),
            theme: self.theme.unwrap_or(before.theme),
            locale: self.locale.clone().unwrap_or_else(|| before.locale.clone()),
        }
    }
}

/// Our own gateway writes it, so a wrong one is a fault of ours that must not be stored.
fn avatar_url(url: String) -> Result<String, Fault> {
    if url.len() > AVATAR_URL_MAX || url.chars().any(char::is_control) {
        return Err(Fault::new("avatar_url", "invalid", "not the address of a picture"));
    }
    Ok(url)
}

struct Faults(Vec<Fault>);

impl Faults {
    fn take<T>(&mut self, text: Option<String>, read: impl Fn(String) -> Result<T, Fault>) -> Option<T> {
        read(text?).map_err(|fault| self.0.push(fault)).ok()
    }

    fn choose<T>(
        &mut self,
        text: Option<String>,
        field: &'static str,
        read: fn(&str) -> Result<T, UnknownChoice>,
    ) -> Option<T> {
        let refuse = |_| Fault::new(field, "invalid", "choose one of the words that the contract names");
        self.take(text, |text| read(&text).map_err(refuse))
    }
}

fn display_name(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    let fault = |code, detail| Err(Fault::new("display_name", code, detail));
    match name.chars().count() {
        0 => fault("too_short", "a display name has at least 1 character"),
        length if length > DISPLAY_NAME_MAX => fault("too_long", "a display name has at most 64 characters"),
        _ if name.contains('\0') => fault("invalid", "a display name does not hold U+0000"),
        _ => Ok(name.to_owned()),
    }
}

fn bio(text: &str) -> Result<String, Fault> {
    let bio = text.trim();
    if bio.chars().count() > BIO_MAX {
        return Err(Fault::new("bio", "too_long", "a bio has at most 500 characters"));
    }
    if bio.contains('\0') {
        return Err(Fault::new("bio", "invalid", "a bio does not hold U+0000"));
    }
    Ok(bio.to_owned())
}

fn language_tag(text: &str) -> Result<String, Fault> {
    let tag = text.trim();
    if locale::is_well_formed(tag) {
        return Ok(tag.to_owned());
    }
    Err(Fault::new("settings.locale", "invalid", "a locale is a BCP 47 language tag, like en or pt-BR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(display_name: Option<&str>, bio: Option<&str>) -> Wanted {
        Wanted {
            display_name: display_name.map(str::to_owned),
            bio: bio.map(str::to_owned),
            ..Wanted::default()
        }
    }

    #[test]
    fn a_picture_is_a_change_of_how_one_is_shown_and_can_be_cleared() {
        let set = Wanted { avatar_url: Some("https://chat.example/p/1".to_owned()), ..Wanted::default() };
        let before = Profile {
            user_id: pulse_types::UserId::from_uuid(uuid::Uuid::nil()),
            username: "ada".to_owned(),
            display_name: "Ada".to_owned(),
            bio: String::new(),
            avatar_url: String::new(),
            created_at: time::OffsetDateTime::UNIX_EPOCH,
            version: 1,
        };
        let after = set.check().expect("a change").apply_to_profile(&before);
        assert_eq!((after.avatar_url.as_str(), after.version), ("https://chat.example/p/1", 2));
        let clear = Wanted { avatar_url: Some(String::new()), ..Wanted::default() };
        assert_eq!(clear.check().expect("a change").apply_to_profile(&after).avatar_url, "");
        let bad = Wanted { avatar_url: Some("x".repeat(2049)), ..Wanted::default() };
        assert_eq!(codes(bad), [("avatar_url", "invalid")]);
    }

    fn codes(wanted: Wanted) -> Vec<(&'static str, &'static str)> {
        wanted.check().expect_err("faults").into_iter().map(|fault| (fault.field, fault.code)).collect()
    }

    #[test]
    fn all_faults_are_told_at_once_by_their_names() {
        let mut all = wanted(Some("  "), Some(&"é".repeat(501)));
        all.settings = WantedSettings {
            theme: Some("pink".to_owned()),
            locale: Some("not a tag".to_owned()),
            ..WantedSettings::default()
        };
        let expected = [
            ("display_name", "too_short"),
            ("bio", "too_long"),
            ("settings.theme", "invalid"),
            ("settings.locale", "invalid"),
        ];
        assert_eq!(codes(all), expected);
        assert_eq!(codes(wanted(Some(&"é".repeat(65)), None)), [("display_name", "too_long")]);
        assert_eq!(
            codes(wanted(Some("a\0b"), Some("\0"))),
            [("display_name", "invalid"), ("bio", "invalid")]
        );
    }

    #[test]
    fn what_is_absent_stays_and_what_is_there_is_merged() {
        let mut change = wanted(None, None);
        change.settings.theme = Some("dark".to_owned());
        change.settings.discoverable = Some(false);
        let change = change.check().expect("a change");
        let after = change.apply_to_settings(&Settings::default());
        let expected = Settings { theme: Theme::Dark, discoverable: false, ..Settings::default() };
        assert_eq!(after, expected);
    }
}
