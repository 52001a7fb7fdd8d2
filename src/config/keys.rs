//! The list of all keys. A new key is added only in [`table`], another name of a key in [`aliases`]. Unknown keys, defaults, suggestions, messages and the
//! schema are derived from it.

pub(super) mod aliases;
mod kind;
mod table;

pub(super) use self::kind::{FLAGS, Key, Kind, LEVELS, SOURCE_KINDS, SourceType, one_of};
pub(super) use self::table::KEYS;

/// What a path of the table is.
#[derive(Debug)]
pub(super) enum Entry {
    Key(&'static Key),
    Section,
    Unknown,
}

/// Looks up a path of the table, such as `sources.ldap.url`.
pub(super) fn find(path: &str) -> Entry {
    if let Some(key) = KEYS.iter().find(|key| key.path == path) {
        return Entry::Key(key);
    }
    if let Some((attribute, name)) = path.rsplit_once('.')
        && let Some(key) = KEYS.iter().find(|key| key.path == attribute)
        && let Some(member) = key.kind.members().iter().find(|member| member.path == name)
    {
        return Entry::Key(member);
    }
    if path == "sources" || members(path).next().is_some() {
        Entry::Section
    } else {
        Entry::Unknown
    }
}

/// The names one level below a section; some more than once. The empty path is the top level.
pub(super) fn members<'n>(section: &str) -> impl Iterator<Item = &'n str> {
    KEYS.iter().filter_map(move |key| {
        let below = if section.is_empty() {
            key.path
        } else {
            key.path.strip_prefix(section)?.strip_prefix('.')?
        };
        below.split('.').next()
    })
}

/// The attributes of people that are mapped from an LDAP entry.
pub(super) fn texts_of_people<'n>() -> impl Iterator<Item = &'n str> {
    let texts = KEYS.iter().filter(|key| key.kind == Kind::AttributeText);
    texts.filter_map(|key| key.path.strip_prefix("sources.ldap.attributes."))
}

/// Returns whether the keys of the table at this path of a file are names or values of the administrator, so that
/// their order and letter case matter.
pub(super) fn is_ordered(path: &[String]) -> bool {
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    matches!(
        path.as_slice(),
        ["sources", _, "transform", _, ..] | ["sources", _, "groups", "transform", _, ..]
    )
}

/// Returns whether this path of a file exists in a kind of source, or in the fixed part.
pub(super) fn known_to_any(path: &[String]) -> bool {
    let known = |path: &[&str]| !matches!(find(&path.join(".")), Entry::Unknown);
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["sources", _, below @ ..] => SOURCE_KINDS
            .iter()
            .any(|kind| known(&[&["sources", *kind], below].concat())),
        path => known(path),
    }
}

#[cfg(test)]
mod tests;
