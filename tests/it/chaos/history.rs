//! One history: days of changes and runs, and the judge after each.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use testkit::ldap_double::LdapDouble;
use testkit::model::{ALL_ROLES, Directory, Judge, Said, Story};
use testkit::ukt::UktDouble;
use testkit::zitadel::{Options, ZitadelDouble};

use crate::program::{Installation, Ran};

/// Runs without disturbance after which nothing may change any more.
const CALM_RUNS: u32 = 4;

pub(super) struct History {
    pub(super) story: Story,
    pub(super) zitadel: ZitadelDouble,
    pub(super) ukt: UktDouble,
    /// With groups, the first file of people is a server.
    pub(super) server: Option<Server>,
    pub(super) installation: Installation,
}

/// A server and its current content.
pub(super) struct Server {
    double: LdapDouble,
    holds: Arc<Mutex<Directory>>,
}

impl Server {
    fn start(directory: &Directory) -> Self {
        let holds = Arc::new(Mutex::new(directory.clone()));
        let theirs = holds.clone();
        let double = LdapDouble::serving(move |asked| theirs.lock().expect("no panic").answer(asked));
        Self { double, holds }
    }
}

impl History {
    pub(super) fn new(seed: u64) -> Self {
        let mut story = Story::new(seed);
        let roles = story.settings.roles.clone();
        let mut options = Options::default();
        if roles.is_some() {
            options.roles = ALL_ROLES.map(str::to_owned).into();
        }
        let zitadel = ZitadelDouble::start(options);
        let ukt = UktDouble::start();
        story.furnish(&zitadel);
        let server = roles.as_ref().map(|_| Server::start(&story.directory));
        let url = server.as_ref().map(|server| server.double.url());
        let config = story
            .settings
            .config(&ukt.list_url(), &ukt.token_url(), url.as_deref());
        let installation = Installation::new(&zitadel, &config);
        // A stale list stays stale until the night is over, so waiting is useless.
        installation.set("lag_wait: 50ms");
        if let Some(roles) = roles {
            installation.set(&roles.owned());
        }
        Self {
            story,
            zitadel,
            ukt,
            server,
            installation,
        }
    }

    pub(super) fn live(&mut self) -> Result<(), String> {
        for day in 0..self.story.days {
            self.story.tell(&format!("-- day {day}"));
            let seen = Judge::look(&self.zitadel);
            let lags = day > 0 && self.story.pass_night(&self.zitadel);
            self.day(lags.then_some(seen))?;
            if self.story.days == day + 1 || !lags {
                continue;
            }
            self.zitadel.thaw_projection(testkit::zitadel::ReadSide::Users);
            self.zitadel.thaw_projection(testkit::zitadel::ReadSide::Grants);
        }
        self.run_until_calm()
    }

    fn day(
        &mut self,
        visible: Option<std::collections::BTreeMap<String, testkit::zitadel::UserView>>,
    ) -> Result<(), String> {
        self.publish();
        let settings = self.story.settings.clone();
        let lags = visible.is_some();
        let lies = self.story.lie(&self.zitadel);
        let judge = Judge::new(&settings, self.story.known(), &self.zitadel, visible).lied_to(lies);
        let dry = if self.story.wants_dry_run() {
            let dry = said(
                &self
                    .installation
                    .run(&["plan", "--format", "json", "--show-values"]),
            );
            self.tell("plan", &dry);
            judge
                .nothing_changed(&self.zitadel)
                .map_err(|why| format!("a dry run wrote: {why}"))?;
            Some(dry)
        } else {
            None
        };
        let disturbed = self.story.disturb(&self.zitadel) || lags || lies;
        let ran = self.sync();
        judge.after(&self.zitadel, &ran)?;
        if !disturbed && ran.exit <= 1 {
            judge.everybody_served(&self.zitadel)?;
        }
        match dry {
            Some(dry)
                if !lies && dry.plan.is_some() && ran.plan.is_some() && timeless(&dry) != timeless(&ran) =>
            {
                Err(format!("the dry run said {:?}, the run {:?}", dry.plan, ran.plan))
            }
            _ => Ok(()),
        }
    }

    /// No more disturbances: everyone gets the desired account, and then nothing changes.
    fn run_until_calm(&mut self) -> Result<(), String> {
        self.story.calm_down(&self.zitadel);
        self.publish();
        let settings = self.story.settings.clone();
        let first = Judge::new(&settings, self.story.known(), &self.zitadel, None);
        let runs = settings.grace.and_then(|grace| grace.runs).unwrap_or_default();
        for _ in 0..CALM_RUNS + runs {
            let judge = Judge::new(&settings, self.story.known(), &self.zitadel, None);
            let ran = self.sync();
            judge.after(&self.zitadel, &ran)?;
            if ran.exit == 3 {
                return Err("nothing is disturbed, and something cannot be read".to_owned());
            }
            if ran.exit == 4 {
                return Ok(());
            }
            if judge.nothing_changed(&self.zitadel).is_ok() {
                let quiet = ran.exit == 1 || self.zitadel.writes().is_empty();
                return if quiet {
                    first.everybody_served(&self.zitadel)
                } else {
                    Err("a run without end".to_owned())
                };
            }
        }
        Err(format!("still something to change after {CALM_RUNS} runs"))
    }

    fn sync(&mut self) -> Said {
        self.zitadel.reset_counts();
        let ran = said(
            &self
                .installation
                .run(&["sync", "--format", "json", "--show-values"]),
        );
        self.zitadel.clear_faults();
        self.zitadel.process_late();
        self.tell("sync", &ran);
        for write in self.zitadel.writes() {
            self.story.tell(&format!(
                "  {} {} {}: {}",
                write.operation, write.path, write.body, write.status
            ));
        }
        ran
    }

    fn publish(&self) {
        self.story.publish_list(&self.ukt);
        if let Some(server) = &self.server {
            *server.holds.lock().expect("no panic") = self.story.directory.clone();
        }
        for file in usize::from(self.server.is_some())..self.story.settings.files {
            let name = format!("users{file}.csv");
            match self.story.directory.file(file) {
                Some(bytes) => self.installation.write(&name, bytes),
                // Not there yesterday either, perhaps.
                None => drop(std::fs::remove_file(self.installation.path(&name))),
            }
        }
    }

    fn tell(&mut self, command: &str, said: &Said) {
        self.story.tell(&format!("{command}: exit code {}", said.exit));
        self.story
            .tell(&format!("  plan {}", said.plan.clone().unwrap_or_default()));
        for key in ["error", "failures", "rejected", "warnings"] {
            self.story.tell(&format!("  {key} {}", said.report[key]));
        }
    }
}

/// The plan, but for when an absence began that has begun just now.
fn timeless(said: &Said) -> Option<Value> {
    let mut plan = said.plan.clone()?;
    for kept in plan["kept"].as_array_mut()? {
        if kept["missing_runs"] == 1 {
            kept["missing_since"] = Value::Null;
        }
    }
    Some(plan)
}

/// What a run printed, as data: the plan, if it came so far, and the report.
fn said(ran: &Ran) -> Said {
    let mut documents = ran
        .out
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let (first, second) = (documents.next(), documents.next());
    let (plan, report) = match second {
        Some(report) => (first, report),
        None => (None, first.unwrap_or_default()),
    };
    assert!(
        !ran.err.contains("panicked") && report["schema"] == "directory-sync/report/1",
        "no report: {ran:?}"
    );
    Said {
        exit: ran.exit,
        report,
        plan,
    }
}
