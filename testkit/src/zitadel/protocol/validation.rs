//! Rules of the proto files, checked after authentication and before anything else.

use super::errors::Failure;

/// A place in a request, as the validation texts name it: message and field, from the request down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place(Vec<String>);

impl Place {
    /// A field of the request message itself.
    pub(crate) fn of(request: &str, field: &str) -> Self {
        Self(vec![format!("{request}.{field}")])
    }

    /// A field of the message found here.
    pub(crate) fn at(&self, message: &str, field: &str) -> Self {
        let mut path = self.0.clone();
        path.push(format!("{message}.{field}"));
        Self(path)
    }

    /// An entry of the list found here.
    pub(crate) fn item(&self, index: usize) -> Self {
        let mut path = self.0.clone();
        if let Some(last) = path.last_mut() {
            last.push('[');
            last.push_str(&index.to_string());
            last.push(']');
        }
        Self(path)
    }

    pub(crate) fn refuse(&self, reason: &str) -> Failure {
        Failure::invalid(&self.0, reason)
    }

    /// A text of `min` to `max` characters.
    pub(crate) fn runes(&self, text: &str, min: usize, max: usize) -> Result<(), Failure> {
        let count = text.chars().count();
        if (min..=max).contains(&count) {
            return Ok(());
        }
        Err(self.refuse(&format!(
            "value length must be between {min} and {max} runes, inclusive"
        )))
    }

    /// A text of at most `max` characters.
    pub(crate) fn at_most(&self, text: &str, max: usize) -> Result<(), Failure> {
        if text.chars().count() <= max {
            return Ok(());
        }
        Err(self.refuse(&format!("value length must be at most {max} runes")))
    }

    /// A verification that, if it is named, may only say `true`.
    pub(crate) fn only_true(&self, flag: Option<bool>) -> Result<(), Failure> {
        if flag == Some(false) {
            Err(self.refuse("value must equal true"))
        } else {
            Ok(())
        }
    }

    /// A metadata entry; `message` is the name of its proto message.
    pub(crate) fn entry(&self, message: &str, key: &str, value: &[u8]) -> Result<(), Failure> {
        self.at(message, "Key").runes(key, 1, 200)?;
        self.at(message, "Value").metadata_value(value)
    }

    pub(crate) fn metadata_value(&self, value: &[u8]) -> Result<(), Failure> {
        if (1..=500_000).contains(&value.len()) {
            return Ok(());
        }
        Err(self.refuse("value length must be between 1 and 500000 bytes, inclusive"))
    }
}
