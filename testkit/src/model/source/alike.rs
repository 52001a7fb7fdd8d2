//! Names that look the same.

/// Invisible characters that stories put into names.
pub(crate) const HIDDEN: [char; 4] = ['\u{200b}', '\u{ad}', '\u{feff}', '\u{a0}'];

/// The form in which names are compared.
pub(crate) fn form(name: &str) -> String {
    let seen: String = name.chars().filter(|c| !HIDDEN.contains(c)).collect();
    seen.trim().to_lowercase()
}

/// Whether two names are one.
pub(crate) fn alike(one: &str, other: &str) -> bool {
    form(one) == form(other)
}

/// What an id in hex looks like, if it is text.
pub(crate) fn id_form(nick: &str) -> Option<String> {
    let bytes = hex::decode(nick).ok()?;
    let is_ours = nick.bytes().all(|byte| !byte.is_ascii_uppercase());
    let text = String::from_utf8(bytes)
        .ok()
        .filter(|text| is_ours && !text.is_empty())?;
    Some(form(&text))
}

/// The address of an entry of the list, if it is one; the others of the stories are no addresses at all.
pub(crate) fn address(entry: &str) -> Option<String> {
    let text = entry.strip_prefix("mailto:").unwrap_or(entry);
    let text = match text.split_once('<') {
        Some((_, rest)) => rest.trim_end_matches('>'),
        None => text,
    };
    let is_one = text.contains('@') && !text.contains("..");
    is_one.then(|| text.to_owned())
}
