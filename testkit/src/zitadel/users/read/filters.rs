//! The filters of the users list, applied to one user.

use std::collections::HashSet;

use crate::zitadel::state::{Entry, Human, User, UserState};
use crate::zitadel::values::compare::Compare;

/// The columns that text filters look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    UserName,
    LoginName,
    FirstName,
    LastName,
    NickName,
    DisplayName,
    Email,
    Phone,
}

impl Column {
    fn of(self, user: &User) -> Option<&str> {
        let human = |get: fn(&Human) -> &String| user.human().map(|human| get(human).as_str());
        match self {
            Self::UserName | Self::LoginName => Some(&user.username),
            Self::FirstName => human(|h| &h.given_name),
            Self::LastName => human(|h| &h.family_name),
            Self::NickName => human(|h| &h.nick_name),
            Self::DisplayName => human(|h| &h.display_name),
            Self::Email => human(|h| &h.email),
            Self::Phone => human(|h| &h.phone),
        }
    }
}

/// One condition on a user.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    Text {
        column: Column,
        wanted: String,
        compare: Compare,
    },
    State(usize),
    Type(usize),
    Ids(HashSet<String>),
    /// One id, the usual case inside a batch.
    Id(String),
    Emails(HashSet<String>),
    Organization(String),
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    MetadataKey {
        wanted: String,
        compare: Compare,
    },
    MetadataValue {
        wanted: Vec<u8>,
        equal: bool,
    },
}

impl Filter {
    /// Whether the users have to be joined with their metadata.
    pub(crate) fn needs_metadata(&self) -> bool {
        match self {
            Self::MetadataKey { .. } | Self::MetadataValue { .. } => true,
            Self::Or(filters) | Self::And(filters) => filters.iter().any(Self::needs_metadata),
            Self::Not(filter) => filter.needs_metadata(),
            _ => false,
        }
    }

    /// Applies it to one user joined with one of its metadata entries, or with none; `None` is SQL's NULL.
    pub(crate) fn holds(&self, user: &User, entry: Option<(&str, &Entry)>) -> Option<bool> {
        match self {
            Self::Text {
                column,
                wanted,
                compare,
            } => Some(compare.matches(column.of(user)?, wanted)),
            Self::State(number) => Some(state_number(user.state) == *number),
            Self::Type(number) => Some(*number == if user.human().is_some() { 1 } else { 2 }),
            Self::Id(id) => Some(user.id == *id),
            Self::Ids(ids) => Some(ids.contains(&user.id)),
            Self::Emails(emails) => Some(emails.contains(&user.human()?.email)),
            Self::Organization(id) => Some(user.org == *id),
            Self::Not(filter) => filter.holds(user, entry).map(|holds| !holds),
            Self::And(filters) => all(filters, user, entry),
            Self::Or(filters) => {
                let mut result = Some(false);
                for filter in filters {
                    match filter.holds(user, entry) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => result = None,
                    }
                }
                result
            }
            Self::MetadataKey { wanted, compare } => Some(compare.matches(entry?.0, wanted)),
            Self::MetadataValue { wanted, equal } => Some((entry?.1.value == *wanted) == *equal),
        }
    }
}

/// SQL's AND over a list.
pub(crate) fn all(filters: &[Filter], user: &User, entry: Option<(&str, &Entry)>) -> Option<bool> {
    let mut result = Some(true);
    for filter in filters {
        match filter.holds(user, entry) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

fn state_number(state: UserState) -> usize {
    match state {
        UserState::Active => 1,
        UserState::Inactive => 2,
        UserState::Locked => 4,
        UserState::Initial => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zitadel::control::options::{Options, Version};
    use crate::zitadel::control::views::UserSeed;
    use crate::zitadel::protocol::body::{Node, parse};
    use crate::zitadel::state::State;
    use crate::zitadel::users::read::filters_input::read_all;

    fn read(raw: &str, version: Version) -> Result<Vec<Filter>, String> {
        let value = parse(raw.as_bytes()).expect("JSON");
        read_all(Node::new(&value, raw), "ListUsersRequest", version).map_err(|failure| failure.message())
    }

    /// NOT of NULL is NULL: a user without metadata matches neither a metadata filter nor its opposite.
    #[test]
    fn nulls_match_nothing() {
        let mut state = State::furnished(Options::default());
        let id = state.plant(UserSeed {
            email: "ada@example.org".to_owned(),
            ..UserSeed::default()
        });
        let user = state.user(&id).expect("ada");
        for raw in [
            r#"{"queries":[{"metadataKeyFilter":{"key":"k"}}]}"#,
            r#"{"queries":[{"notQuery":{"query":{"metadataKeyFilter":{"key":"k"}}}}]}"#,
        ] {
            let filters = read(raw, Version::V4).expect("filters");
            assert_eq!(all(&filters, user, None), None, "{raw}");
        }
        let either = r#"{"queries":[{"orQuery":{"queries":[{"metadataKeyFilter":{"key":"k"}},{"emailQuery":{"emailAddress":"ada","method":"TEXT_QUERY_METHOD_STARTS_WITH"}}]}}]}"#;
        assert_eq!(
            all(&read(either, Version::V4).expect("filters"), user, None),
            Some(true)
        );
    }

    /// Unknown filters, empty lists and texts out of range are refused with the recorded texts.
    #[test]
    fn refusals() {
        let refusal = |raw: &str| read(raw, Version::V4).expect_err("refused");
        assert_eq!(
            refusal(r#"{"queries":[{"nope":{}}]}"#),
            "invalid ListUsersRequest.Queries[0]: embedded message failed validation | caused by: \
             invalid SearchQuery.Query: value is required"
        );
        assert_eq!(
            refusal(r#"{"queries":[{"inUserIdsQuery":{"userIds":[]}}]}"#),
            "rpc error: code = Unknown desc = values array must not be empty"
        );
        assert_eq!(
            refusal(r#"{"queries":[{"orQuery":{}}]}"#),
            "rpc error: code = Unknown desc = missing column"
        );
        assert_eq!(
            refusal(r#"{"queries":[{"organizationIdQuery":{}}]}"#),
            "invalid ListUsersRequest.Queries[0]: embedded message failed validation | caused by: \
             invalid SearchQuery.OrganizationIdQuery: embedded message failed validation | caused by: \
             invalid OrganizationIdQuery.OrganizationId: value length must be between 1 and 200 runes, inclusive"
        );
    }

    /// Twenty levels of nesting pass, one more does not.
    #[test]
    fn nesting() {
        let nested = |levels: usize| {
            let inner = r#"{"userNameQuery":{"userName":"a"}}"#.to_owned();
            let filter = (0..levels).fold(inner, |inner, _| {
                format!(r#"{{"andQuery":{{"queries":[{inner}]}}}}"#)
            });
            read(&format!(r#"{{"queries":[{filter}]}}"#), Version::V4).map(|filters| filters.len())
        };
        assert_eq!(nested(20), Ok(1));
        assert_eq!(
            nested(21),
            Err("Too many query nesting levels (Max 20) (USER-zsQ97)".to_owned())
        );
    }
}
