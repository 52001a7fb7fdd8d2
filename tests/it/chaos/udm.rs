//! Histories of people and groups over UDM. The judge is a model of its own, in `testkit::udm_model`.
//!
//! `UDM_CHAOS_SEEDS=10000` tries so many seeds, from `UDM_CHAOS_FROM` on; `UDM_CHAOS_SEED=123` tells the story of one.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use testkit::ldap_double::LdapDouble;
use testkit::udm::UdmDouble;
use testkit::udm_model::{Judge, State, World};

use super::number;
use crate::program::{Installation, Ran, side_by_side};

const SEEDS: usize = 300;
const THREADS: usize = 8;
const DAYS: usize = 5;

struct History {
    world: World,
    udm: UdmDouble,
    holds: Arc<Mutex<World>>,
    installation: Installation,
    _ldap: LdapDouble,
    /// What happened, to be told.
    story: String,
}

impl History {
    fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let udm = UdmDouble::start(testkit::udm::Options {
            password: "Sekret.4711".to_owned(),
            shuffled: true,
            ..testkit::udm::Options::default()
        });
        let holds = Arc::new(Mutex::new(world.clone()));
        let theirs = holds.clone();
        let ldap = LdapDouble::serving(move |asked| theirs.lock().expect("no panic").answer(asked));
        let installation = Installation::of(&world.config(&udm, &ldap.url()));
        Self {
            world,
            udm,
            holds,
            installation,
            _ldap: ldap,
            story: String::new(),
        }
    }

    fn live(&mut self) -> Result<(), String> {
        let mut settled = false;
        for day in 0..DAYS {
            let _ = writeln!(self.story, "-- day {day}");
            self.world.pass_day(settled);
            self.world.work_by_hand(&self.udm);
            settled = self.day()?;
        }
        self.calm_day()
    }

    fn publish(&mut self) {
        *self.holds.lock().expect("no panic") = self.world.clone();
        let _ = writeln!(self.story, "{:#?}", self.world);
    }

    /// Whether everything is as the directory says.
    fn day(&mut self) -> Result<bool, String> {
        self.publish();
        let before = State::of(&self.udm)?;
        let disturbed = self.world.disturb(&self.udm);
        if !disturbed && self.world.percent(30) {
            self.there_and_back(&before)?;
        }
        let ran = self.run(&["sync"]);
        self.udm.clear_faults();
        let after = State::of(&self.udm)?;
        let judge = Judge::new(&self.world, before);
        judge.is_safe(&after)?;
        if !disturbed {
            self.ended_well(&ran)?;
            judge.is_done(&after)?;
        }
        Ok(!disturbed)
    }

    /// Nothing goes wrong any more: one run does everything, and the next one nothing.
    fn calm_day(&mut self) -> Result<(), String> {
        self.publish();
        let before = State::of(&self.udm)?;
        let ran = self.run(&["sync"]);
        self.ended_well(&ran)?;
        let after = State::of(&self.udm)?;
        let judge = Judge::new(&self.world, before);
        judge.is_safe(&after)?;
        judge.is_done(&after)?;
        let again = self.run(&["sync"]);
        if self.udm.writes().is_empty() {
            self.ended_well(&again)
        } else {
            Err("a second run has something to do".to_owned())
        }
    }

    /// A run and its undo leave everything as it was.
    fn there_and_back(&mut self, before: &State) -> Result<(), String> {
        let file = self.installation.path("undo.json").display().to_string();
        drop(std::fs::remove_file(&file));
        let ran = self.run(&["sync", "--undo-file", &file]);
        self.ended_well(&ran)?;
        if !std::path::Path::new(&file).exists() {
            return Ok(());
        }
        let undone = self.run(&["undo", &file]);
        if undone.exit != 0 {
            return Err(format!("the undo ended with {}", undone.exit));
        }
        let after = State::of(&self.udm)?;
        if after != *before {
            return Err(format!(
                "after the undo there is {after:#?}, and there was {before:#?}"
            ));
        }
        Ok(())
    }

    fn run(&mut self, words: &[&str]) -> Ran {
        self.udm.reset_counts();
        let ran = self.installation.run(words);
        let _ = writeln!(
            self.story,
            "{words:?}: exit code {}\n{}{}",
            ran.exit, ran.out, ran.err
        );
        for write in self.udm.writes() {
            let _ = writeln!(
                self.story,
                "  {} {} {}: {}",
                write.method, write.path, write.body, write.status
            );
        }
        ran
    }

    fn ended_well(&self, ran: &Ran) -> Result<(), String> {
        let expected = u8::from(!self.world.is_sound());
        if ran.exit != expected {
            return Err(format!("exit code {} instead of {expected}", ran.exit));
        }
        match &self.udm.locks()[..] {
            [] => Ok(()),
            locks => Err(format!("the server was asked for what somebody has: {locks:?}")),
        }
    }
}

fn try_seed(seed: u64) -> Result<String, String> {
    let mut history = History::new(seed);
    let lived = catch_unwind(AssertUnwindSafe(|| history.live()));
    let lived = lived.unwrap_or_else(|panic| Err(format!("a panic: {:?}", panic.downcast_ref::<String>())));
    match lived {
        Ok(()) => Ok(history.story),
        Err(why) => Err(format!("{}\nseed {seed}: {why}", history.story)),
    }
}

/// Whatever happens, nothing is lost, and one run without disturbance does everything.
#[test]
fn histories_with_groups_end_well() {
    if let Some(seed) = number("UDM_CHAOS_SEED") {
        match try_seed(seed as u64) {
            Ok(story) => println!("{story}"),
            Err(story) => panic!("{story}"),
        }
        return;
    }
    let seeds = number("UDM_CHAOS_SEEDS").unwrap_or(SEEDS);
    let first = number("UDM_CHAOS_FROM").unwrap_or_default();
    let wrong = side_by_side(first..first + seeds, THREADS, |seed| {
        try_seed(seed as u64).map(drop)
    });
    println!("{} of {seeds} seeds ended badly", wrong.len());
    if let Some(story) = wrong.first() {
        let ends: Vec<&str> = wrong
            .iter()
            .filter_map(|story| story.lines().rev().find(|line| line.starts_with("seed ")))
            .collect();
        panic!(
            "{story}\n\n{}\nonce more: UDM_CHAOS_SEED=… cargo test --test it histories_with_groups",
            ends.join("\n")
        );
    }
}
