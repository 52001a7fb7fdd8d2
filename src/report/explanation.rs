//! What is known of one person or group, and what a run would do about them.

use std::io::{self, Write};

use serde::Serialize;

use super::one_line;

/// What is known of one person or group, schema `directory-sync/explanation/1`.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// `directory-sync/explanation/1`.
    pub schema: &'static str,
    /// What was asked for.
    pub who: String,
    /// The target, as people call it.
    pub target: String,
    /// Records of the sources.
    pub records: Vec<ExplainedRecord>,
    /// Accounts at the target.
    pub accounts: Vec<ExplainedAccount>,
    /// What a run would do, and why; never empty.
    pub decisions: Vec<Decision>,
}

/// A record of a source.
#[derive(Debug, Serialize)]
pub struct ExplainedRecord {
    /// `user` or `group`.
    #[serde(rename = "type")]
    pub resource: &'static str,
    /// The source's name.
    pub source: String,
    /// `FILE:LINE`, or the name of the entry.
    pub at: String,
    /// `active`, `disabled`, `rejected`, or `leaver` on a list of them.
    pub state: &'static str,
    /// The external id in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the target would store.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<ExplainedAttribute>,
}

/// An attribute of a record.
#[derive(Debug, Serialize)]
pub struct ExplainedAttribute {
    /// Its name at the target.
    pub name: String,
    /// The attributes or the column of the source that it is made from; empty: it follows from something else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// Only when values are shown; `None`: there is no value.
    #[serde(flatten)]
    pub value: Option<Shown>,
}

/// A value that is shown.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The value that the target would store.
    pub value: Option<String>,
}

/// An account.
#[derive(Debug, Serialize)]
pub struct ExplainedAccount {
    /// `user` or `group`.
    #[serde(rename = "type")]
    pub resource: &'static str,
    /// The target's id.
    pub account: String,
    /// Name and login name, if people are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The external id in hex, if it carries one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `active` or `disabled`.
    pub state: &'static str,
    /// Whose it is.
    pub ownership: String,
    /// What ties it to the person or to what was asked for.
    pub found: &'static str,
}

/// What happens, and why.
#[derive(Debug, Serialize)]
pub struct Decision {
    /// The action, or `nothing`.
    pub action: &'static str,
    /// What it is about, in a sentence.
    pub what: String,
    /// The setting that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The values of a change, when values are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

impl Explanation {
    /// Prints it for people.
    pub fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = |indent: usize, text: &str| writeln!(out, "{:indent$}{}", "", one_line(text));
        line(0, &format!("{} at {}", self.who, self.target))?;
        for record in &self.records {
            line(0, "")?;
            line(0, &record.title())?;
            if let Some(reason) = &record.reason {
                line(2, reason)?;
            }
            for attribute in &record.attributes {
                line(2, &attribute.told())?;
            }
        }
        if self.records.is_empty() {
            line(0, "")?;
            line(0, "Record: none in any source")?;
        }
        for account in &self.accounts {
            line(0, "")?;
            line(0, &account.title())?;
            line(2, &format!("{}; {}", account.found, account.ownership))?;
        }
        if self.accounts.is_empty() {
            line(0, "")?;
            line(0, "Account: none")?;
        }
        line(0, "")?;
        for decision in &self.decisions {
            line(0, &decision.told())?;
            for value in &decision.values {
                line(2, value)?;
            }
        }
        Ok(())
    }
}

/// ` group`, or nothing for people.
fn of_type(resource: &str) -> String {
    if resource == "user" {
        String::new()
    } else {
        format!(" of a {resource}")
    }
}

impl ExplainedRecord {
    fn title(&self) -> String {
        let Self {
            resource,
            source,
            at,
            state,
            ..
        } = self;
        let id = self
            .id
            .as_ref()
            .map_or_else(String::new, |id| format!(", external id {id}"));
        format!("Record{}: {at} ({source}), {state}{id}", of_type(resource))
    }
}

impl ExplainedAttribute {
    fn told(&self) -> String {
        let from = match &self.from[..] {
            [] => String::new(),
            from => format!(" (from `{}`)", from.join("`, `")),
        };
        let value = match &self.value {
            None => String::new(),
            Some(Shown { value: None }) => ": none".to_owned(),
            Some(Shown { value: Some(value) }) => format!(": {value:?}"),
        };
        format!("{}{from}{value}", self.name)
    }
}

impl ExplainedAccount {
    fn title(&self) -> String {
        let name = self
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!(", {name}"));
        let id = match &self.id {
            Some(id) => format!("external id {id}"),
            None => "no external id".to_owned(),
        };
        let of_type = of_type(self.resource);
        format!("Account{of_type}: {}{name}, {}, {id}", self.account, self.state)
    }
}

impl Decision {
    fn told(&self) -> String {
        let rule = self
            .rule
            .as_ref()
            .map_or_else(String::new, |rule| format!(" [{rule}]"));
        format!("Decision: {}: {}{rule}", self.action, self.what)
    }
}
