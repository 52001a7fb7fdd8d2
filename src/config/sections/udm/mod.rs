//! `udm.*`

mod ids;
mod objects;

pub(in crate::config) use self::ids::refuse_mixed_ids;

use std::time::Duration;

use figment::value::Value;
use secrecy::ExposeSecret as _;
use url::Url;

use self::objects::{locations, objects};
use crate::config::document::files;
use crate::config::layers::Layers;
use crate::config::read::Reader;
use crate::config::read::flags::Flags;
use crate::config::settings::USER_PROPERTIES;
use crate::config::settings::{PropertyLocations, UdmSettings, UdmTls};
use crate::plan::{AbsentPolicy, DisabledPolicy, Policy};

/// The section, and the one of the other target.
const SECTION: &str = "udm";
const OTHER: &str = "zitadel";

const GROUP_PROPERTIES: [&str; 5] = [
    "description",
    "name",
    "nestedGroup",
    "univentionObjectIdentifier",
    "users",
];

/// Properties that every user must have.
const REQUIRED_OF_USERS: [&str; 2] = ["username", "lastname"];
const REQUIRED_OF_GROUPS: [&str; 1] = ["name"];

const MEMBER_PROPERTIES: [&str; 2] = ["users", "nestedGroup"];

/// Returns whether the target is UDM.
pub(in crate::config) fn is_target(layers: &Layers) -> bool {
    layers.is_given(SECTION)
}

/// Reports two configured targets.
pub(in crate::config) fn refuse_two_targets(reader: &mut Reader<'_>) {
    if is_target(reader.layers) && reader.layers.is_given(OTHER) {
        let rest = ", but a configuration has one target";
        let hint = "keep one of them, and write a second file for the other";
        let _: Option<()> = reader.both_given((OTHER, SECTION), rest, hint);
    }
}

/// Notes flags that only concern the other target.
pub(in crate::config) fn note_flags(reader: &mut Reader<'_>, flags: Flags) {
    let set = [
        ("sso_login", flags.sso_login),
        ("verify_email", flags.verify_email),
        ("verify_phone", flags.verify_phone),
    ];
    for (flag, _) in set.iter().filter(|(_, is_set)| *is_set) {
        let note = format!("the feature flag `{flag}` has no effect with `{SECTION}`");
        reader.report.notes.push(note);
    }
}

/// Reports a missing marker property if the policy needs one.
pub(in crate::config) fn check_marker(reader: &mut Reader<'_>, policy: &Policy) {
    const MARKER: &str = "udm.users.marker_property";
    const OF_GROUPS: &str = "udm.groups.marker_property";
    let has_groups = is_target(reader.layers) && reader.layers.is_given("udm.groups");
    if has_groups && policy.grace.is_some() && reader.absent(OF_GROUPS) {
        reader.report.notes.push(format!(
            "absent groups are not deleted: `policy.grace` needs `{OF_GROUPS}`, to record when a group went missing"
        ));
    }
    if !is_target(reader.layers) || !reader.absent(MARKER) {
        return;
    }
    if policy.grace.is_some() {
        let what = format!("`policy.grace` needs `{MARKER}`, to record when a person went missing");
        let hint = "name a property of one text there that no other program uses";
        reader.wrong("policy.grace", what, Some(hint));
    }
    if policy.absent == AbsentPolicy::Deactivate || policy.disabled == DisabledPolicy::Deactivate {
        reader.report.notes.push(format!(
            "disabled users stay disabled until someone enables them in UDM: without `{MARKER}` it is not known \
             that this tool disabled them"
        ));
    }
}

/// Reports `policy.end_sessions`, because UDM has no sessions.
pub(in crate::config) fn refuse_sessions(reader: &mut Reader<'_>, policy: &Policy) {
    if policy.end_sessions && is_target(reader.layers) {
        let what = "`policy.end_sessions` needs the target `zitadel`: UDM has no sessions";
        let hint = "remove it; sessions have to be ended where people sign in, such as in Keycloak";
        reader.wrong("policy.end_sessions", what, Some(hint));
    }
}

/// The properties of users that sources may provide, valid or not, in their order.
pub(in crate::config) fn names(layers: &Layers) -> Vec<&str> {
    let key = layers.value("udm.users.key").and_then(Value::as_str);
    let mut names: Vec<&str> = match layers.value("udm.users.properties") {
        Some(Value::Array(_, elements)) => elements.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(_, text)) => text.split_whitespace().collect(),
        _ => USER_PROPERTIES.to_vec(),
    };
    names.retain(|name| Some(*name) != key);
    names
}

/// The properties of groups that sources may provide, without members; `None` if groups are not managed.
pub(in crate::config) fn names_of_groups(layers: &Layers) -> Option<Vec<&str>> {
    if !layers.is_given("udm.groups") {
        return None;
    }
    let key = layers.value("udm.groups.key").and_then(Value::as_str);
    let mut names: Vec<&str> = match layers.value("udm.groups.properties") {
        Some(Value::Array(_, elements)) => elements.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(_, text)) => text.split_whitespace().collect(),
        _ => GROUP_PROPERTIES.to_vec(),
    };
    names.retain(|name| Some(*name) != key && !MEMBER_PROPERTIES.contains(name));
    Some(names)
}

