//! Which attributes of groups are requested. Pure.

use crate::config::LdapGroups;
use crate::transform::Transformation;

/// Requested of every group beside the configured attributes.
pub(super) const ASKED: [&str; 2] = ["objectSid", "uSNChanged"];

/// The requested attributes. `requested_attributes` replaces them.
pub(super) fn requested(settings: &LdapGroups) -> Vec<String> {
    let listed = settings.search.attributes.as_deref();
    let mut names: Vec<String> = listed.unwrap_or_default().to_vec();
    let made = settings.texts.iter().flat_map(|(_, rule)| rule.attributes());
    let read = settings.transform.iter().flat_map(Transformation::reads);
    let members = settings.members.iter().map(String::as_str);
    let used = made.chain(read).chain(members).chain([&*settings.group_id.name]);
    for name in used.filter(|_| listed.is_none()).chain(ASKED) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    names
}
