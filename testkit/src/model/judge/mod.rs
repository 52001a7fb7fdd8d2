//! Compares the accounts before and after a run, and says what must not have happened.

pub(super) mod claims;
pub(super) mod grace;
pub(super) mod limits;
pub(super) mod provenance;
mod role_sets;
pub(super) mod roles;
pub(super) mod rules;
pub(super) mod wanted;

use serde_json::Value;

use self::wanted::{Accounts, has_id_of, is_clear, is_ours_to_see, is_untrue, lacks};
use super::settings::Settings;
use super::source::directory::Known;
use crate::zitadel::ZitadelDouble;

/// What a run said of itself.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub exit: u8,
    /// The report.
    pub report: Value,
    /// The plan, if it came so far.
    pub plan: Option<Value>,
}

/// The accounts before a run, and what was known then.
#[derive(Debug)]
pub struct Judge<'a> {
    pub(super) settings: &'a Settings,
    pub(super) known: Known,
    pub(super) before: Accounts,
    /// What stale lists showed.
    pub(super) visible: Option<Accounts>,
    /// The target does not answer with the whole truth.
    pub(super) is_lied_to: bool,
}

fn accounts(zitadel: &ZitadelDouble) -> Accounts {
    zitadel
        .all_users()
        .into_iter()
        .map(|user| (user.id.clone(), user))
        .collect()
}

impl<'a> Judge<'a> {
    /// Records everything before a run. `visible` is what an earlier judge saw when the lists became stale.
    pub fn new(
        settings: &'a Settings,
        known: Known,
        zitadel: &ZitadelDouble,
        visible: Option<Accounts>,
    ) -> Self {
        Self {
            settings,
            known,
            before: accounts(zitadel),
            visible,
            is_lied_to: false,
        }
    }

    /// The same, of a run that hears of accounts what is not the whole truth: it may refuse what it need not.
    #[must_use]
    pub fn lied_to(self, is_lied_to: bool) -> Self {
        Self { is_lied_to, ..self }
    }

    /// All accounts as they are, for [`Judge::new`].
    pub fn look(zitadel: &ZitadelDouble) -> Accounts {
        accounts(zitadel)
    }

    /// Looks again after the run.
    ///
    /// # Errors
    /// What must not have happened.
    pub fn after(&self, zitadel: &ZitadelDouble, said: &Said) -> Result<(), String> {
        let after = accounts(zitadel);
        let changed = self.before != after;
        match said.exit {
            0 | 1 if !self.known.readable => {
                return Err("a source that cannot be read went unnoticed".to_owned());
            }
            0 | 1 => {}
            4 if !self.known.readable => return Err("a source that cannot be read was trusted".to_owned()),
            3 | 4 if changed => return Err(format!("exit code {} after something was written", said.exit)),
            3 | 4 if self.is_lied_to => return Ok(()),
            3 | 4 => return self.refused_rightly(said),
            _ => return Err(format!("exit code {}", said.exit)),
        }
        self.refused_rightly(said)?;
        self.no_forbidden_change(&after)?;
        self.limits_hold(&after)?;
        let behind = self.visible.is_some();
        if said.exit == 0
            && !behind
            && !self.is_lied_to
            && let Some(what) = is_untrue(&after, &self.known, self.settings)
        {
            return Err(what);
        }
        let blamed = ["failures", "rejected"]
            .iter()
            .any(|key| said.report[key].as_array().is_some_and(|list| !list.is_empty()));
        if (said.exit == 1) == blamed {
            Ok(())
        } else {
            Err("exit code 1 and the reasons for it do not go together".to_owned())
        }
    }

    /// Nothing at all has changed.
    ///
    /// # Errors
    /// When something has.
    pub fn nothing_changed(&self, zitadel: &ZitadelDouble) -> Result<(), String> {
        let after = accounts(zitadel);
        if self.before == after {
            return Ok(());
        }
        let differs = |id: &&String| self.before.get(*id) != after.get(*id);
        let id = self
            .before
            .keys()
            .chain(after.keys())
            .find(differs)
            .cloned()
            .unwrap_or_default();
        Err(format!(
            "changed: {:?} to {:?}",
            self.before.get(&id),
            after.get(&id)
        ))
    }

    /// Checks that everyone who can have the desired account has it, after some runs without errors.
    ///
    /// # Errors
    /// Who does not have it.
    pub fn everybody_served(&self, zitadel: &ZitadelDouble) -> Result<(), String> {
        let after = accounts(zitadel);
        for person in self.known.people.values() {
            if self.known.is_listed(&person.email)
                || !is_clear(person, &self.before, &self.known, self.settings)
            {
                continue;
            }
            let theirs = after
                .values()
                .find(|user| is_ours_to_see(user) && has_id_of(user, person));
            let lacks = theirs.map_or(Some("no account".to_owned()), |user| {
                lacks(user, person, &self.known, self.settings)
            });
            if let Some(what) = lacks {
                return Err(format!(
                    "nothing stands in the way of {}, who has {what}",
                    person.email
                ));
            }
        }
        Ok(())
    }
}
