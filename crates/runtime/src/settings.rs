//! Reads settings from the environment: every fault is collected and told at once.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::str::FromStr;

use secrecy::SecretString;

/// Reads one process's settings.
///
/// ```
/// # use pulse_runtime::Reader;
/// struct Settings { limit: u32 }
/// let mut read = Reader::from_pairs([("PULSE_X_LIMIT", "7")]);
/// let limit = read.or("PULSE_X_LIMIT", 5);
/// let settings = read.finish(|| Some(Settings { limit: limit? })).unwrap();
/// assert_eq!(settings.limit, 7);
/// ```
#[derive(Debug)]
pub struct Reader {
    values: HashMap<String, String>,
    faults: Vec<String>,
}

/// All that is wrong with the settings, a line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError(pub Vec<String>);

impl Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} setting(s) to mend:", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl Reader {
    /// Reads the environment of this process.
    #[must_use]
    pub fn from_process() -> Self {
        Self { values: std::env::vars().collect(), faults: Vec::new() }
    }

    /// Reads the given pairs, as tests do.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let values = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { values, faults: Vec::new() }
    }

    /// A setting that must be there.
    pub fn required<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let value = self.parse(name);
        if value.is_none() && self.text(name).is_none() {
            self.faults.push(format!("{name} is not set"));
        }
        value
    }

    /// A setting with a default.
    pub fn or<T: FromStr<Err: Display>>(&mut self, name: &str, default: T) -> Option<T> {
        match self.text(name) {
            None => Some(default),
            Some(_) => self.parse(name),
        }
    }

    /// A setting that may be absent: the outer `None` is a fault, the inner one absence.
    pub fn optional<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<Option<T>> {
        match self.text(name) {
            None => Some(None),
            Some(_) => self.parse(name).map(Some),
        }
    }

    /// A comma-separated list; absent means empty.
    pub fn list<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<Vec<T>> {
        let text = self.text(name).unwrap_or_default().to_owned();
        let mut items = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.parse() {
                Ok(item) => items.push(item),
                Err(error) => {
                    self.faults.push(format!("{name}: `{part}`: {error}"));
                    return None;
                }
            }
        }
        Some(items)
    }

    /// `on` or `off`.
    pub fn switch(&mut self, name: &str, default: bool) -> Option<bool> {
        match self.text(name) {
            None => Some(default),
            Some("on") => Some(true),
            Some("off") => Some(false),
            Some(other) => {
                let fault = format!("{name} is `on` or `off`, not `{other}`");
                self.faults.push(fault);
                None
            }
        }
    }

    /// A secret that must be there; it is never printed.
    pub fn secret(&mut self, name: &str) -> Option<SecretString> {
        let value = self.text(name).map(|text| SecretString::from(text.to_owned()));
        if value.is_none() {
            self.faults.push(format!("{name} is not set"));
        }
        value
    }

    /// A secret that must parse; the value is never part of the fault.
    pub fn parsed_secret<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let Some(text) = self.text(name) else {
            self.faults.push(format!("{name} is not set"));
            return None;
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.faults.push(format!("{name}: {error}"));
                None
            }
        }
    }

    /// A secret that may be absent, as [`Reader::optional`]; the value is never part of the fault.
    pub fn optional_secret<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<Option<T>> {
        match self.text(name) {
            None => Some(None),
            Some(_) => self.parsed_secret(name).map(Some),
        }
    }

    /// Names that are set and begin with `prefix`, in order: for settings of which there may be any number.
    #[must_use]
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let is_set = |(name, value): &(&String, &String)| name.starts_with(prefix) && !value.is_empty();
        let mut names: Vec<_> = self.values.iter().filter(is_set).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// Adds a fault that only the caller can see, like two settings that contradict one another.
    pub fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    /// Builds the settings.
    ///
    /// # Errors
    /// Every fault found on the way.
    pub fn finish<S>(self, build: impl FnOnce() -> Option<S>) -> Result<S, SettingsError> {
        if !self.faults.is_empty() {
            return Err(SettingsError(self.faults));
        }
        build().ok_or_else(|| SettingsError(vec!["a setting could not be read".to_owned()]))
    }

    /// Set and not empty.
    fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn parse<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let fault = format!("{name}: `{text}`: {error}");
                self.faults.push(fault);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_are_told_at_once() {
        let mut read = Reader::from_pairs([("A", "x"), ("C", "perhaps")]);
        let a = read.required::<u16>("A");
        let b = read.required::<u16>("B");
        let c = read.switch("C", false);
        let error = read.finish(|| Some((a?, b?, c?))).expect_err("three faults");
        assert_eq!(error.0.len(), 3, "{error}");
    }

    #[test]
    fn names_are_those_that_are_set() {
        let read = Reader::from_pairs([("A_2", "x"), ("A_1", "x"), ("A_3", ""), ("B", "x")]);
        assert_eq!(read.names("A_"), ["A_1", "A_2"]);
    }

    #[test]
    fn a_secret_is_not_part_of_its_fault() {
        let mut read = Reader::from_pairs([("KEY", "hunter2")]);
        let key = read.parsed_secret::<u64>("KEY");
        assert!(key.is_none());
        let error = read.finish(|| key).expect_err("a fault");
        assert!(!error.to_string().contains("hunter2"));
    }
}
