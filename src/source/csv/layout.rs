//! The columns that a file can have.

use std::borrow::Cow;

use crate::config::{CsvSettings, LdapAttribute, REQUIRED_COLUMNS, TextRule, optional_columns};
use crate::model::{Mutability, Purpose, Schema};
use crate::source::mapping::{Absent, AttributeRule, Field, LifecycleRule, Rules};

/// Columns by name. The names are those of attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The column of the external id.
    pub(super) id: String,
    /// Required columns, first the one of the id.
    pub(super) required: Vec<String>,
    /// Optional columns.
    pub(super) optional: Vec<String>,
    /// Columns whose values are visible to all users, or identify the person.
    firm: Vec<String>,
    /// Only in a file whose people are identified by their addresses.
    by_address: Option<ByAddress>,
}

/// What differs if people are identified by their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ByAddress {
    /// Columns whose values are written once.
    permanent: Vec<String>,
    /// The attribute that is the address.
    shown: Option<String>,
}

impl Layout {
    pub(super) fn new(settings: &CsvSettings, schema: &Schema) -> Self {
        let spec = |name: &str| schema.index(name).map(|index| schema.spec(index));
        let is_required = |name: &String| spec(name).is_some_and(|spec| spec.required);
        let further = settings.further_columns.iter().cloned();
        let (id, required, optional): (_, Vec<_>, Vec<_>) = match &settings.id_column {
            None => {
                let optional = optional_columns().map(str::to_owned).chain(further);
                let required = REQUIRED_COLUMNS.map(str::to_owned);
                (required[0].clone(), required.into(), optional.collect())
            }
            Some(id) => {
                let (required, optional): (Vec<_>, _) = further.partition(is_required);
                let required = [id.clone()].into_iter().chain(required);
                (id.clone(), required.collect(), optional)
            }
        };
        let by_address = settings.id_column.is_none().then(|| ByAddress::of(schema));
        let firm = required.iter().filter(|name| **name == id || is_required(name));
        Self {
            firm: firm.cloned().collect(),
            id,
            required,
            optional,
            by_address,
        }
    }

    /// All columns, the required ones first.
    pub(super) fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.required
            .iter()
            .chain(&self.optional)
            .map(|name| Cow::Borrowed(name.as_str()))
    }

    /// Returns whether an empty cell of this column leaves the attribute unknown.
    pub(super) fn says_nothing_when_empty(&self, column: &str) -> bool {
        // An empty cell does not remove a permanent value, which the target can derive from the id.
        column == self.id || self.is_permanent(column)
    }

    /// Returns whether a possibly truncated value does not reject its row. Names are visible to all users, and
    /// some values are permanent, but a phone number can wait for the next run.
    pub(super) fn can_wait(&self, column: &str) -> bool {
        !self.firm.iter().any(|firm| firm == column) && !self.is_permanent(column)
    }

    fn is_permanent(&self, column: &str) -> bool {
        let permanent = self
            .by_address
            .iter()
            .flat_map(|by_address| &by_address.permanent);
        permanent.into_iter().any(|permanent| permanent == column)
    }

    /// Describes the expected header.
    pub(super) fn expected(&self) -> String {
        let required = self.required.join(",");
        let may = if self.by_address.is_some() {
            let optional: Vec<_> = optional_columns().map(|name| format!("`{name}`")).collect();
            format!(
                "may name {} and further attributes of the configuration: in lower case, ",
                optional.join(", ")
            )
        } else {
            "may name further attributes of the configuration: spelled as there, ".to_owned()
        };
        format!(
            "the first line must name the columns `{required}` and {may}in any order, separated by commas"
        )
    }

    /// Columns are attributes of the same names. In a file identified by addresses, the preferred user name is the
    /// address.
    pub(super) fn rules(&self) -> Rules {
        let column = |name: &str| LdapAttribute {
            name: name.to_owned(),
            is_binary: false,
        };
        let rule = |name: &str, from: &str| AttributeRule::new(name, &TextRule::from(column(from)));
        let is_attribute = |name: &Cow<'_, str>| self.by_address.is_some() || **name != *self.id;
        let shown = self
            .by_address
            .as_ref()
            .and_then(|by_address| by_address.shown.as_ref());
        let called = shown.map(|shown| rule(shown, &self.id));
        Rules {
            id: Field::new(&column(&self.id), None),
            lifecycle: LifecycleRule::Active,
            attributes: self
                .names()
                .filter(is_attribute)
                .map(|name| rule(&name, &name))
                .chain(called)
                .collect(),
            absent: Absent::Unknown,
        }
    }
}

impl ByAddress {
    fn of(schema: &Schema) -> Self {
        let permanent = schema
            .iter()
            .filter(|(_, spec)| spec.mutability == Mutability::SetOnce);
        let shown = schema.find(Purpose::ShownName);
        Self {
            permanent: permanent.map(|(_, spec)| spec.name.to_string()).collect(),
            shown: shown.map(|shown| schema.spec(shown).name.to_string()),
        }
    }
}
