//! What is known about one person or group, and what a run would do about it.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::one_line;
use crate::model::ActionKind;

const NOTHING: &str = "nothing";

/// What is known about one person or group, schema `directory-sync/explanation/1`.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// `directory-sync/explanation/1`.
    pub schema: &'static str,
    /// The given name.
    pub who: String,
    /// Title of the target.
    pub target: String,
    /// The file, if it is about a saved plan or run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub records: Vec<ExplainedRecord>,
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
    pub source: String,
    /// `FILE:LINE`, or the name of the entry.
    pub at: String,
    /// `active`, `disabled`, `rejected`, or `leaver` on a list of leavers.
    pub state: &'static str,
    /// The external id in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The values that the target would store.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<ExplainedAttribute>,
}

#[derive(Debug, Serialize)]
pub struct ExplainedAttribute {
    /// Its name at the target.
    pub name: String,
    /// The attributes or the column of the source from which it is mapped; empty if it is derived otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// Only if values are shown; `None` otherwise.
    #[serde(flatten)]
    pub value: Option<Shown>,
}

/// A value that is shown.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The value that the target would store.
    pub value: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct ExplainedAccount {
    /// `user` or `group`.
    #[serde(rename = "type")]
    pub resource: &'static str,
    /// The target id.
    pub account: String,
    /// Name and login name, if people are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The external id in hex, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `active` or `disabled`.
    pub state: &'static str,
    pub ownership: String,
    /// What connects it with the person or the given name.
    pub found: &'static str,
}

/// What happens, and why.
#[derive(Debug, Serialize)]
pub struct Decision {
    /// The action, or `nothing`.
    #[serde(serialize_with = "name_of")]
    pub action: Option<ActionKind>,
    /// The reason, as a sentence.
    pub what: String,
    /// The setting that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The values of a change, if values are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The members of a group that change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<ExplainedMembers>,
}

/// The members that a change adds to a group, and those that it removes.
#[derive(Debug, Serialize)]
pub struct ExplainedMembers {
    pub added: Vec<ExplainedMember>,
    pub removed: Vec<ExplainedMember>,
}

#[derive(Debug, Serialize)]
pub struct ExplainedMember {
    /// `user` or `group`; omitted for an object that this tool does not manage.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'static str>,
    /// The external id in hex, or the target's own reference.
    pub id: String,
    /// Name and login name, if people are named and it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn name_of<S: Serializer>(action: &Option<ActionKind>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(action.map_or(NOTHING, ActionKind::name))
}

impl Explanation {
    /// Prints it for people.
    pub fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = |indent: usize, text: &str| writeln!(out, "{:indent$}{}", "", one_line(text));
        let file = self.file.as_ref();
        let file = file.map_or_else(String::new, |file| format!(", from {file}"));
        line(0, &format!("{} at {}{file}", self.who, self.target))?;
        for record in &self.records {
            line(0, "")?;
            line(0, &record.title())?;
            if let Some(reason) = &record.reason {
                line(2, reason)?;
            }
            for attribute in &record.attributes {
                line(2, &attribute.line_of())?;
            }
        }
        if self.records.is_empty() {
            line(0, "")?;
            line(
                0,
                if self.file.is_some() {
                    "Record: none"
                } else {
                    "Record: none in any source"
                },
            )?;
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
            line(0, &decision.line_of())?;
            for value in &decision.values {
                line(2, value)?;
            }
            for member in decision.members.iter().flat_map(ExplainedMembers::lines) {
                line(2, &member)?;
            }
        }
        Ok(())
    }
}

/// ` group`; empty for people.
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
    fn line_of(&self) -> String {
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

impl ExplainedMembers {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let added = self.added.iter().map(|member| ("added", member));
        let removed = self.removed.iter().map(|member| ("removed", member));
        added
            .chain(removed)
            .map(|(what, member)| format!("member {what}: {}", member.title()))
    }
}

impl ExplainedMember {
    fn title(&self) -> String {
        let name = self.name.as_ref().unwrap_or(&self.id);
        match self.resource {
            None | Some("user") => name.clone(),
            Some(resource) => format!("{resource} {name}"),
        }
    }
}

impl Decision {
    fn line_of(&self) -> String {
        let rule = self
            .rule
            .as_ref()
            .map_or_else(String::new, |rule| format!(" [{rule}]"));
        let action = self.action.map_or(NOTHING, ActionKind::verb);
        format!("Decision: {action}: {}{rule}", self.what)
    }
}