/// Properties that every group must have.
pub(in crate::config) fn required_of_groups() -> &'static [&'static str] {
    &REQUIRED_OF_GROUPS
}

/// The property with the external id of users.
pub(in crate::config) fn key(layers: &Layers) -> Option<&str> {
    layers.value("udm.users.key").and_then(Value::as_str)
}

/// Properties that every user must have.
pub(in crate::config) fn required() -> &'static [&'static str] {
    &REQUIRED_OF_USERS
}

/// Reads the target; `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>) -> Option<UdmSettings> {
    let url = url(reader);
    let user = user(reader);
    let password = reader.required_secret(
        "udm.password",
        Some("or name a file that contains it with `udm.password_file`"),
    );
    if password
        .as_ref()
        .is_some_and(|password| password.expose_secret().is_empty())
    {
        // The server answers 400 to an empty password.
        let hint = "the server refuses an empty password; write the password of `udm.user`";
        reader.wrong("udm.password", "`udm.password` is empty", Some(hint));
    }
    let tls = tls(reader);
    let connect_timeout = reader.duration("udm.connect_timeout");
    let read_timeout = reader.duration("udm.read_timeout");
    let users = objects(reader, "udm.users", &USER_PROPERTIES, &REQUIRED_OF_USERS);
    let groups = if reader.layers.is_given("udm.groups") {
        Some(objects(
            reader,
            "udm.groups",
            &GROUP_PROPERTIES,
            &REQUIRED_OF_GROUPS,
        )?)
    } else {
        None
    };
    let property_locations = ["udm.users", "udm.groups"].map(|section| locations(reader, section));
    Some(UdmSettings {
        url: url?,
        user: user?,
        password: password?,
        tls,
        connect_timeout: connect_timeout?,
        read_timeout: read_timeout?,
        users: users?,
        groups,
        property_locations: property_locations.into_iter().flatten().collect(),
        binary_ids: false,
    })
}

/// The part of the target that sources need, for a command that does not use the target; `None` after a mistake.
pub(in crate::config) fn read_for_sources(reader: &mut Reader<'_>) -> Option<UdmSettings> {
    let users = objects(reader, "udm.users", &USER_PROPERTIES, &REQUIRED_OF_USERS);
    let groups = reader.layers.is_given("udm.groups");
    let groups = groups.then(|| objects(reader, "udm.groups", &GROUP_PROPERTIES, &REQUIRED_OF_GROUPS));
    Some(UdmSettings {
        url: Url::parse("http://localhost/").ok()?,
        user: String::new(),
        password: String::new().into(),
        tls: UdmTls::default(),
        connect_timeout: Duration::ZERO,
        read_timeout: Duration::ZERO,
        users: users?,
        groups: match groups {
            None => None,
            Some(groups) => Some(groups?),
        },
        property_locations: PropertyLocations::new(),
        binary_ids: false,
    })
}

fn url(reader: &mut Reader<'_>) -> Option<Url> {
    const PATH: &str = "udm.url";
    let text = reader.required(PATH)?;
    let mut url = reader.url(PATH, &text, &["http", "https"])?;
    if !url.username().is_empty() || url.password().is_some() {
        let hint = "use `udm.user` and `udm.password`";
        return reader.refuse(
            PATH,
            format!("`{PATH}` must not contain a user name or password"),
            Some(hint),
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        let hint = "it should look like `https://ucs.example.org/univention/udm/`";
        return reader.refuse(
            PATH,
            format!("`{PATH}` must not contain a query, as `{text}` does"),
            Some(hint),
        );
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    reader.warn_of_clear_text(PATH, &url, "the password", "use an `https://` address");
    Some(url)
}

/// A name that is valid in Basic authentication.
fn user(reader: &mut Reader<'_>) -> Option<String> {
    const PATH: &str = "udm.user";
    let user = reader.required(PATH)?;
    if user.contains(':') {
        let what = format!("`{PATH}` contains a colon, which is not allowed in user names");
        return reader.refuse(PATH, what, Some("the password has its own key, `udm.password`"));
    }
    Some(user)
}

fn tls(reader: &mut Reader<'_>) -> UdmTls {
    const FILE: &str = "udm.tls.server_certificate";
    const NO_VERIFY: &str = "udm.tls.danger_disable_tls_verify";
    let server_certificate = reader.path(FILE);
    if let Some(Err(problem)) = server_certificate.as_deref().map(files::certificates) {
        reader.wrong(FILE, format!("`{FILE}`: {problem}"), None);
    }
    let danger_disable_tls_verify = reader.boolean(NO_VERIFY);
    if danger_disable_tls_verify {
        reader.report.notes.push(format!(
            "`{NO_VERIFY}` is set: anyone on the network path can read the password and change the answers"
        ));
    }
    UdmTls {
        server_certificate,
        danger_disable_tls_verify,
    }
}
