//! Reading users with the v2 API: the list with its filters, order and pages, and one user by id.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use super::filters::{Filter, all};
use super::filters_input::read_all;
use super::json::{user_size, write_user, write_user_details};
use crate::zitadel::access::caller::Caller;
use crate::zitadel::control::disorder::interleave;
use crate::zitadel::control::options::{Unordered, Version};
use crate::zitadel::protocol::call::{Api, Call};
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND};
use crate::zitadel::protocol::page::Page;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::{State, User, fold};

const SORTING: [&str; 10] = [
    "USER_FIELD_NAME_UNSPECIFIED",
    "USER_FIELD_NAME_USER_NAME",
    "USER_FIELD_NAME_FIRST_NAME",
    "USER_FIELD_NAME_LAST_NAME",
    "USER_FIELD_NAME_NICK_NAME",
    "USER_FIELD_NAME_DISPLAY_NAME",
    "USER_FIELD_NAME_EMAIL",
    "USER_FIELD_NAME_STATE",
    "USER_FIELD_NAME_TYPE",
    "USER_FIELD_NAME_CREATION_DATE",
];

/// The rows of a list request: those of the page, and the total that the reply names.
pub(crate) struct Listed {
    pub(crate) rows: Vec<Arc<User>>,
    pub(crate) total: u64,
    pub(crate) seen: i64,
}

/// `POST /v2/users`. Users without `user.read` for the caller are left out silently.
pub(crate) fn list(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let page = Page::read(body)?;
    let caller = state.authenticate(call, None)?;
    let filters = read_all(body, "ListUsersRequest", state.options.version)?;
    let version = state.options.version;
    answer(state, call, (&caller, page, &filters), Api::V2, |writer, user| {
        write_user(writer, user, version, None);
    })
}

/// The reply to a list request of somebody, for a page of what passes these filters.
pub(super) fn answer(
    state: &mut State,
    call: &Call,
    (caller, page, filters): (&Caller, Page, &[Filter]),
    api: Api,
    write: impl Fn(&mut Writer, &User),
) -> Result<String, Failure> {
    let sorting = call.body().choice("sortingColumn", &SORTING);
    let listed = state.listed_users(caller, filters, page, sorting);
    let size = listed.rows.iter().map(|user| 4 + user_size(user)).sum();
    call.check_reply(state, size, api)?;
    let mut writer = Writer::default();
    writer.open();
    writer.open_field("details");
    writer.long("totalResult", listed.total);
    let seen = match api {
        Api::V1 => "viewTimestamp",
        Api::V2 => "timestamp",
    };
    writer.time(seen, listed.seen);
    writer.close();
    if !listed.rows.is_empty() {
        writer.open_list("result");
        for user in &listed.rows {
            write(&mut writer, user);
        }
        writer.close_list();
    }
    writer.close();
    Ok(writer.finish())
}

/// `GET /v2/users/{userId}`: always up to date.
pub(crate) fn by_id(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let id = call.param("userId");
    let user = state
        .user(&id)
        .ok_or_else(|| Failure::user_not_found(NOT_FOUND, "QUERY-Dfbg2"))?;
    state.require_for_user(&caller, &user.id, &user.org, "user.read")?;
    let mut writer = Writer::default();
    writer.open();
    write_user_details(&mut writer, user, state.options.version);
    write_user(&mut writer, user, state.options.version, Some("user"));
    writer.close();
    Ok(writer.finish())
}

impl State {
    /// Runs a users list on the read side, which may be frozen.
    pub(crate) fn listed_users(
        &mut self,
        caller: &Caller,
        filters: &[Filter],
        page: Page,
        sorting: usize,
    ) -> Listed {
        self.shuffles += 1;
        if self
            .frozen_users
            .as_ref()
            .is_some_and(|frozen| frozen.reads == Some(0))
        {
            self.frozen_users = None;
        }
        if let Some(left) = self
            .frozen_users
            .as_mut()
            .and_then(|frozen| frozen.reads.as_mut())
        {
            *left -= 1;
        }
        let (users, seen) = match &self.frozen_users {
            Some(frozen) => (&frozen.users, frozen.seen),
            None => (&self.users, self.users_seen),
        };
        let mut matching = self.matching(users, filters);
        let inflated = self.options.version == Version::V4_2;
        let mut visible = HashMap::new();
        let mut may_see = |user: &User| {
            let of_org = || self.may(&caller.user, &user.org, "user.read");
            user.id == caller.user || *visible.entry(user.org.clone()).or_insert_with(of_org)
        };
        // The older server checks permissions after it has cut the page.
        let early = self.options.version != Version::V2_64;
        if early {
            matching.retain(|(user, _)| may_see(user));
        }
        self.sort(&mut matching, sorting, page.asc);
        let counted = |(_, rows): &(Arc<User>, usize)| if inflated { *rows as u64 } else { 1 };
        let total = matching.iter().map(counted).sum();
        let mut rows: Vec<Arc<User>> = page.cut(&matching).iter().map(|(user, _)| user.clone()).collect();
        let total = if rows.is_empty() { 0 } else { total };
        if !early {
            rows.retain(|user| may_see(user));
        }
        Listed { rows, total, seen }
    }

