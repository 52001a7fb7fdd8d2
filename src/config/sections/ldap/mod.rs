//! `sources.NAME.*` of a directory.

pub(super) mod active;
pub(super) mod authentication;
mod group_objects;
pub(super) mod groups;
pub(in crate::config) mod references;
pub(super) mod search;
mod supply;
pub(super) mod text;
pub(super) mod transform;
pub(in crate::config) mod unknown_rule;
pub(super) mod urls;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::config::document::{files, values};
use crate::config::read::Reader;
use crate::config::sections::attributes;
use crate::config::settings::{LdapAttributes, LdapSettings, LdapTls, PassingState, TextRule};

/// Reads one directory; `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>, source: &str) -> Option<LdapSettings> {
    let key = |name: &str| format!("{source}.{name}");
    let urls = urls::read(reader, source);
    let base_dn = reader.given(&key("base_dn"));
    let bind_external = reader.choice(&key("bind"), &[("simple", false), ("external", true)]);
    let bind = match bind_external {
        Some(true) => no_password(reader, source),
        _ => bind(reader, source),
    };
    let user_filter = search::filter(reader, &key("user_filter"), "(&(objectClass=person)(mail=*))");
    let search = search::read(reader, source);
    let authentication = authentication::read(reader, &key("authentication"));
    let transform = transform::read(reader, &key("transform"));
    let timeout = reader.duration(&key("timeout"));
    let connect_timeout = reader.duration(&key("connect_timeout"));
    let deadline = reader.limit(&key("deadline"), values::duration);
    let page_size = reader.parsed(&key("page_size"), |text| {
        u32::try_from(values::integer(text)?).ok()
    });
    let use_attribute_filter = reader.boolean(&key("use_attribute_filter"));
    deleted_entries(reader, &key("check_for_deleted_entries"));
    let attributes = read_attributes(reader, source);
    if let (Some(search), Some(attributes)) = (&search, &attributes) {
        let id = (&*key("attributes.user_id"), &attributes.user_id);
        supply::report_impossible(reader, source, search, transform.as_ref(), id);
    }
    let entitlements = groups::read(reader, source);
    let groups = group_objects::read(reader, source);
    let expected_references = references::read(reader, &key("expected_references"));
    let tls = tls(reader, &key("tls"), urls.as_deref().unwrap_or_default());
    if bind_external == Some(true) {
        needs_an_identity(reader, source, urls.as_deref().unwrap_or_default());
    }
    let (bind_dn, bind_password) = bind?;
    if !bind_password.expose_secret().is_empty() && !tls.danger_use_start_tls {
        urls::warn_of_clear_text(reader, source, urls.as_deref().unwrap_or_default());
    }
    Some(LdapSettings {
        urls: urls?,
        base_dn: base_dn?,
        bind_dn,
        bind_password,
        bind_external: bind_external?,
        user_filter: user_filter?,
        search: search?,
        authentication: authentication?,
        transform,
        timeout: timeout?,
        connect_timeout,
        deadline,
        page_size: NonZeroU32::new(page_size?),
        use_attribute_filter,
        attributes: attributes?,
        entitlements: entitlements?,
        groups: groups?,
        passing: passing(reader),
        expected_references: expected_references?,
        tls,
    })
}

/// Mistakes in the policy are reported elsewhere.
fn passing(reader: &mut Reader<'_>) -> PassingState {
    let policy = reader.text("policy.disabled").unwrap_or_default();
    let is_any = |harmless: &&str| policy.trim().eq_ignore_ascii_case(harmless);
    if ["deactivate", "keep"].iter().any(is_any) {
        PassingState::Disabled
    } else {
        PassingState::Unknown
    }
}

/// Both are required, or both are empty for an anonymous bind. Servers accept a DN with an empty password as
/// anonymous (RFC 4513, 5.1.2), and then show fewer people.
fn bind(reader: &mut Reader<'_>, source: &str) -> Option<(String, SecretString)> {
    let dn_path = format!("{source}.bind_dn");
    let password_path = format!("{source}.bind_password");
    let anonymous = "for an anonymous bind set both `bind_dn` and `bind_password` to `\"\"`";
    if reader.absent(&dn_path) {
        reader.missing(&dn_path, Some(anonymous));
    }
    let dn = reader.text(&dn_path);
    let password = reader.required_secret(&password_path, Some(anonymous));
    let (dn, password) = (dn?, password?);
    match (dn.is_empty(), password.expose_secret().is_empty()) {
        (false, true) => {
            let what = format!("`{dn_path}` is given, but `{password_path}` is empty");
            reader.refuse(&password_path, what, Some(anonymous))
        }
        (true, false) => {
            let what = format!("`{password_path}` is given, but `{dn_path}` is empty");
            reader.refuse(&dn_path, what, Some(anonymous))
        }
        _ => Some((dn, password)),
    }
}

