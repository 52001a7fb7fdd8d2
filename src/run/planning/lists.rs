//! Cells of CSV files with several values. Only the target knows which of its attributes are lists, and only once it
//! is prepared.

use std::collections::BTreeMap;

use crate::config::{Settings, SourceKind};
use crate::model::{AttributeIndex, Cardinality, Desired, Schema, Value};

/// The separators of the sources that have one (`list_separator`), by name of the source.
pub(in crate::run) struct Separators<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Separators<'a> {
    pub(in crate::run) fn of(settings: &'a Settings) -> Self {
        let sources = settings.sources.iter();
        let separators = sources.filter_map(|source| match &source.kind {
            SourceKind::Csv(csv) => Some((&*source.name, csv.list_separator.as_deref()?)),
            _ => None,
        });
        Self(separators.collect())
    }

    /// Splits the values of lists.
    pub(super) fn split(
        &self,
        person: &mut Desired,
        schema: &Schema,
        cardinality: impl Fn(AttributeIndex) -> Cardinality,
    ) {
        let Some(separator) = self.0.get(&*person.origin.source) else {
            return;
        };
        let lists = schema
            .iter()
            .filter(|(index, spec)| spec.comes_from_sources() && cardinality(*index) == Cardinality::Many);
        for (index, _) in lists {
            if let Some(value) = person.attributes.get(index) {
                let texts = value.texts().into_iter();
                let parts = texts.flat_map(|text| text.split(separator).map(str::trim));
                let parts = parts.filter(|part| !part.is_empty()).map(Box::from);
                let parts = Value::set(parts.collect::<Vec<_>>());
                person.attributes.set(index, parts);
            }
        }
    }
}
