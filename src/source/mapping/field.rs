//! A source attribute that is used unchanged: an id, a status. Pure.

use super::Unusable;
use crate::config::LdapAttribute;
use crate::model::ExternalId;
use crate::transform::{RawRecord, key};

/// An attribute of which the first value is used.
#[derive(Debug)]
pub(crate) struct Field {
    pub(super) attribute: LdapAttribute,
    pub(super) key: String,
    /// For messages.
    label: String,
}

impl Field {
    /// `role` is the purpose of the attribute, for messages.
    pub(crate) fn new(attribute: &LdapAttribute, role: Option<&str>) -> Self {
        let role = role.map(|role| format!(" ({role})")).unwrap_or_default();
        Self {
            attribute: attribute.clone(),
            key: key(&attribute.name),
            label: format!("`{}`{role}", attribute.name),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.attribute.name
    }

    pub(super) fn first<'a>(&self, record: &'a RawRecord) -> Option<&'a [u8]> {
        record.values(&self.key).next()
    }

    pub(super) fn has_several(&self, record: &RawRecord) -> bool {
        record.values(&self.key).nth(1).is_some()
    }

    /// Its name, if the record has no value.
    pub(super) fn missing(&self, record: &RawRecord) -> Vec<Box<str>> {
        let name = self.first(record).is_none().then(|| self.name().into());
        name.into_iter().collect()
    }

    pub(super) fn id(&self, record: &RawRecord) -> Result<ExternalId, Unusable> {
        let label = &self.label;
        let reason = match self.first(record) {
            None => format!("no value for {label}"),
            Some([]) => format!("{label} is empty"),
            Some(bytes) if !self.attribute.is_binary && std::str::from_utf8(bytes).is_err() => {
                format!("{label} is not text (UTF-8); binary ids need `is_binary: true`")
            }
            Some(bytes) => return Ok(ExternalId::new(bytes)),
        };
        Err(Unusable {
            reason,
            missing: self.missing(record),
        })
    }
}
