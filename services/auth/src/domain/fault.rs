//! What is wrong with one field that a person filled in. All faults of a request are collected and told at once.

/// A fault of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Name of the field.
    pub field: &'static str,
    /// One of the field codes of contract section 1.
    pub code: &'static str,
    /// What would be right.
    pub detail: String,
}

impl Fault {
    /// Names the field, the code and what would be right.
    pub(crate) fn new(field: &'static str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { field, code, detail: detail.into() }
    }

    /// The field was left out or holds nothing.
    pub(crate) fn required(field: &'static str) -> Self {
        Self::new(field, "required", "must be given")
    }

    /// U+0000 is refused in every text (contract section 1).
    pub(crate) fn nul(field: &'static str) -> Self {
        Self::new(field, "invalid", "must not contain the character U+0000")
    }
}

/// Keeps a good value and collects the fault of a bad one.
pub(crate) fn collect<T>(result: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}
