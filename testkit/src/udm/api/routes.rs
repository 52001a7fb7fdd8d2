//! Which address leads where (recorded: routing).

use super::write::{self, Plan, Step};
use super::{Call, MODULES, decoded, object, pages, search};
use crate::udm::answer::{Answer, Incoming};
use crate::udm::errors::Failure;
use crate::udm::schema::Kind;
use crate::udm::state::State;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Index,
    Base,
    AnyObject(String),
    Progress(String),
    /// A type by its name, known to the double or not.
    Collection(String),
    Template(String),
    Move(String),
    Object(String, String),
    Nowhere,
}

/// Finds the route of a path.
pub(crate) fn route(prefix: &str, path: &str) -> Route {
    let rest = path
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix("/udm/"));
    let Some(rest) = rest else {
        return Route::Nowhere;
    };
    let segments: Vec<String> = rest.split('/').map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        [""] => Route::Index,
        ["ldap", "base", ""] => Route::Base,
        ["object", name] if !name.is_empty() => Route::AnyObject((*name).to_owned()),
        ["progress", id] if !id.is_empty() => Route::Progress((*id).to_owned()),
        [group, name, last] if is_type(&format!("{group}/{name}")) => {
            let kind = format!("{group}/{name}");
            match *last {
                "" => Route::Collection(kind),
                "add" => Route::Template(kind),
                "move" => Route::Move(kind),
                dn => Route::Object(kind, dn.to_owned()),
            }
        }
        _ => Route::Nowhere,
    }
}

fn is_type(name: &str) -> bool {
    MODULES.lines().any(|line| line.split('\t').next() == Some(name))
}

impl Route {
    /// The name that requests are counted under.
    pub(crate) fn pattern(&self) -> String {
        match self {
            Self::Index => "/".to_owned(),
            Self::Base => "ldap/base/".to_owned(),
            Self::AnyObject(_) => "object/{dn}".to_owned(),
            Self::Progress(_) => "progress/{id}".to_owned(),
            Self::Collection(kind) => format!("{kind}/"),
            Self::Template(kind) => format!("{kind}/add"),
            Self::Move(kind) => format!("{kind}/move"),
            Self::Object(kind, _) => format!("{kind}/{{dn}}"),
            Self::Nowhere => "nowhere".to_owned(),
        }
    }

    fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Collection(_) => &["GET", "OPTIONS", "POST"],
            Self::Object(..) => &["GET", "OPTIONS", "PUT", "PATCH", "DELETE"],
            Self::Move(_) => &["POST", "OPTIONS"],
            _ => &["GET", "OPTIONS"],
        }
    }
}

/// What the gateway refuses by itself, before it looks at credentials (recorded: routing/GET with a body, HEAD of a
/// collection, an odd method).
fn refused_by_gateway(incoming: &Incoming) -> Option<Answer> {
    match incoming.method.as_str() {
        "HEAD" => Some(Answer::text(405, "text/plain", "")),
        "GET" if !incoming.body.is_empty() => {
            let text = "Body not allowed for GET request (use allow_nonstandard_methods to override)";
            Some(Answer::text(500, "text/plain", text))
        }
        "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => None,
        _ => Some(Answer::text(405, "text/plain", "HTTP 405: Method Not Allowed")),
    }
}

/// Does a request up to the point where it writes what it has read before.
pub(crate) fn first_step(state: &mut State, call: &Call<'_>, route: &Route) -> Step {
    if let Some(answer) = refused_by_gateway(call.incoming) {
        return answer.into();
    }
    let kind = match super::auth::admit(state, call.incoming) {
        Ok(kind) => kind,
        Err(super::auth::Rejected::Answer(answer)) => return answer.into(),
        Err(super::auth::Rejected::Failure(failure)) => return refusal(call, &failure).into(),
    };
    match dispatch(state, call, route) {
        Ok(Step::Done(answer)) => answer.typed_as(kind).into(),
        Ok(write) => write,
        Err(failure) => refusal(call, &failure).into(),
    }
}

/// Writes what was planned.
pub(crate) fn second_step(state: &mut State, call: &Call<'_>, plan: Plan) -> Answer {
    write::carry_out(state, call, plan).unwrap_or_else(|failure| refusal(call, &failure))
}

fn refusal(call: &Call<'_>, failure: &Failure) -> Answer {
    Answer::json(failure.status(), &failure.document(&call.address, &call.root))
}

fn dispatch(state: &mut State, call: &Call<'_>, route: &Route) -> Result<Step, Failure> {
    let method = call.incoming.method.as_str();
    if *route == Route::Nowhere {
        return Err(Failure::not_found());
    }
    let methods = route.methods();
    if !methods.contains(&method) {
        return Err(Failure::plain(405, "HTTP 405: Method Not Allowed"));
    }
    if method == "OPTIONS" {
        let answer = Answer::json(200, &serde_json::json!({})).with("allow", methods.join(", "));
        return Ok(answer.into());
    }
    match (route, method) {
        (Route::Index, _) => Ok(pages::index(call).into()),
        (Route::Base, _) => Ok(pages::base(state, call).into()),
        (Route::AnyObject(name), _) => pages::any_object(state, call, name).map(Step::from),
        (Route::Progress(id), _) => pages::progress(state, call, id).map(Step::from),
        (Route::Template(kind), _) => pages::template(state, call, held(kind)?).map(Step::from),
        (Route::Collection(kind), "GET") => search::collection(state, call, kind).map(Step::from),
        (Route::Collection(kind), _) => write::post(state, call, held(kind)?).map(Step::from),
        (Route::Move(kind), _) => write::post_move(state, call, held(kind)?).map(Step::from),
        (Route::Object(kind, dn), "GET") => object::get(state, call, kind, dn).map(Step::from),
        (Route::Object(kind, dn), "PUT") => write::put(state, call, held(kind)?, dn),
        (Route::Object(kind, dn), "PATCH") => write::patch(state, call, kind, dn),
        (Route::Object(kind, dn), _) => write::delete(state, call, kind, dn),
        (Route::Nowhere, _) => Err(Failure::not_found()),
    }
}

/// A type that the double holds objects of.
fn held(kind: &str) -> Result<Kind, Failure> {
    Kind::named(kind).ok_or_else(Failure::not_found)
}