    /// Users that pass the filters, in order of their id, each with the number of rows it has in the join with
    /// its metadata.
    fn matching(&self, users: &BTreeMap<String, Arc<User>>, filters: &[Filter]) -> Vec<(Arc<User>, usize)> {
        let joined = filters.iter().any(Filter::needs_metadata);
        if joined && let Some(lie) = self.lie(users.values(), filters) {
            return lie;
        }
        let test = |user: &Arc<User>| {
            let rows = if joined {
                self.joined_rows(user, filters)
            } else if all(filters, user, None) == Some(true) {
                user.metadata.len().max(1)
            } else {
                0
            };
            (rows > 0).then(|| (user.clone(), rows))
        };
        let narrowed = filters.iter().find_map(|filter| match filter {
            Filter::Ids(ids) => Some(ids.iter().collect::<Vec<_>>()),
            Filter::Id(id) => Some(vec![id]),
            _ => None,
        });
        match narrowed {
            Some(mut ids) => {
                ids.sort_unstable();
                ids.into_iter()
                    .filter_map(|id| users.get(id).and_then(test))
                    .collect()
            }
            None => users.values().filter_map(test).collect(),
        }
    }

    /// How many rows of the join of a user with its metadata pass. The metadata is current even where the users
    /// list is frozen: that read side is fast.
    fn joined_rows(&self, user: &User, filters: &[Filter]) -> usize {
        let metadata = self.user(&user.id).map(|current| &current.metadata);
        let Some(metadata) = metadata.filter(|metadata| !metadata.is_empty()) else {
            return usize::from(all(filters, user, None) == Some(true));
        };
        let passes = |key: &str, entry| all(filters, user, Some((key, entry))) == Some(true);
        metadata.iter().filter(|(key, entry)| passes(key, entry)).count()
    }

    fn sort(&self, rows: &mut [(Arc<User>, usize)], sorting: usize, asc: bool) {
        let key = |user: &User| -> String {
            let human = user.human();
            match sorting {
                1 => fold(&user.username),
                2 => human.map(|h| fold(&h.given_name)).unwrap_or_default(),
                3 => human.map(|h| fold(&h.family_name)).unwrap_or_default(),
                4 => human.map(|h| fold(&h.nick_name)).unwrap_or_default(),
                5 => human.map(|h| fold(&h.display_name)).unwrap_or_default(),
                6 => human.map(|h| fold(&h.email)).unwrap_or_default(),
                7 => user.state.name().to_owned(),
                8 => human.is_none().to_string(),
                _ => format!("{:020}", user.created),
            }
        };
        if !(1..=9).contains(&sorting) {
            if !asc {
                rows.reverse();
            }
            return;
        }
        // What the key leaves open is in no order.
        interleave(rows, self.shuffles);
        let direction = |order: Ordering| if asc { order } else { order.reverse() };
        let mut keyed: Vec<_> = rows
            .iter()
            .map(|row| (key(&row.0), self.tie(&row.0.id), row.clone()))
            .collect();
        keyed.sort_by(|a, b| direction(a.0.cmp(&b.0)).then_with(|| a.1.cmp(&b.1)));
        for (place, (_, _, row)) in rows.iter_mut().zip(keyed) {
            *place = row;
        }
    }

    /// The order among rows that the server leaves unordered.
    pub(crate) fn tie(&self, id: &str) -> u64 {
        match self.options.unordered {
            Unordered::NewestFirst => u64::MAX - id.parse::<u64>().unwrap_or_default(),
            Unordered::Shuffled => {
                BuildHasherDefault::<DefaultHasher>::default().hash_one((id, self.shuffles))
            }
        }
    }
}
