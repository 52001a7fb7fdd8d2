//! Ends the sessions of a user. Zitadel does not end them when the user is deactivated.

use serde::Deserialize;
use serde_json::json;

use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::{Failure, accept};
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::received::{Done, ListHead};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// The list may be truncated, and shows a session for a moment after it has ended.
const ROUNDS: u32 = 20;

const RIGHT: &str =
    "give the service account the role ORG_USER_MANAGER in the organization; the next run ends the sessions";

/// An answer of `POST /v2/sessions/search`.
#[derive(Debug, Deserialize)]
struct Sessions {
    #[serde(flatten)]
    head: ListHead,
    #[serde(default)]
    sessions: Vec<Session>,
}

#[derive(Debug, Deserialize)]
struct Session {
    id: String,
}

impl ZitadelTarget {
    /// Ends all sessions of a user. Without this permission, the user is deactivated all the same.
    pub(in crate::target::zitadel) async fn end_sessions(&self, user: &str) -> Result<(), Failure> {
        self.end_each_session(user).await.map_err(|mut failure| {
            if failure.error.kind == Kind::Unauthorized {
                failure.error.kind = Kind::Protocol;
            }
            failure
        })
    }

    /// Ends sessions until the list shows no other session. Without the permission to see sessions, the list is empty
    /// but its total is not 0.
    async fn end_each_session(&self, user: &str) -> Result<(), Failure> {
        for _ in 0..ROUNDS {
            let Sessions { head, sessions } = self.sessions_of(user).await?;
            let total = head.details.total_result;
            if sessions.is_empty() {
                return if total == 0 {
                    Ok(())
                } else {
                    Err(not_shown(total).into())
                };
            }
            let mut all_ended = true;
            for session in &sessions {
                all_ended &= self.end_session(&session.id).await?;
            }
            if all_ended && sessions.len() as u64 >= total {
                return Ok(());
            }
        }
        Err(not_ended().into())
    }

    async fn sessions_of(&self, user: &str) -> Result<Sessions, Failure> {
        let body = json!({"queries": [{"userIdQuery": {"id": user}}]});
        let call = Call::post("list_sessions", &["v2", "sessions", "search"], &body);
        self.api.send(&call).await
    }

    /// Returns whether the session has ended. The server gives the same answer for a missing session as for a missing
    /// permission.
    async fn end_session(&self, session: &str) -> Result<bool, Failure> {
        let call = Call::delete("end_session", &["v2", "sessions", session]);
        let ended = self.api.write::<Done>(&call).await;
        let is_unknown = matches!(&ended, Err(failure) if failure.is(id::NO_MEMBER));
        accept(ended, &[id::NO_MEMBER])?;
        Ok(!is_unknown)
    }
}

fn not_shown(total: u64) -> TargetError {
    TargetError::new(Kind::Protocol, "list_sessions", format!(
            "the account is deactivated, but Zitadel does not show the service account its sessions, of which there are {total}"
        )).hint(RIGHT)
}

fn not_ended() -> TargetError {
    TargetError::new(
        Kind::Protocol,
        "end_session",
        "the account is deactivated, but Zitadel does not end its sessions, or new ones begin all the time",
    )
    .hint(RIGHT)
}
