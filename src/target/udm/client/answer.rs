//! Converts answers with an error status to errors.

use std::time::Duration;

use serde::de::IgnoredAny;

use crate::model::foreign;
use crate::target::udm::wire::{Located, Refusal};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// If a server asks for a longer pause than this, the call fails.
pub(super) const PATIENCE: Duration = Duration::from_secs(300);

pub(in crate::target::udm) const IS_THIS_UDM: &str = "check `udm.url`: is this the REST API of a UDM (it ends with `/univention/udm/`), and does a proxy in between let it through?";

const WHO: &str = "check `udm.user` and `udm.password`";
const RIGHTS: &str = "let `udm.user` use the REST API: put it into Domain Admins, or name one of its groups in the UCR variable \
                      `directory/manager/rest/authorized-groups/…`";
const OUTAGE: &str =
    "the LDAP server of UDM may be down, or the password may have been changed; run again when it is back";

/// An answer with an error status.
pub(super) struct Answer<'a> {
    pub(super) operation: &'static str,
    pub(super) url: &'a str,
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: &'a [u8],
    /// The server has accepted our password before.
    pub(super) was_let_in: bool,
}

impl Answer<'_> {
    pub(super) fn error(&self) -> TargetError {
        match self.status {
            401 if self.was_let_in => self
                .of(Kind::Unreachable, "the server no longer accepts the password")
                .hint(OUTAGE),
            401 => self
                .of(Kind::Unauthorized, "the server refuses the password")
                .hint(WHO),
            403 => self.of(Kind::Unauthorized, &self.message()).hint(RIGHTS),
            503 => self.busy(),
            408 | 502 | 504 => self.of(Kind::Unreachable, &self.message()),
            _ if !self.is_json() => self.not_json(),
            404 => self.of(Kind::NotFound, &self.message()),
            412 => self.of(Kind::Conflict, CHANGED).hint(ANEW),
            400 | 422 => self.refused(),
            _ => self.of(Kind::Protocol, &self.message()),
        }
    }

    /// Error for a server that is starting, or whose LDAP server is not reachable. It has done nothing.
    fn busy(&self) -> TargetError {
        let kind = Kind::Throttled {
            after: self.retry_after,
        };
        let error = self
            .of(kind, &self.message())
            .hint("run again when UDM and its LDAP server are up");
        match self.retry_after.filter(|after| *after > PATIENCE) {
            Some(after) => error.adding(format_args!("the server asks to wait {} s", after.as_secs())),
            None => error,
        }
    }

    /// Error for a page of a proxy, or of a server that is not a UDM.
    pub(super) fn not_json(&self) -> TargetError {
        let kind = match self.status {
            500..=599 => Kind::Unreachable,
            404..=406 => Kind::Misconfigured,
            _ => Kind::Protocol,
        };
        let what = format!("{} answered {}", self.url, self.form());
        self.of(kind, &what).hint(IS_THIS_UDM)
    }

    /// Error for a success status that UDM does not give to a write. The write counts as one whose answer was lost.
    pub(super) fn not_written(&self) -> TargetError {
        let what = format!(
            "{} answered {}, so it is not known whether this was written",
            self.url,
            self.form()
        );
        self.of(Kind::Unreachable, &what).hint(IS_THIS_UDM)
    }

    fn form(&self) -> &'static str {
        if self.body.trim_ascii_start().starts_with(b"<") {
            "with HTML"
        } else if self.body.is_empty() {
            "without a body"
        } else if self.is_json() {
            "with JSON of an unknown form"
        } else {
            "with something other than JSON"
        }
    }

    /// Error for values that the server does not accept.
    fn refused(&self) -> TargetError {
        let refusal: Refusal = serde_json::from_slice(self.body).unwrap_or_default();
        let located = refusal.located();
        let message = match located {
            [] => foreign(&first_line(&refusal.error.message)),
            located => located.iter().map(described).collect::<Vec<_>>().join("; "),
        };
        if located.iter().any(is_conflict) {
            return self.of(Kind::Conflict, &message).hint(TAKEN);
        }
        self.of(Kind::InvalidAttribute { attribute: None }, &message)
    }

    fn is_json(&self) -> bool {
        serde_json::from_slice::<IgnoredAny>(self.body).is_ok()
    }

    /// The server's message. Some answers consist of one JSON text.
    fn message(&self) -> String {
        if let Ok(text) = serde_json::from_slice::<String>(self.body) {
            return foreign(&first_line(&text));
        }
        let refusal: Refusal = serde_json::from_slice(self.body).unwrap_or_default();
        match first_line(&refusal.error.message) {
            message if !message.is_empty() => foreign(&message),
            _ if self.is_json() => "without a message".to_owned(),
            _ => format!("{} answered without JSON", self.url),
        }
    }

    fn of(&self, kind: Kind, what: &str) -> TargetError {
        TargetError::new(kind, self.operation, format!("{} {what}", self.status))
    }
}

const CHANGED: &str = "it was changed in the meantime";
const ANEW: &str = "the next run checks it again";
const TAKEN: &str = "another object has the value, or it was refused within the last 5 minutes: the server locks \
     a refused value for that time; run again in 5 minutes";

/// Returns whether the server refused a write because the object has changed.
pub(in crate::target::udm) fn has_changed(error: &TargetError) -> bool {
    error.kind == Kind::Conflict && error.what.ends_with(CHANGED)
}

/// Returns whether the error is about a unique value. The server only says so in these words.
fn is_conflict(located: &Located) -> bool {
    let of_object = located.location.last().is_some_and(|name| name == "dn");
    let says = |words: &str| located.message.contains(words);
    (of_object && says("Object exists")) || says("already in use") || says("could not get locked")
}

/// Describes the error and its location. The value at the end of the message is left out.
fn described(located: &Located) -> String {
    let name = located.location.last().map_or("", String::as_str);
    let message = without_values(&first_line(&located.message));
    let message = foreign(&message);
    // A quoted name is hidden.
    if name.is_empty() || message.contains(name) {
        message
    } else {
        format!("`{name}`: {message}")
    }
}

fn first_line(text: &str) -> String {
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    line.trim().chars().take(400).collect()
}

/// The server's message without personal data: it ends its messages with the refused value.
fn without_values(message: &str) -> String {
    const BEFORE: [&str; 4] = [
        "in use as username or as groupname: ",
        "address is already in use: ",
        "configured mail domains: ",
        "DN: Object exists: ",
    ];
    let end = BEFORE
        .iter()
        .find_map(|words| Some(message.find(words)? + words.len()))
        .unwrap_or(message.len());
    message[..end].trim_end().trim_end_matches(':').to_owned()
}

#[cfg(test)]
mod tests;
