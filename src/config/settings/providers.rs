//! Provider names: which configuration or source manages an account.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use super::{SourceKind, SourceSettings};
use crate::config::syntax::dn::Dn;

/// Maximum bytes of a value that Zitadel can search. A longer derived name ends in a hash.
const LONGEST_MADE: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Providers {
    /// `provider`: the name of the whole configuration. Without it, each source has its own name.
    pub name: Option<String>,
    /// `policy.retired_providers`: names that no other configuration uses any more.
    pub retired: Vec<String>,
}

impl Providers {
    /// The provider of the accounts of people of this source; `None` for a list of leavers.
    pub fn of(&self, source: &SourceSettings) -> Option<String> {
        let made = made_of(&source.kind)?;
        Some(self.name.clone().unwrap_or(made))
    }

    /// The names of this configuration: the given one, or those of its sources, each once.
    pub fn own(&self, sources: &[SourceSettings]) -> Vec<String> {
        let mut names: Vec<String> = sources.iter().filter_map(|source| self.of(source)).collect();
        names.extend(self.name.clone());
        names.sort_unstable();
        names.dedup();
        names
    }

    /// All names of this configuration, including those that it takes over, each once.
    pub fn all(&self, sources: &[SourceSettings]) -> Vec<String> {
        let own = sources.iter().filter_map(|source| self.of(source));
        let mut names: Vec<String> = own.chain(self.retired.iter().cloned()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Characters that a person who sees the name could not type again.
pub(in crate::config) fn is_invisible(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

fn made_of(kind: &SourceKind) -> Option<String> {
    let location = match kind {
        SourceKind::Ldap(ldap) => tree(&ldap.base_dn),
        SourceKind::Csv(csv) => file_name(&csv.file_path),
        SourceKind::Ukt(_) => return None,
    };
    Some(bounded(format!("{}:{location}", kind.name())))
}

/// Equal for equal trees, in any spelling.
fn tree(base_dn: &str) -> String {
    match Dn::parse(base_dn.as_bytes()) {
        Some(dn) => dn.canonical(),
        None => base_dn.trim().to_lowercase(),
    }
}

/// The name does not depend on the folder.
fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().nfc().collect()
}

fn bounded(name: String) -> String {
    let visible = name.replace(is_invisible, "\u{fffd}");
    if visible == name && name.len() <= LONGEST_MADE {
        return name;
    }
    let hash = hex::encode(&Sha256::digest(&name)[..8]);
    let mut end = visible.len().min(LONGEST_MADE - hash.len() - 1);
    while !visible.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}~{hash}", &visible[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(path: &str) -> String {
        bounded(format!("csv:{}", file_name(Path::new(path))))
    }

    /// Differences that the server ignores do not change the name.
    #[test]
    fn the_name_of_a_tree_is_the_same_however_it_is_written() {
        let wanted = "ou=people,dc=example,dc=org";
        for written in [
            wanted,
            "OU=People,DC=Example,DC=ORG",
            " ou = people ,  dc=example;dc=org ",
            "organizationalUnitName=people,0.9.2342.19200300.100.1.25=example,dc=org",
            "ou=pe\\6fple,dc=example,dc=org",
        ] {
            assert_eq!(tree(written), wanted, "{written}");
        }
        assert_eq!(
            tree("ou=A\\, B + cn=x\\01y,dc=org"),
            "cn=x\\01y+ou=a\\2c b,dc=org"
        );
        assert_eq!(tree("OU=J\u{dc}RGEN"), "ou=j\u{fc}rgen");
        assert_eq!(tree(""), "");
        assert_eq!(tree(" No Name "), "no name");
    }

    #[test]
    fn a_file_is_known_by_its_name_wherever_it_lies() {
        for path in ["users.csv", "/etc/sync/users.csv", "../x/users.csv"] {
            assert_eq!(csv(path), "csv:users.csv");
        }
        assert_eq!(csv("Users.csv"), "csv:Users.csv");
        assert_eq!(csv("M\u{fc}ller.csv"), csv("Mu\u{308}ller.csv"));
        assert_eq!(csv(".."), "csv:..");
    }

    /// Names that differ only in cut off or invisible parts stay different.
    #[test]
    fn a_made_name_is_short_and_visible() {
        let long = |end: &str| csv(&format!("{}{end}", "\u{e4}".repeat(150)));
        assert!(long("a").len() <= LONGEST_MADE && long("a").starts_with("csv:\u{e4}\u{e4}"));
        assert_ne!(long("a"), long("b"));
        let (tab, line) = (csv("a\tb"), csv("a\nb"));
        assert!(!tab.contains(is_invisible) && tab.starts_with("csv:a\u{fffd}b~"));
        assert_ne!(tab, line);
    }
}
