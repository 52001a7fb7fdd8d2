//! The ids and the service accounts that tests use.

use crate::zitadel::access::caller::Access;
use crate::zitadel::access::token::{FOREIGN_KEY, SERVICE_KEY};
use crate::zitadel::state::UserState;
use crate::zitadel::state::event::EventKind;
use crate::zitadel::{ServiceUser, ZitadelDouble};

pub(super) fn service_user(id: String) -> ServiceUser {
    ServiceUser {
        token: format!("pat-{id}"),
        key_file_json: key_file(&id, SERVICE_KEY),
        id,
    }
}

fn key_file(user: &str, pem: &str) -> String {
    serde_json::json!({
        "type": "serviceaccount",
        "keyId": format!("key-{user}"),
        "key": pem,
        "expirationDate": "9999-12-31T23:59:59Z",
        "userId": user,
    })
    .to_string()
}

impl ZitadelDouble {
    /// Id of the organization that is synced.
    pub fn organization_id(&self) -> String {
        self.core.state().fixtures.org.clone()
    }

    /// Id of a second organization, in which the service account is no member.
    pub fn other_organization_id(&self) -> String {
        self.core.state().fixtures.other_org.clone()
    }

    /// Id of the project.
    pub fn project_id(&self) -> String {
        self.core.state().fixtures.project.clone()
    }

    /// Id of the identity provider of the synced organization.
    pub fn idp_id(&self) -> String {
        self.core.state().fixtures.idp.clone()
    }

    /// Id of the service account.
    pub fn service_user_id(&self) -> String {
        self.core.state().fixtures.service_user.clone()
    }

    /// Key file of the service account: a JSON object with a PKCS#1 PEM of RSA 2048.
    pub fn key_file_json(&self) -> String {
        key_file(&self.service_user_id(), SERVICE_KEY)
    }

    /// A key file of the service account that holds a wrong private key.
    pub fn foreign_key_file_json(&self) -> String {
        key_file(&self.service_user_id(), FOREIGN_KEY)
    }

    /// A personal access token of the service account.
    pub fn personal_access_token(&self) -> String {
        format!("pat-{}", self.service_user_id())
    }

    /// The machine user `owner` with all rights in the instance.
    pub fn owner(&self) -> ServiceUser {
        service_user(self.core.state().fixtures.owner.clone())
    }

    /// Another machine user of the synced organization.
    pub fn add_service_user(&self, name: &str, access: &Access) -> ServiceUser {
        service_user(self.core.state().add_machine(name, access))
    }

    /// Lets the service account read the whole instance, the event log among it, beside what it may already.
    pub fn let_service_user_view_instance(&self) {
        let mut state = self.core.state();
        let (id, org, version) = (
            state.fixtures.service_user.clone(),
            state.fixtures.org.clone(),
            state.options.version,
        );
        let viewer = Access::IamOwnerViewer.membership(&org, version);
        state.memberships.entry(id).or_default().instance = viewer.instance;
    }

    /// Sets the client secret of a machine user, for the client credentials grant.
    pub fn set_client_secret(&self, user_id: &str, secret: &str) {
        self.core
            .state()
            .secrets
            .insert(user_id.to_owned(), secret.to_owned());
    }
}

impl ZitadelDouble {
    /// Deactivates the service account: no new token, and tokens issued before are invalid for good.
    pub fn deactivate_service_user(&self) {
        self.switch_service_user(UserState::Inactive, EventKind::Deactivated);
    }

    /// Activates the service account again.
    pub fn reactivate_service_user(&self) {
        self.switch_service_user(UserState::Active, EventKind::Reactivated);
    }

    fn switch_service_user(&self, to: UserState, event: EventKind) {
        let mut state = self.core.state();
        let (user, owner) = (state.fixtures.service_user.clone(), state.fixtures.owner.clone());
        state.set_state(&user, &owner, to, event);
    }
}
