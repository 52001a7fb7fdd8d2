//! External ids, which UDM stores as text.

use crate::config::read::Reader;
use crate::config::settings::{SourceKind, SourceSettings, UdmSettings};

/// Reports a mix of binary and text ids. UDM stores text, so the kind of the source ids decides whether a text is a
/// GUID.
pub(in crate::config) fn refuse_mixed_ids(reader: &mut Reader<'_>, sources: &[SourceSettings]) {
    if !super::is_target(reader.layers) {
        return;
    }
    let (binary, text): (Vec<_>, Vec<_>) = kinds_of_ids(sources).partition(|(_, is_binary)| *is_binary);
    if let (Some((binary, _)), Some((text, _))) = (binary.first(), text.first()) {
        let what = format!(
            "`{binary}` is binary and `{text}` is text, but UDM stores both as text and cannot tell them apart"
        );
        let hint = "give all of them as text: `transform: {sanitize: {objectGUID: [guid_to_uuid]}}` in the LDAP source makes text of a binary \
                    id; then leave out `is_binary`";
        reader.wrong(binary, what, Some(hint));
    }
}

/// The keys of the external ids of all sources, and whether they are binary.
fn kinds_of_ids(sources: &[SourceSettings]) -> impl Iterator<Item = (String, bool)> {
    sources.iter().flat_map(|source| {
        let path = format!("sources.{}", source.name);
        match &source.kind {
            SourceKind::Ldap(ldap) => {
                let users = (
                    format!("{path}.attributes.user_id"),
                    ldap.attributes.user_id.is_binary,
                );
                let groups = ldap.groups.as_ref();
                let groups = groups.map(|groups| {
                    let key = format!("{path}.groups.attributes.group_id");
                    (key, groups.group_id.is_binary)
                });
                [Some(users), groups].into_iter().flatten().collect()
            }
            SourceKind::Csv(_) => vec![(format!("{path}.file_path"), false)],
            SourceKind::Ukt(_) => Vec::new(),
        }
    })
}

impl UdmSettings {
    /// Adds the kind of ids of these sources.
    #[must_use]
    pub(in crate::config) fn with_ids_of(mut self, sources: &[SourceSettings]) -> Self {
        self.binary_ids = kinds_of_ids(sources).any(|(_, is_binary)| is_binary);
        self
    }
}
