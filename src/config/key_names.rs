//! The file's names for our keys.

/// Our paths and the file's, with dots. Deeper paths follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(Vec<(String, String)>);

impl Names {
    pub(in crate::config) fn add(&mut self, ours: impl Into<String>, theirs: impl Into<String>) {
        self.0.push((ours.into(), theirs.into()));
    }

    /// The file's name for our path; `None` if it is the same.
    pub(super) fn of(&self, path: &str) -> Option<String> {
        let below = |ours: &str| {
            let rest = path.strip_prefix(ours)?;
            (rest.is_empty() || rest.starts_with('.')).then_some(rest)
        };
        let fitting = self
            .0
            .iter()
            .filter_map(|(ours, theirs)| Some((ours.len(), theirs, below(ours)?)));
        let (_, theirs, rest) = fitting.max_by_key(|(length, ..)| *length)?;
        Some(format!("{theirs}{rest}"))
    }

    /// The file's names for a key of a directory that a hint names without its section, such as `base_dn`.
    fn of_directory(&self, key: &str) -> Option<String> {
        let sections = ["sources.ldap", "sources.ldap.groups"];
        let paths = sections.map(|section| format!("{section}.{key}"));
        let known = self.0.iter().filter(|(ours, _)| paths.contains(ours));
        let theirs: Vec<&str> = known.map(|(_, theirs)| theirs.as_str()).collect();
        (!theirs.is_empty()).then(|| theirs.join("` or `"))
    }

    /// Returns whether the file is one of Univention's connectors.
    pub fn are_of_connector(&self) -> bool {
        self.of("udm.url").is_some()
    }

    /// Replaces our names between backticks in a message with the file's.
    pub fn in_text(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        let named = |(index, part): (usize, &str)| {
            let theirs = self.of(part).or_else(|| self.of_directory(part));
            theirs
                .filter(|_| index % 2 == 1)
                .unwrap_or_else(|| part.to_owned())
        };
        let parts: Vec<String> = text.split('`').enumerate().map(named).collect();
        parts.join("`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_between_backticks_get_the_names_of_the_file() {
        let mut names = Names::default();
        names.add("sources.ldap", "source");
        names.add("sources.ldap.base_dn", "source.user_base");
        names.add("sources.ldap.groups.base_dn", "source.group_base");
        names.add("sources.ldap.bind_password", "source.bind_pw");
        names.add("policy.update", "settings.no-update");
        for (text, expected) in [
            (
                "`sources.ldap.base_dn` is missing",
                "`source.user_base` is missing",
            ),
            (
                "`sources.ldap.url.0`: `policy.updates`",
                "`source.url.0`: `policy.updates`",
            ),
            (
                "`policy.update` and `x`; policy.update",
                "`settings.no-update` and `x`; policy.update",
            ),
            (
                "`base_dn` is wrong, or `bind_password`, or `mail`; base_dn",
                "`source.user_base` or `source.group_base` is wrong, or `source.bind_pw`, or `mail`; base_dn",
            ),
            ("without", "without"),
        ] {
            assert_eq!(names.in_text(text), expected);
        }
    }
}
