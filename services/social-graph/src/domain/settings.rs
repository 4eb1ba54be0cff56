//! What a person chose, each choice with its default.

/// A text that is none of the choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the choices")]
pub struct UnknownChoice;

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// The word of the public contract.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads the word.
            ///
            /// # Errors
            /// [`UnknownChoice`] for any other word.
            pub fn parse(text: &str) -> Result<Self, UnknownChoice> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(UnknownChoice) }
            }
        }
    )*};
}

choices! {
    /// Who may ask to follow.
    WhoCanFollow {
        /// Anybody.
        Everyone = "everyone",
        /// Nobody but people whom one follows or has asked.
        Nobody = "nobody",
    }
    /// Who sees something.
    Audience {
        /// Connected people.
        Connections = "connections",
        /// Nobody.
        Nobody = "nobody",
    }
    /// What one is notified of.
    NotificationLevel {
        /// Everything.
        All = "all",
        /// Mentions and direct messages.
        Mentions = "mentions",
        /// Nothing.
        None = "none",
    }
    /// Colours of the client.
    Theme {
        /// As the device.
        System = "system",
        /// Light.
        Light = "light",
        /// Dark.
        Dark = "dark",
    }
}

/// All of a person's choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whether search finds them.
    pub discoverable: bool,
    /// Who may ask to follow.
    pub who_can_follow: WhoCanFollow,
    /// Whether requests wait for an answer; else each is accepted at once.
    pub approve_follows: bool,
    /// Who sees whether they are online.
    pub show_presence: Audience,
    /// Who sees when they were.
    pub show_last_seen: Audience,
    /// Whether others see what they have read.
    pub send_read_receipts: bool,
    /// Whether others see that they type.
    pub send_typing: bool,
    /// What they are notified of.
    pub notification_level: NotificationLevel,
    /// Colours of the client.
    pub theme: Theme,
    /// BCP 47 tag.
    pub locale: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            discoverable: true,
            who_can_follow: WhoCanFollow::Everyone,
            approve_follows: true,
            show_presence: Audience::Connections,
            show_last_seen: Audience::Connections,
            send_read_receipts: true,
            send_typing: true,
            notification_level: NotificationLevel::All,
            theme: Theme::System,
            locale: "en".to_owned(),
        }
    }
}

impl Settings {
    /// Whether message-store, which keeps some of the choices, must be told that these came after those.
    #[must_use]
    pub fn concerns_message_store(&self, before: &Self) -> bool {
        let kept =
            |settings: &Self| (settings.send_read_receipts, settings.show_presence, settings.locale.clone());
        kept(self) != kept(before)
    }

    /// Whether others see more or less of the person's presence than by those.
    #[must_use]
    pub fn shows_otherwise_than(&self, before: &Self) -> bool {
        (self.show_presence, self.show_last_seen) != (before.show_presence, before.show_last_seen)
    }

    /// What decides over a request to follow this person.
    #[must_use]
    pub const fn follow_policy(&self) -> FollowPolicy {
        FollowPolicy { who_can_follow: self.who_can_follow, approve_follows: self.approve_follows }
    }
}

/// How a person treats requests to follow them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowPolicy {
    /// Who may ask.
    pub who_can_follow: WhoCanFollow,
    /// Whether a request waits for an answer.
    pub approve_follows: bool,
}
