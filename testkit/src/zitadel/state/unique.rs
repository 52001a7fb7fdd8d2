//! What may exist only once: ids, user names, links.

use super::{Link, State};
use crate::zitadel::protocol::errors::{EXISTS, Failure, INVALID, PRECONDITION};

impl State {
    /// The id to use: a new one, or the given one if it is free.
    pub(crate) fn free_id(&mut self, id: Option<&str>) -> Result<String, Failure> {
        match id {
            None => Ok(self.new_id()),
            Some(id) if self.users.contains_key(id) => Err(Failure::of(
                PRECONDITION,
                "COMMAND-7yiox1isql",
                "Errors.User.AlreadyExisting",
            )),
            Some(id) => Ok(id.to_owned()),
        }
    }

    /// A user name whose domain another organization has verified is refused.
    pub(crate) fn check_domain(&self, org: &str, username: &str) -> Result<(), Failure> {
        let Some((_, domain)) = username.rsplit_once('@') else {
            return Ok(());
        };
        let domain = domain.to_lowercase();
        if self
            .orgs
            .iter()
            .any(|(id, other)| id != org && other.domain == domain)
        {
            let text = "Domain is already reserved and cannot be used";
            return Err(Failure::of(INVALID, "COMMAND-SFd21", text));
        }
        Ok(())
    }

    pub(crate) fn check_name(&self, org: &str, username: &str, id: &str) -> Result<(), Failure> {
        match self.user_names.get(&self.name_key(org, username)) {
            Some(holder) if holder != id => Err(Failure::of(EXISTS, "V3-DKcYh", "User already exists")),
            _ => Ok(()),
        }
    }

    /// The providers must belong to the organization or the instance.
    pub(crate) fn check_links(&self, org: &str, links: &[Link]) -> Result<(), Failure> {
        let usable = |link: &Link| match self.idps.get(&link.idp) {
            Some(owner) => owner.as_deref().is_none_or(|owner| owner == org),
            None => false,
        };
        if links.iter().all(usable) {
            return Ok(());
        }
        let text = "Identity Provider Configuration doesn't exist";
        Err(Failure::of(PRECONDITION, "COMMAND-39nf2", text))
    }

    /// The links must be free, and not repeated within the request.
    pub(crate) fn check_links_free(&self, links: &[Link]) -> Result<(), Failure> {
        for (index, link) in links.iter().enumerate() {
            let twice = links[..index].iter().any(|other| other.key() == link.key());
            if twice || self.links.contains_key(&link.key()) {
                return Err(Failure::of(EXISTS, "V3-DKcYh", "External IDP already taken"));
            }
        }
        Ok(())
    }
}
