//! Links of people to the identity provider.

use testkit::zitadel::ZitadelDouble;

use super::world::{Before, Work};

impl Before {
    /// Whose account is not linked to exactly the person's id, of all who are there.
    pub(super) fn linked_otherwise(&self, zitadel: &ZitadelDouble) -> Result<(), String> {
        for line in self.csv.lines().skip(1) {
            let (email, _) = line.split_once(',').expect("a row");
            let user = zitadel
                .user_named(email)
                .ok_or_else(|| format!("{email} has no account"))?;
            let links: Vec<&str> = user.links.iter().map(|link| link.user_id.as_str()).collect();
            if links != [email] {
                return Err(format!("{email} is linked to {links:?}"));
            }
        }
        Ok(())
    }
}

/// Provider, id and name there of each link that an account has before.
pub(super) fn links(work: Work, email: &str, provider: &str) -> Vec<(String, String, String)> {
    let id = match work {
        Work::Adopt | Work::Link => return Vec::new(),
        Work::Relink => former(email),
        _ => email.to_owned(),
    };
    vec![(provider.to_owned(), id, email.to_owned())]
}

pub(super) fn former(email: &str) -> String {
    format!("former.{email}")
}
