//! The settings of a source.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::ldap::LdapSettings;
use crate::config::keys;

/// One entry of `sources`.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// Its name, which implies the kind if it is one.
    pub name: Arc<str>,
    pub kind: SourceKind,
}

/// The columns of every file whose people are identified by `email`, which is the first.
pub const REQUIRED_COLUMNS: [&str; 4] = ["email", "first_name", "last_name", "phone"];

/// The attribute that is the address in such a file.
const SHOWN_NAME: &str = "preferred_username";

/// The optional columns of such a file, without those of further attributes.
pub fn optional_columns() -> impl Iterator<Item = &'static str> {
    let is_column = |name: &&str| *name != SHOWN_NAME && !REQUIRED_COLUMNS.contains(name);
    ["localpart"]
        .into_iter()
        .chain(keys::texts_of_people().filter(is_column))
}

impl SourceSettings {
    /// The attributes or the column of the source from which an attribute of the target is mapped; empty if there is
    /// none.
    pub fn made_from(&self, of_person: bool, attribute: &str) -> Vec<String> {
        match &self.kind {
            SourceKind::Ldap(ldap) => ldap.made_from(of_person, attribute),
            SourceKind::Csv(csv) => {
                let is_fixed = optional_columns()
                    .chain(REQUIRED_COLUMNS)
                    .any(|name| name == attribute);
                let is_column = is_fixed || csv.further_columns.iter().any(|name| name == attribute);
                is_column.then(|| attribute.to_owned()).into_iter().collect()
            }
            SourceKind::Ukt(_) => Vec::new(),
        }
    }
}

#[derive(Debug, Clone)]
pub enum SourceKind {
    Ldap(Box<LdapSettings>),
    Csv(CsvSettings),
    Ukt(Box<UktSettings>),
}

impl SourceKind {
    /// `ldap`, `csv` or `ukt`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ldap(_) => "ldap",
            Self::Csv(_) => "csv",
            Self::Ukt(_) => "ukt",
        }
    }
}

/// `sources.NAME.*` of a CSV source.
#[derive(Debug, Clone)]
pub struct CsvSettings {
    /// The file, relative to the working directory.
    pub file_path: PathBuf,
    /// The column of the external id. `None`: people are identified by `email`, and the file has fixed columns.
    pub id_column: Option<String>,
    /// Optional columns: names of attributes.
    pub further_columns: Vec<String>,
    /// Separator of values in a cell, for attributes with several values. `None`: a cell is one value.
    pub list_separator: Option<String>,
}

/// `sources.NAME.*` of a UKT source.
#[derive(Debug, Clone)]
pub struct UktSettings {
    /// Address of the list.
    pub endpoint_url: Url,
    /// Address of the token endpoint.
    pub oauth2_url: Url,
    /// Sent unchanged.
    pub client_id: String,
    /// Sent unchanged.
    pub client_secret: SecretString,
    /// Sent unchanged.
    pub scope: String,
    /// Sent unchanged; usually `client_credentials`.
    pub grant_type: String,
    /// Connect, and silence of the server.
    pub timeout: Duration,
    /// The whole read, with all its tries.
    pub deadline: Option<Duration>,
}
