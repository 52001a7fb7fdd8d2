//! How long accounts stay whose people are missing, and what is noted of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Judge;
use super::wanted::{is_hex_id, is_ours_to_see};
use crate::model::grace::{RUNS, SINCE, noted};
use crate::model::random::Random;
use crate::model::source::alike::alike;
use crate::zitadel::{UserView, ZitadelDouble};

impl Judge<'_> {
    /// Whether the account fits a person who is there by its name or address.
    fn may_be_adopted(&self, user: &UserView) -> bool {
        let fits = |name: &str| {
            let mut people = self.known.people.values();
            people.any(|person| alike(&person.email, name))
        };
        self.settings.adopt && (fits(&user.username) || (user.email_verified && fits(&user.email)))
    }

    /// Notes come when a person is proved absent, count one run at a time, and go when the person is there.
    pub(in crate::model) fn may_be_noted(&self, user: &UserView, now: &UserView) -> Result<(), &'static str> {
        let notes = |user: &UserView| [SINCE, RUNS].map(|key| user.metadata.get(key).cloned());
        if notes(user) == notes(now) {
            return Ok(());
        }
        let is_there = self.known.person_of(&now.nick_name).is_some();
        if notes(now) == [None, None] {
            // An adoption begins with it, and may not come further.
            return if is_there || self.may_be_adopted(user) {
                Ok(())
            } else {
                Err("an absence was forgotten")
            };
        }
        let unknown = self.known.is_unknown(&now.nick_name)
            || self.known.could_mean(user, &self.before)
            || !self.known.complete
            || !self.known.readable
            || !self.settings.looks_after(user);
        if is_there || unknown || self.settings.grace.is_none() {
            return Err("an absence was noted of somebody who is not proved absent");
        }
        let is_now = |since: Timestamp| Timestamp::now().duration_since(since).as_secs().abs() < 600;
        match (noted(user), noted(now)) {
            (Some((since, runs)), Some(next)) if next == (since, runs + 1) => Ok(()),
            (None, Some((since, 1))) if is_now(since) => Ok(()),
            // What is hidden begins again, which gives the account more time.
            (Some(_), Some((since, 1))) if is_now(since) && self.is_lied_to => Ok(()),
            _ => Err("an absence was noted wrongly"),
        }
    }
}

/// Notes from earlier days, and some that make no sense.
pub(in crate::model) fn plant(zitadel: &ZitadelDouble, random: &mut Random) -> Vec<String> {
    let ours = |user: &UserView| is_ours_to_see(user) && is_hex_id(&user.nick_name);
    let mut told = Vec::new();
    for user in zitadel.all_users().into_iter().filter(ours) {
        if random.percent(20) {
            let days =
                i64::try_from(random.between(0..=3)).unwrap_or_default() - i64::from(random.percent(10)) * 9;
            let since = Timestamp::now() - SignedDuration::from_hours(24 * days);
            let since = if random.percent(10) {
                "soon".to_owned()
            } else {
                text(since)
            };
            let runs = random.between(1..=3).to_string();
            write(zitadel, &user.id, &since, &runs);
            told.push(format!("{} is marked as absent: {since}, {runs}", user.id));
        }
    }
    told
}

/// A day passes: what was noted is a day older.
pub(in crate::model) fn pass_day(zitadel: &ZitadelDouble) {
    for user in zitadel.all_users().into_iter().filter(is_ours_to_see) {
        if let Some((since, runs)) = noted(&user) {
            write(
                zitadel,
                &user.id,
                &text(since - SignedDuration::from_hours(24)),
                &runs.to_string(),
            );
        }
    }
}

fn text(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second())
        .unwrap_or(time)
        .to_string()
}

fn write(zitadel: &ZitadelDouble, user: &str, since: &str, runs: &str) {
    let entry = |key, value: &str| json!({"key": key, "value": STANDARD.encode(value)});
    let path = format!("/management/v1/users/{user}/metadata/_bulk");
    let (status, reply) = zitadel.act(
        "POST",
        &path,
        &json!({"metadata": [entry(SINCE, since), entry(RUNS, runs)]}),
    );
    assert_eq!(status, 200, "{reply}");
}
