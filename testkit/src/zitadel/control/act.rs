//! Calls by other users, without the network.

use serde_json::Value;

use crate::zitadel::ZitadelDouble;
use crate::zitadel::protocol::call::{Call, Transport};
use crate::zitadel::protocol::core::Core;
use crate::zitadel::protocol::gate::Act;
use crate::zitadel::protocol::http::{Plus, decode, form};
use crate::zitadel::protocol::routes::{Found, find};

impl ZitadelDouble {
    /// Makes a REST call as the instance owner in the synced organization: what an administrator does by hand
    /// between two runs. It is neither counted nor logged and no fault hits it. Returns status and body.
    ///
    /// ```
    /// # use testkit::zitadel::{Options, UserSeed, ZitadelDouble};
    /// # let zitadel = ZitadelDouble::start(Options::default());
    /// # let ada = zitadel.add_user(UserSeed { email: "ada@example.org".to_owned(), ..UserSeed::default() });
    /// let (status, _) = zitadel.act("POST", &format!("/v2/users/{ada}/deactivate"), &serde_json::json!({}));
    /// assert_eq!(status, 200);
    /// ```
    pub fn act(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.core.act(method, path, body)
    }

    /// Makes the call of [`ZitadelDouble::act`] when the first request of this method and start of path arrives,
    /// before that one is answered: a change while a run is in progress.
    ///
    /// # Panics
    /// In the server, when the call is refused.
    pub fn act_before(&self, first: (&str, &str), method: &str, path: &str, body: Value) {
        let (of_method, prefix) = first;
        self.act_before_later((of_method, prefix, 0), method, path, body);
    }

    /// The same after so many requests of this method and start of path, such as between two pages of a list.
    ///
    /// # Panics
    /// In the server, when the call is refused.
    pub fn act_before_later(&self, of: (&str, &str, u64), method: &str, path: &str, body: Value) {
        let act = Act {
            method: method.to_owned(),
            path: path.to_owned(),
            body,
        };
        self.core.gate().act_before(of, act);
    }
}

impl Core {
    /// What others do before this request is answered.
    pub(crate) fn let_others_act(&self, method: &str, path: &str) {
        let acts = self.gate().acts(method, path);
        for act in acts {
            let (status, reply) = self.act(&act.method, &act.path, &act.body);
            assert!(matches!(status, 200 | 201), "{reply}");
        }
    }

    pub(crate) fn act(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut state = self.state();
        let Found::Rest(route, params) = find(state.options.version, method, &decode(path, Plus::Literal))
        else {
            return (404, Value::Null);
        };
        let call = Call {
            transport: Transport::Rest,
            params,
            query: form(query),
            authorization: Some(format!("Bearer pat-{}", state.fixtures.owner)),
            organization: Some(state.fixtures.org.clone()),
            value: body.clone(),
            raw: body.to_string(),
        };
        match (route.handler)(&mut state, &call) {
            Ok(text) => (route.status, serde_json::from_str(&text).unwrap_or_default()),
            Err(failure) => (
                failure.status(),
                serde_json::from_str(&failure.rest_body()).unwrap_or_default(),
            ),
        }
    }
}
