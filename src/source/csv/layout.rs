//! The columns that a file can have.

use std::borrow::Cow;

use crate::config::{CsvSettings, LdapAttribute, TextRule};
use crate::model::{Cardinality, Schema};
use crate::source::mapping::{Absent, AttributeRule, Field, LifecycleRule, Rules};

/// A file whose people are identified by their addresses.
const BY_ADDRESS: [&str; 4] = ["email", "first_name", "last_name", "phone"];
const OPTIONAL_BY_ADDRESS: [&str; 2] = ["localpart", "preferred_language"];

/// Columns by name. The names are those of attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The column of the external id.
    pub(super) id: String,
    /// Required columns, first the one of the id.
    pub(super) required: Vec<String>,
    /// Optional columns.
    pub(super) optional: Vec<String>,
    /// The columns whose cells contain several values, and the separator.
    lists: Option<(Vec<String>, String)>,
}

impl Layout {
    pub(super) fn new(settings: &CsvSettings, schema: &Schema) -> Self {
        let further = settings.further_columns.iter().cloned();
        let is_list = |name: &String| {
            let index = schema.index(name);
            index.is_some_and(|index| schema.spec(index).cardinality == Cardinality::Many)
        };
        let lists = settings.list_separator.as_ref().map(|separator| {
            let lists = further.clone().filter(is_list);
            (lists.collect(), separator.clone())
        });
        let Some(id) = &settings.id_column else {
            return Self {
                id: BY_ADDRESS[0].to_owned(),
                required: BY_ADDRESS.map(str::to_owned).into(),
                optional: OPTIONAL_BY_ADDRESS
                    .map(str::to_owned)
                    .into_iter()
                    .chain(further)
                    .collect(),
                lists,
            };
        };
        let is_required = |name: &str| {
            schema
                .index(name)
                .is_some_and(|index| schema.spec(index).required)
        };
        let (required, optional): (Vec<_>, Vec<_>) = further.partition(|name| is_required(name));
        Self {
            id: id.clone(),
            required: [id.clone()].into_iter().chain(required).collect(),
            optional,
            lists,
        }
    }

    /// The trimmed values of a cell of this column.
    pub(super) fn values(&self, column: &str, cell: &str) -> Vec<Vec<u8>> {
        match &self.lists {
            Some((lists, separator)) if lists.iter().any(|list| list == column) => {
                let values = cell.split(separator.as_str()).map(str::trim);
                let values: Vec<Vec<u8>> = values
                    .filter(|value| !value.is_empty())
                    .map(|value| value.as_bytes().to_vec())
                    .collect();
                if values.is_empty() {
                    vec![Vec::new()]
                } else {
                    values
                }
            }
            _ => vec![cell.as_bytes().to_vec()],
        }
    }

    /// All columns, the required ones first.
    pub(super) fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.required
            .iter()
            .chain(&self.optional)
            .map(|name| Cow::Borrowed(name.as_str()))
    }

    fn is_by_address(&self) -> bool {
        self.id == BY_ADDRESS[0]
    }

    /// Returns whether an empty cell of this column leaves the attribute unknown.
    pub(super) fn says_nothing_when_empty(&self, column: &str) -> bool {
        // An empty localpart does not remove it. The target derives one from the id.
        column == self.id || (self.is_by_address() && column == "localpart")
    }

    /// Returns whether a possibly truncated value does not reject its row. Names are visible to all users, and a
    /// localpart is permanent, but a phone number can wait for the next run.
    pub(super) fn can_wait(&self, column: &str) -> bool {
        let is_optional = !self.required.iter().any(|required| required == column);
        match column {
            "phone" => true,
            "localpart" => !self.is_by_address(),
            _ => is_optional,
        }
    }

    /// Describes the expected header.
    pub(super) fn expected(&self) -> String {
        let required = self.required.join(",");
        let may = if self.is_by_address() {
            "may name `localpart`, `preferred_language` and further attributes of the configuration: in lower case, "
        } else {
            "may name further attributes of the configuration: spelled as there, "
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
        let is_attribute = |name: &Cow<'_, str>| self.is_by_address() || **name != *self.id;
        let called = self.is_by_address().then(|| rule("preferred_username", &self.id));
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
