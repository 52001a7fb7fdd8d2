//! Well-formed answers that are not the whole truth.

use crate::model::random::Random;
use crate::model::source::directory::Directory;
use crate::zitadel::{Fault, FaultKind, FilterAnswers, Matches, ZitadelDouble};

/// The other seeds tell what they told before there were any.
pub(crate) fn are_played(seed: u64) -> bool {
    matches!(seed % 8, 3 | 6)
}

/// Today's answers of the target, until its faults are cleared; in words, where there are any.
pub(crate) fn lie(zitadel: &ZitadelDouble, random: &mut Random) -> Vec<String> {
    let mut told = Vec::new();
    if random.percent(40) {
        let answers = *random.pick(&[
            FilterAnswers::Nobody,
            FilterAnswers::Everybody,
            FilterAnswers::Strangers,
        ]);
        zitadel.answer_filters(answers);
        told.push(format!("filters by metadata are answered so: {answers:?}"));
    }
    if random.percent(40) {
        let list = *random.pick(&[
            "/v2/users",
            "/management/v1/users/grants/_search",
            "/admin/v1/events/_search",
        ]);
        let body = *random.pick(&[
            "{}",
            r#"{"details": {"totalResult": "2", "timestamp": "2026-01-01T00:00:00Z"}}"#,
            r#"{"details": {"timestamp": "2026-01-01T00:00:00Z"}}"#,
            r#"{"code": 13, "message": "no list"}"#,
        ]);
        let (skip, times) = (random.below(4) as u64, *random.pick(&[1, u64::MAX]));
        zitadel.inject(Fault {
            matches: Matches::Reads(list.to_owned()),
            skip,
            times,
            kind: FaultKind::json(200, body),
        });
        told.push(format!("request {skip} of {list} is answered {body}"));
    }
    told
}

impl Directory {
    /// Others hold a part of the tree from now on, or no longer; in words.
    pub(crate) fn refer(&mut self, random: &mut Random) -> String {
        let count = self.people.len();
        self.elsewhere.is_referred_to = random.percent(50);
        self.elsewhere.people = (0..random.below(3)).map(|_| random.below(count)).collect();
        format!("the server refers to another one: {:?}", self.elsewhere)
    }
}
