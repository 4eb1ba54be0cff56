//! What is wrong with a field of a request.

/// A field that is not as it must be, in the words of the public contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {detail}")]
pub struct Fault {
    /// Name of the field.
    pub field: &'static str,
    /// One of the contract's field codes, like `too_long`.
    pub code: &'static str,
    /// What would be right, for the caller.
    pub detail: &'static str,
}

impl Fault {
    /// Names a field, a code of the contract and a text for the caller.
    #[must_use]
    pub const fn new(field: &'static str, code: &'static str, detail: &'static str) -> Self {
        Self { field, code, detail }
    }
}
