//! Who is signed in.

use std::collections::BTreeMap;

use crate::zitadel::ZitadelDouble;

impl ZitadelDouble {
    /// Signs a user in, as the owner of the instance does; gives the id of the session.
    ///
    /// # Panics
    /// When there is no such user.
    pub fn sign_in(&self, user: &str) -> String {
        let body = serde_json::json!({"checks": {"user": {"userId": user}}});
        let (status, reply) = self.act("POST", "/v2/sessions", &body);
        assert_eq!(status, 201, "{reply}");
        reply["sessionId"].as_str().unwrap_or_default().to_owned()
    }

    /// How many sessions each user has who has any, by user name.
    pub fn sessions(&self) -> BTreeMap<String, usize> {
        let state = self.core.state();
        let mut sessions = BTreeMap::new();
        for session in state.sessions.values().filter(|session| !session.ended) {
            let name = state.user(&session.user).map(|user| user.username.clone());
            *sessions.entry(name.unwrap_or_default()).or_default() += 1;
        }
        sessions
    }
}
