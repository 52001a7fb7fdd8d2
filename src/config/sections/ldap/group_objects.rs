//! `sources.NAME.groups`: groups to be created at the target.

use super::{search, supply, text, transform};
use crate::config::read::Reader;
use crate::config::sections::attributes;
use crate::config::settings::{LdapGroups, TextRule};

/// The member attributes of the usual schemas.
const MEMBERS: [&str; 3] = ["member", "uniqueMember", "memberUid"];

/// Reads the section. `Some(None)` without a section, `None` after a mistake.
#[expect(
    clippy::option_option,
    reason = "no section and a wrong section are two things"
)]
pub(super) fn read(reader: &mut Reader<'_>, source: &str) -> Option<Option<LdapGroups>> {
    let section = format!("{source}.groups");
    if !reader.layers.is_given(&section) {
        return Some(None);
    }
    let layers = reader.layers;
    let Some(names) = attributes::of_groups(layers) else {
        let what = format!("`{section}` is given, but the target stores no groups");
        let hint = "remove the section; a target of the kind `udm` stores groups if `udm.groups` is given";
        return reader.refuse(&section, what, Some(hint));
    };
    let key = |name: &str| format!("{section}.{name}");
    let base_dn = reader.required(&key("base_dn"));
    let filter = search::filter(reader, &key("filter"), "(objectClass=group)");
    let search = search::read(reader, &section);
    let transform = transform::read(reader, &key("transform"));
    let id_path = key("attributes.group_id");
    if reader.absent(&id_path) {
        reader.missing(&id_path, None);
    }
    let group_id = text::attribute(reader, &id_path);
    if let (Some(search), Some(group_id)) = (&search, &group_id) {
        supply::report_impossible(reader, &section, search, transform.as_ref(), (&id_path, group_id));
    }
    let texts = texts(reader, &key("attributes"), &names);
    let members = members(reader, &key("members"));
    Some(Some(LdapGroups {
        nested: reader.boolean(&key("nested")),
        base_dn: base_dn?,
        filter: filter?,
        search: search?,
        transform,
        group_id: group_id?,
        texts: texts?,
        members: members?,
    }))
}

/// How each attribute of a group is mapped.
fn texts(reader: &mut Reader<'_>, section: &str, names: &[&str]) -> Option<Vec<(String, TextRule)>> {
    let mistakes = reader.report.mistakes.len();
    let mut texts = Vec::new();
    let required = attributes::required_of_groups();
    for name in names {
        let path = format!("{section}.{name}");
        if required.contains(name) && reader.absent(&path) {
            reader.missing(&path, None);
        }
        texts.extend(text::read(reader, &path).map(|rule| ((*name).to_owned(), rule)));
    }
    (reader.report.mistakes.len() == mistakes).then_some(texts)
}

fn members(reader: &mut Reader<'_>, path: &str) -> Option<Vec<String>> {
    if reader.absent(path) {
        return Some(MEMBERS.map(str::to_owned).to_vec());
    }
    text::list_of_names(reader, path)
}
