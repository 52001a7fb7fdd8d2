//! Whole histories from a seed: directory, organization, configuration, changes on both sides and disturbances. The
//! judge is a model of its own, in `testkit::model`.
//!
//! `CHAOS_SEEDS=100000` tries so many seeds, from `CHAOS_FROM` on; `CHAOS_SEED=123` tells the story of one (with `--nocapture` if it ends well).
//! In two seeds of five there are groups that give roles, and the first file is a server that is asked by LDAP.

mod udm;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::Value;
use testkit::ldap_double::LdapDouble;
use testkit::model::{ALL_ROLES, Directory, Judge, Said, Story};
use testkit::ukt::UktDouble;
use testkit::zitadel::{Options, ZitadelDouble};

use crate::program::{Installation, Ran, side_by_side};

const SEEDS: usize = 2_000;

/// Threads wait for each other's servers much of the time.
const THREADS: usize = 12;

/// Runs without disturbance after which nothing may change any more.
const CALM_RUNS: u32 = 4;

/// Seeds that found a defect once. 57: the mark of a deactivation stayed on an account that was active again.
/// 7484: the judge took an old form of the id for the id, although the account had lost the role.
/// 14311: the judge did not know that an adoption begins with the end of an absence.
/// 22154: the judge took metadata to be as old as a list that was behind.
/// 245: an account that is to hold no role was not known by its login name when nothing that is listed differed.
/// 2025: the judge did not know that roles are changed by a list that was behind, while a block by hand stays.
/// 6488: nor that accounts are, of which somebody has taken the role since.
/// 35303: nor that somebody who is gone may be shown without the role that the limits count by.
/// 57067, 64355: a filter that shows everybody made another configuration's accounts this one's.
/// 47859: the judge did not know that an absence begins anew when a list hides it.
const FOUND: [u64; 11] = [
    57, 7484, 14311, 22154, 245, 2025, 6488, 35303, 57067, 64355, 47859,
];

struct History {
    story: Story,
    zitadel: ZitadelDouble,
    ukt: UktDouble,
    /// With groups, the first file of people is a server.
    server: Option<Server>,
    installation: Installation,
}

/// A server and what it holds at present.
struct Server {
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
    fn new(seed: u64) -> Self {
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
        // A list that is behind stays behind until the night is over; there is nothing to wait for.
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

    fn live(&mut self) -> Result<(), String> {
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
        self.settle()
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

    /// No more disturbances: everybody is served, and nothing changes any more.
    fn settle(&mut self) -> Result<(), String> {
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

/// The story of a seed, if it ends well; else with what was wrong.
fn try_seed(seed: u64) -> Result<String, String> {
    let mut history = History::new(seed);
    let lived = catch_unwind(AssertUnwindSafe(|| history.live()));
    let lived = lived.unwrap_or_else(|panic| Err(format!("a panic: {:?}", panic.downcast_ref::<String>())));
    let told = history.story.told();
    match lived {
        Ok(()) => Ok(told.to_owned()),
        Err(why) => Err(format!("{told}\nseed {seed}: {why}")),
    }
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Whatever happens, nothing is lost, and once it stops happening everything is as it should be.
#[test]
fn histories_end_well() {
    if let Some(seed) = number("CHAOS_SEED") {
        match try_seed(seed as u64) {
            Ok(story) => println!("{story}"),
            Err(story) => panic!("{story}"),
        }
        return;
    }
    let seeds = number("CHAOS_SEEDS").unwrap_or(SEEDS);
    let started = Instant::now();
    let failed: Mutex<Vec<(usize, String)>> = Mutex::default();
    let first = number("CHAOS_FROM").unwrap_or_default();
    side_by_side(first..first + seeds, THREADS, |seed| {
        let enough = failed
            .lock()
            .expect("no panic")
            .iter()
            .any(|(first, _)| *first < seed);
        if !enough && let Err(story) = try_seed(seed as u64) {
            failed.lock().expect("no panic").push((seed, story));
        }
        Ok(())
    });
    let first = failed.into_inner().expect("no panic").into_iter().min();
    println!("{seeds} seeds in {:.1} s", started.elapsed().as_secs_f64());
    if let Some((seed, story)) = first {
        panic!("{story}\n\nonce more: CHAOS_SEED={seed} cargo test --test it histories_end_well");
    }
}

/// Defects stay mended.
#[test]
fn histories_that_ended_badly_once() {
    for seed in FOUND {
        let lived = try_seed(seed);
        assert!(lived.is_ok(), "{}", lived.unwrap_err());
    }
}
