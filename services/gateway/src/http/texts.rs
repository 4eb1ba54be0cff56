//! Texts in bodies that have a rule.

use crate::domain::profile::Fault;
use crate::json::Fields;

/// Reads a text that may be absent, trimmed: the outer `None` is a fault, the inner one absence.
pub fn trimmed(
    fields: &mut Fields,
    name: &str,
    check: impl Fn(&str) -> Result<(), Fault>,
) -> Option<Option<String>> {
    let text = fields.optional_text(name)?;
    if let Some(Err(fault)) = text.as_deref().map(check) {
        fields.fault(name, fault.code, &fault.detail);
        return None;
    }
    Some(text.map(|text| text.trim().to_owned()))
}

/// The same, but `null` clears it: then the text is empty.
pub fn trimmed_or_null(
    fields: &mut Fields,
    name: &str,
    check: impl Fn(&str) -> Result<(), Fault>,
) -> Option<Option<String>> {
    if fields.take_null(name) { Some(Some(String::new())) } else { trimmed(fields, name, check) }
}
