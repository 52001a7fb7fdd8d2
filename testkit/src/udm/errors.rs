//! Why a request is refused, and the document that says so (recorded: routing, create-user).

use serde_json::{Map, Value, json};

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// One message.
    Plain { status: u16, message: String },
    /// An error of the server itself, with a traceback.
    Crash {
        status: u16,
        title: &'static str,
        message: String,
    },
    /// 422, with one problem or many.
    Invalid(Vec<Problem>),
}

/// Where in the request something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The structure of the body.
    Body,
    /// The query.
    Query,
    /// A property, or the object as a whole.
    Argument,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    place: Place,
    location: Vec<String>,
    message: String,
}

impl Problem {
    /// A property of the body that is wrong before anything is done.
    pub(crate) fn property(name: &str, message: impl Into<String>) -> Self {
        Self::at(Place::Argument, &["body", "properties", name], message)
    }

    /// A value that the object does not take.
    pub(crate) fn object(name: &str, message: impl Into<String>) -> Self {
        Self::at(Place::Argument, &["body", name], message)
    }

    pub(crate) fn at(place: Place, location: &[&str], message: impl Into<String>) -> Self {
        Self {
            place,
            location: location.iter().map(|part| (*part).to_owned()).collect(),
            message: message.into(),
        }
    }

    fn name(&self) -> &str {
        match self.location.as_slice() {
            [_] => "body_arguments",
            location => location.last().map_or("", String::as_str),
        }
    }

    fn line(&self) -> String {
        let (name, message) = (self.name(), &self.message);
        match self.place {
            Place::Body => format!("Body data \"{name}\": {message}\n"),
            Place::Query => format!("Query string \"{name}\": {message}\n"),
            Place::Argument => format!("Request argument \"{name}\" {message}\n"),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Invalid(vec![problem])
    }
}

impl Failure {
    pub(crate) fn plain(status: u16, message: impl Into<String>) -> Self {
        Self::Plain {
            status,
            message: message.into(),
        }
    }

    pub(crate) fn not_found() -> Self {
        Self::plain(404, "HTTP 404: Not Found")
    }

    pub(crate) fn bad_request(reason: &str) -> Self {
        Self::plain(400, format!("HTTP 400: Bad Request ({reason})"))
    }

    /// The directory server refuses what UDM wrote.
    pub(crate) fn ldap(reason: &str) -> Self {
        Self::plain(400, format!("LDAP Error: {reason}"))
    }

    pub(crate) fn crash(message: &str) -> Self {
        Self::Crash {
            status: 500,
            title: "",
            message: message.to_owned(),
        }
    }

    /// Something that must be unique is there (recorded: duplicates).
    pub(crate) fn exists(what: &str) -> Self {
        Problem::object("dn", format!("Object exists: {what}.")).into()
    }

    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Plain { status, .. } | Self::Crash { status, .. } => *status,
            Self::Invalid(_) => 422,
        }
    }

    /// The document; `address` is the address of the request without its query, `root` the one of `/udm/`.
    pub(crate) fn document(&self, address: &str, root: &str) -> Value {
        let (title, message, details) = match self {
            Self::Plain { message, .. } => ("", message.clone(), json!({})),
            Self::Crash { title, message, .. } => (*title, message.clone(), json!({})),
            Self::Invalid(problems) => ("Unprocessable Entity", summary(problems), details(problems)),
        };
        let status = self.status();
        let mut error = json!({"code": status, "title": title, "message": message, "error": details});
        if let Self::Crash { .. } = self {
            error["traceback"] = json!(format!("Traceback (most recent call last):\n  …\n{message}"));
        }
        let mut document = json!({
            "error": error,
            "_links": {
                "self": [{"title": format!("HTTP-Error {status}: {title}"), "href": address}],
                "curies": [{"name": "udm", "templated": true, "href": format!("{root}relation/{{rel}}")}],
            },
        });
        if let Self::Invalid(problems) = self {
            let list: Vec<Value> = problems.iter().map(Problem::entry).collect();
            document["_embedded"] = json!({"udm:error": list});
        }
        document
    }
}

impl Problem {
    fn entry(&self) -> Value {
        json!({"location": self.location, "message": self.message, "type": "value_error"})
    }
}

fn summary(problems: &[Problem]) -> String {
    let lines: String = problems.iter().map(Problem::line).collect();
    format!("{} error(s) occurred:\n{lines}", problems.len())
}

/// Messages by name; those about the structure of body and query, and about the object, one level down.
fn details(problems: &[Problem]) -> Value {
    let mut all = Map::new();
    for problem in problems {
        let message = json!(problem.message);
        let group = match (problem.place, problem.location.as_slice()) {
            (Place::Argument, [first, _]) if first == "body" => Some("body"),
            (Place::Argument, _) => None,
            (Place::Body, _) => Some("body_arguments"),
            (Place::Query, _) => Some("query_string"),
        };
        match group {
            None => _ = all.insert(problem.name().to_owned(), message),
            Some(group) if problem.location.len() == 1 => _ = all.insert(group.to_owned(), message),
            Some(group) => all.entry(group).or_insert_with(|| json!({}))[problem.name()] = message,
        }
    }
    Value::Object(all)
}