/// With SASL EXTERNAL, the server identifies the client by other means, so a name or a password would have no effect.
fn no_password(reader: &mut Reader<'_>, source: &str) -> Option<(String, SecretString)> {
    for name in ["bind_dn", "bind_password", "bind_password_file"] {
        let path = format!("{source}.{name}");
        if reader.text(&path).is_some_and(|text| !text.is_empty()) {
            let what = format!("`{path}` has no effect beside `{source}.bind: external`");
            return reader.refuse(&path, what, Some("remove it, or write `bind: simple`"));
        }
    }
    Some((String::new(), String::new().into()))
}

fn needs_an_identity(reader: &mut Reader<'_>, source: &str, urls: &[Url]) {
    let no_socket = urls.iter().any(|url| url.scheme() != "ldapi");
    if no_socket && reader.absent(&format!("{source}.tls.client_certificate")) {
        let path = format!("{source}.bind");
        let what = format!("`{path}: external` needs a client certificate, or an `ldapi://` address");
        let hint = "set `tls.client_certificate` and `tls.client_key`";
        reader.wrong(&path, what, Some(hint));
    }
}

fn deleted_entries(reader: &mut Reader<'_>, path: &str) {
    // `false` is the default anyway.
    if reader.boolean(path) {
        reader.report.notes.push(format!(
            "`{path}` has no effect, as since famedly-sync 0.7; `policy.absent` decides about the accounts of \
             absent people"
        ));
    }
}

fn read_attributes(reader: &mut Reader<'_>, source: &str) -> Option<LdapAttributes> {
    let section = format!("{source}.attributes");
    let required = |reader: &mut Reader<'_>, name: &str| {
        let path = format!("{section}.{name}");
        if reader.absent(&path) {
            reader.missing(&path, None);
        }
        text::attribute(reader, &path)
    };
    let texts = texts(reader, &section);
    let user_id = required(reader, "user_id");
    let active = active::read(reader, source);
    let last_modified = text::attribute(reader, &format!("{section}.last_modified"));
    Some(LdapAttributes {
        texts: texts?,
        user_id: user_id?,
        active: active?,
        last_modified,
    })
}

/// The attributes of a person: those with a key, and those that the configuration names.
fn texts(reader: &mut Reader<'_>, section: &str) -> Option<Vec<(String, TextRule)>> {
    let mistakes = reader.report.mistakes.len();
    let mut texts = Vec::new();
    let layers = reader.layers;
    for name in attributes::all(layers) {
        // Keys in a file are case-insensitive.
        let path = format!("{section}.{}", name.to_lowercase());
        if attributes::required(layers).contains(&name) && reader.absent(&path) {
            reader.missing(&path, None);
        }
        texts.extend(text::read(reader, &path).map(|rule| (name.to_owned(), rule)));
    }
    (reader.report.mistakes.len() == mistakes).then_some(texts)
}

fn tls(reader: &mut Reader<'_>, section: &str, urls: &[Url]) -> LdapTls {
    let key = |name: &str| format!("{section}.{name}");
    half_a_pair(reader, section);
    let client_key = checked(reader, &key("client_key"), files::private_key);
    if let Some(file) = &client_key {
        reader.is_private(file);
    }
    let client_certificate = checked(reader, &key("client_certificate"), files::certificates);
    let server_certificate = checked(reader, &key("server_certificate"), files::certificates);
    let disable_verify = reader.boolean(&key("danger_disable_tls_verify"));
    let start_tls = reader.boolean(&key("danger_use_start_tls"));
    if disable_verify {
        reader.report.notes.push(format!(
            "`{}` is set: anyone on the network path can read the password and change the answers",
            key("danger_disable_tls_verify")
        ));
    }
    if start_tls && !urls.is_empty() && urls.iter().all(|url| url.scheme() != "ldap") {
        reader.report.notes.push(format!(
            "`{}` has no effect: it is for addresses with `ldap://`",
            key("danger_use_start_tls")
        ));
    }
    LdapTls {
        client_key,
        client_certificate,
        server_certificate,
        danger_disable_tls_verify: disable_verify,
        danger_use_start_tls: start_tls,
    }
}

/// A file with the correct content, if one is configured.
fn checked(
    reader: &mut Reader<'_>,
    path: &str,
    check: impl FnOnce(&Path) -> Result<(), String>,
) -> Option<PathBuf> {
    let file = reader.path(path)?;
    if let Err(problem) = check(&file) {
        reader.wrong(path, format!("`{path}`: {problem}"), None);
    }
    Some(file)
}

fn half_a_pair(reader: &mut Reader<'_>, section: &str) {
    let [key, certificate] = ["client_key", "client_certificate"].map(|name| format!("{section}.{name}"));
    let (given, lacking) = match (reader.absent(&key), reader.absent(&certificate)) {
        (false, true) => (&key, &certificate),
        (true, false) => (&certificate, &key),
        _ => return,
    };
    let what =
        format!("`{given}` is given without `{lacking}`: both client_key and client_certificate are needed");
    reader.wrong(
        given,
        what,
        Some("add the other one, or remove this one to connect without a client certificate"),
    );
}
