//! Who may call at all (recorded: auth).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::udm::answer::{Answer, Incoming};
use crate::udm::errors::Failure;
use crate::udm::state::State;

/// What a request without valid credentials gets.
pub(crate) enum Rejected {
    Answer(Answer),
    Failure(Failure),
}

/// Checks the credentials, then the type that the answer may have; gives that type.
pub(crate) fn admit(state: &State, incoming: &Incoming) -> Result<&'static str, Rejected> {
    authenticate(state, incoming)?;
    let accepted = incoming.header("accept").unwrap_or_default();
    let kinds = accepted.split(',').filter_map(|part| part.split(';').next());
    let kind = kinds.map(str::trim).find_map(|kind| match kind {
        "application/json" => Some("application/json"),
        "application/hal+json" | "application/*" => Some("application/hal+json"),
        _ => None,
    });
    kind.ok_or_else(|| Rejected::Answer(Answer::bare(406)))
}

fn authenticate(state: &State, incoming: &Incoming) -> Result<(), Rejected> {
    const REALM: &str = "Basic realm=\"Univention Directory Manager\"";
    let unauthorized = |realms: String| Rejected::Answer(Answer::bare(401).with("www-authenticate", realms));
    let header = incoming.header("authorization").unwrap_or_default();
    if header.starts_with("Bearer ") {
        let bearer = "Bearer realm=\"Univention Directory Manager\"";
        return Err(unauthorized(format!("{REALM}, {bearer}")));
    }
    let Some(encoded) = header.strip_prefix("Basic ") else {
        return Err(unauthorized(REALM.to_owned()));
    };
    let text = STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = text.as_deref().and_then(|text| text.split_once(':'));
    let Some((name, password)) = pair.filter(|(name, password)| !name.is_empty() && !password.is_empty())
    else {
        let failure = Failure::bad_request("The basic auth credentials are malformed.");
        return Err(Rejected::Failure(failure));
    };
    match access(state, name, password) {
        Access::Granted => Ok(()),
        Access::WrongGroup => {
            let failure = Failure::plain(403, "HTTP 403: Forbidden (Not in allowed groups.)");
            Err(Rejected::Failure(failure))
        }
        Access::Unknown => Err(unauthorized(REALM.to_owned())),
    }
}

enum Access {
    Granted,
    WrongGroup,
    Unknown,
}

/// The root DN may, and members of Domain Admins with their current password.
fn access(state: &State, name: &str, password: &str) -> Access {
    if name.eq_ignore_ascii_case("cn=admin") {
        let right = password == state.options.password;
        return if right { Access::Granted } else { Access::Unknown };
    }
    let directory = &state.directory;
    let user = directory
        .named(name)
        .filter(|user| user.kind == crate::udm::Kind::User);
    let Some(user) = user.filter(|user| user.passwords.last().is_some_and(|last| last == password)) else {
        return Access::Unknown;
    };
    let admins = directory.domain_admins;
    if admins.is_some_and(|admins| directory.groups_of(&user.key).contains(&admins)) {
        Access::Granted
    } else {
        Access::WrongGroup
    }
}
