//! Unknown rule names.

use crate::config::error::suggest;
use crate::config::keys;
use crate::config::read::Reader;

/// The rules, in the order in which they are applied.
pub(in crate::config) const RULES: [&str; 10] = [
    "decompose",
    "recode",
    "remove_values",
    "replace_values",
    "sanitize",
    "rename",
    "fallback",
    "fixed",
    "remove",
    "compose",
];

/// Modules that contain the functions in Univention's directory connectors.
pub(super) const MODULES: [&str; 2] = [
    "univention.directory_importer.sanitize:",
    "udm_directory_connector.sanitize:",
];

/// The connectors' name of a function, `*` for either module, and its name here.
pub(super) const FOREIGN: [(&str, &str); 10] = [
    ("*guid2uuid", "guid_to_uuid"),
    ("*phone_sanitizer", "phone"),
    ("*mail_sanitizer", "mail"),
    ("*unicode_strip", "strip_unicode"),
    ("bytes.strip", "strip"),
    ("bytes.lower", "lower"),
    ("bytes.upper", "upper"),
    ("bytes.title", "title"),
    ("bytes.capitalize", "capitalize"),
    ("base64:b64encode", "base64"),
];

pub(super) const LIKE: &str =
    "it should look like `transform: {rename: {username: uid}}`; `config.sample.yaml` shows every rule";

pub(super) fn unknown_rule(reader: &mut Reader<'_>, path: &str, name: &str) {
    let rule = format!("{path}.{name}");
    let hint = match suggest(name, RULES) {
        Some(meant) => format!("did you mean `{path}.{meant}`?"),
        None => format!("a rule is {}", keys::one_of(&RULES)),
    };
    reader.wrong(&rule, format!("unknown key `{rule}`"), Some(&hint));
}
