//! What happens from day to day, from a seed.

use std::fmt::Write as _;

use super::grace::Grace;
use super::judge::roles;
use super::judge::{grace, provenance};
use super::random::Random;
use super::settings::{Names, Settings};
use super::source::directory::{Condition, Directory, Known};
use super::source::groups::{Groups, Roles};
use super::target::{faults, organization, tricks};
use crate::ukt::UktDouble;
use crate::zitadel::{ReadSide, ZitadelDouble};

/// One seed's world, and what has happened in it.
pub struct Story {
    /// The configuration, which stays.
    pub settings: Settings,
    /// What the sources contain now.
    pub directory: Directory,
    /// How many days are disturbed.
    pub days: usize,
    random: Random,
    /// Of its own, so that what a seed told before there was grace is still told.
    absences: Random,
    /// Likewise.
    groups: Random,
    /// Likewise; only in some seeds.
    spellings: Option<Random>,
    /// Likewise.
    owners: Random,
    has_owners: bool,
    /// Likewise; only in some seeds.
    tricks: Option<Random>,
    told: String,
}

/// The other seeds tell what they told before accounts said who looks after them.
fn has_owners(seed: u64) -> bool {
    seed % 2 == 1
}

impl Story {
    /// The beginning.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut settings = Settings::any(&mut random);
        let directory = Directory::any(&mut random, settings.files);
        if random.percent(15) {
            settings.canary = Some(random.pick(&directory.people).email.clone());
        }
        let mut absences = Random::new(seed ^ 0x0123_4567_89ab_cdef);
        settings.grace = Grace::any(&mut absences);
        let days = random.between(1..=3);
        let mut groups = Random::new(seed ^ 0x0f1e_2d3c_4b5a_6978);
        let mut directory = directory;
        // The other seeds tell what they told before there were groups.
        if matches!(seed % 5, 0 | 3) {
            let roles = Roles::any(&mut groups);
            directory.groups = Groups::any(&mut groups, directory.people.len(), &roles);
            settings.roles = Some(roles);
        }
        let mut owners = Random::new(seed ^ 0x1357_9bdf_0246_8ace);
        if has_owners(seed) {
            settings.names = Names::any(&mut owners);
        }
        let mut story = Self {
            settings,
            directory,
            days,
            random,
            absences,
            groups,
            spellings: matches!(seed % 7, 4 | 5).then(|| Random::new(seed ^ 0x7766_5544_3322_1100)),
            owners,
            has_owners: has_owners(seed),
            tricks: tricks::are_played(seed).then(|| Random::new(seed ^ 0x2468_ace0_1357_9bdf)),
            told: String::new(),
        };
        story.tell(&format!("seed {seed}: {:?}", story.settings.clone()));
        for (index, file) in story.directory.files.clone().into_iter().enumerate() {
            for (place, _) in file.rows {
                story.tell(&format!(
                    "file {index} has {:?}",
                    story.directory.people[place].clone()
                ));
            }
        }
        for (place, group) in story.directory.groups.all.clone().into_iter().enumerate() {
            story.tell(&format!("group {place} is {group:?}"));
        }
        story
    }

    /// Puts the accounts of the first day in.
    pub fn furnish(&mut self, zitadel: &ZitadelDouble) {
        for person in self.directory.people.clone() {
            let what = organization::plant(zitadel, &person, &mut self.random);
            self.tell(&what);
        }
        organization::plant_others(zitadel, &mut self.random);
        if self.settings.grace.is_some() {
            for what in grace::plant(zitadel, &mut self.absences) {
                self.tell(&what);
            }
        }
        if self.has_owners {
            for what in provenance::plant(zitadel, &self.settings, &mut self.owners) {
                self.tell(&what);
            }
        }
        if self.settings.roles.is_some() {
            roles::plant(zitadel, &mut self.groups);
        }
        for user in zitadel.all_users() {
            self.tell(&format!(
                "account {} {}",
                user.id,
                serde_json::to_string(&user).unwrap_or_default()
            ));
        }
    }

    /// A night: both sides change, and the lists of the target may become stale. Returns whether they did.
    pub fn pass_night(&mut self, zitadel: &ZitadelDouble) -> bool {
        let lags = self.random.percent(15);
        if lags {
            zitadel.freeze_projection(ReadSide::Users);
            zitadel.freeze_projection(ReadSide::Grants);
            self.tell("the lists of the target fall behind");
        }
        grace::pass_day(zitadel);
        for _ in 0..self.random.between(0..=4) {
            let what = if self.random.percent(65) {
                self.directory.change(&mut self.random)
            } else {
                organization::change(zitadel, &mut self.random)
            };
            self.tell(&what);
        }
        if self.settings.roles.is_some() {
            self.change_roles(zitadel);
        }
        if let Some(mut random) = self.spellings.take() {
            for _ in 0..random.between(0..=3) {
                let what = self.directory.respell(&mut random);
                self.tell(&what);
            }
            self.spellings = Some(random);
        }
        if let Some(mut random) = self.tricks.take() {
            if self.settings.roles.is_some() {
                let what = self.directory.refer(&mut random);
                self.tell(&what);
            }
            self.tricks = Some(random);
        }
        lags
    }

    /// People come into groups and leave them, and others give and take roles.
    fn change_roles(&mut self, zitadel: &ZitadelDouble) {
        let people = self.directory.people.len();
        for _ in 0..self.groups.between(0..=4) {
            let what = if self.groups.percent(65) {
                self.directory.groups.change(&mut self.groups, people)
            } else {
                roles::change(zitadel, &mut self.groups)
            };
            self.tell(&what);
        }
    }

    /// Something goes wrong on the way to the target, often.
    pub fn disturb(&mut self, zitadel: &ZitadelDouble) -> bool {
        if self.random.percent(35) {
            return false;
        }
        for what in faults::inject(zitadel, &mut self.random) {
            self.tell(&what);
        }
        true
    }

    /// Some of today's answers are well-formed and wrong; whether any is.
    pub fn lie(&mut self, zitadel: &ZitadelDouble) -> bool {
        let told = self
            .tricks
            .as_mut()
            .map_or_else(Vec::new, |random| tricks::lie(zitadel, random));
        for what in &told {
            self.tell(what);
        }
        !told.is_empty()
    }

    /// Whether there is a dry run before the run.
    pub fn wants_dry_run(&mut self) -> bool {
        self.random.percent(50)
    }

    /// Nothing goes wrong any more; what is in the files stays.
    pub fn calm_down(&mut self, zitadel: &ZitadelDouble) {
        self.directory.mend();
        if let Some(roles) = &self.settings.roles {
            self.directory.groups.mend(roles);
        }
        zitadel.clear_faults();
        zitadel.thaw_projection(ReadSide::Users);
        zitadel.thaw_projection(ReadSide::Grants);
        self.tell("from here on nothing goes wrong");
    }

    /// Makes the list of leavers what it is today.
    pub fn publish_list(&self, ukt: &UktDouble) {
        let list: Vec<&str> = self.directory.list.iter().map(String::as_str).collect();
        ukt.set_list(&list);
        match self.directory.list_condition {
            Condition::Fine => ukt.answer_list_as_usual(),
            Condition::Missing => ukt.answer_list(503, "{}"),
            Condition::Garbled => ukt.answer_list(200, "{\"not\": \"a list\"}"),
        }
    }

    /// What the sources prove today.
    pub fn known(&self) -> Known {
        let settings = &self.settings;
        self.directory.known(settings.list, settings.roles.as_ref())
    }

    /// Adds a line.
    pub fn tell(&mut self, line: &str) {
        let _ = writeln!(self.told, "{line}");
    }

    /// Everything that has happened.
    pub fn told(&self) -> &str {
        &self.told
    }
}
