//! Answers that are well formed and wrong: a table that is rebuilt, a broken index, a proxy that mixes answers up.

use std::sync::Arc;

use crate::zitadel::state::{FilterAnswers, State, User};
use crate::zitadel::users::read::filters::Filter;

impl State {
    /// The wrong answer to a list that is filtered by metadata, if one is configured.
    pub(crate) fn lie<'u>(
        &self,
        users: impl Iterator<Item = &'u Arc<User>>,
        filters: &[Filter],
    ) -> Option<Vec<(Arc<User>, usize)>> {
        let humans = |users: Vec<Arc<User>>| users.into_iter().map(|user| (user, 1)).collect();
        match self.filter_answers {
            FilterAnswers::Truth => None,
            FilterAnswers::Nobody => Some(Vec::new()),
            FilterAnswers::Everybody => {
                let passes = |user: &&Arc<User>| filters.iter().all(|filter| filter.passes_blindly(user));
                Some(humans(users.filter(passes).cloned().collect()))
            }
            FilterAnswers::Strangers => {
                let is_asked = |user: &User| {
                    filters.iter().any(|filter| match filter {
                        Filter::Ids(ids) => ids.contains(&user.id),
                        Filter::Id(id) => user.id == *id,
                        _ => false,
                    })
                };
                Some(humans(users.filter(|user| !is_asked(user)).cloned().collect()))
            }
        }
    }
}

impl Filter {
    /// Whether a user passes if all metadata filters are passed over.
    fn passes_blindly(&self, user: &User) -> bool {
        match self {
            Self::MetadataKey { .. } | Self::MetadataValue { .. } => true,
            Self::And(filters) => filters.iter().all(|filter| filter.passes_blindly(user)),
            Self::Or(filters) => filters.iter().any(|filter| filter.passes_blindly(user)),
            other => other.holds(user, None) == Some(true),
        }
    }
}
