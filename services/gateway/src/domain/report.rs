//! Reports of people (contract section 4).

use std::str::FromStr;

use pulse_types::{MessageId, UserId};
use utoipa::ToSchema;

use crate::domain::profile::{Fault, check_length};

/// Most characters of a detail.
const DETAIL_MAX: usize = 2000;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why somebody is reported.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
        #[schema(rename_all = "snake_case")]
        pub enum ReportReason { $($(#[$doc])* $name,)* }

        impl ReportReason {
            /// The word of the contract.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        impl FromStr for ReportReason {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(Self::$name),)* _ => Err(()) }
            }
        }
    };
}

reasons! {
    /// Advertising and floods.
    Spam = "spam",
    /// Molesting somebody.
    Harassment = "harassment",
    /// Hatred of a group of people.
    Hate = "hate",
    /// Violence, or threats of it.
    Violence = "violence",
    /// Sexual content.
    Sexual = "sexual",
    /// Somebody is about to hurt themselves.
    SelfHarm = "self_harm",
    /// Posing as somebody else.
    Impersonation = "impersonation",
    /// Anything else; `detail` tells.
    Other = "other",
}

/// A report to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// Who is reported.
    pub user_id: UserId,
    /// The message that it is about.
    pub message_id: Option<MessageId>,
    /// Why.
    pub reason: ReportReason,
    /// Trimmed.
    pub detail: Option<String>,
}

/// At most 2000 characters.
///
/// # Errors
/// [`Fault`]
pub fn check_detail(text: &str) -> Result<(), Fault> {
    check_length(text.trim(), 0, DETAIL_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_contract_are_read_and_no_others() {
        let words =
            ["spam", "harassment", "hate", "violence", "sexual", "self_harm", "impersonation", "other"];
        for word in words {
            assert_eq!(word.parse().map(ReportReason::as_str), Ok(word));
        }
        assert_eq!("Spam".parse::<ReportReason>(), Err(()));
        assert!(check_detail(&" ".repeat(3000)).is_ok() && check_detail(&"é".repeat(2000)).is_ok());
        assert_eq!(check_detail(&"é".repeat(2001)).map_err(|fault| fault.code), Err("too_long"));
    }
}
