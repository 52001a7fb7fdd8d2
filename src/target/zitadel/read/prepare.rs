//! Checks that must pass before anything is read: Zitadel shows an unprivileged caller an empty list, not an error.

use serde_json::json;

use crate::model::{Diagnosis, RecordRef, Warning};
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::state::{Prepared, ZitadelTarget};
use crate::target::zitadel::wire::received::{GrantedProject, Me, MyOrg, Permissions, Role};
use crate::target::{TargetError, TargetErrorKind as Kind};

/// Permissions that every run needs. [`TAKE_AWAY`] is only needed to remove the last role of a user.
const NEEDED: [&str; 5] = [
    "user.read",
    "user.write",
    "user.delete",
    "user.grant.read",
    "user.grant.write",
];

const TAKE_AWAY: &str = "user.grant.delete";

/// Permissions to end sessions. Without the first one, Zitadel shows no sessions. v2.64 shows none to anyone.
const END_SESSIONS: [&str; 2] = ["session.read", "session.delete"];

impl ZitadelTarget {
    /// Checks permissions, organization and roles, and reads the grants, in parallel.
    pub(in crate::target::zitadel) async fn prove(&self) -> Result<Prepared, TargetError> {
        self.api.sign_in().await?;
        let (permissions, organization, role, own_id, grants) = futures::join!(
            self.check_permissions(),
            self.check_organization(),
            self.check_roles(),
            self.own_id(),
            self.read_grants(),
        );
        // Checked first: without permissions, all the others fail too, with less clear errors.
        permissions?;
        organization?;
        role?;
        let prepared = Prepared {
            own_id: own_id?,
            grants: grants?,
        };
        self.warn_of_inactive(prepared.grants.inactive());
        Ok(prepared)
    }

    pub(in crate::target::zitadel) fn warn_of_inactive(&self, inactive: usize) {
        if inactive == 0 {
            return;
        }
        let (roles, project) = (self.shown_roles(), &self.settings.project_id);
        self.warn_once(
            format!("project {project}"),
            format!("{inactive} grants of the {roles} were deactivated by an administrator, and stay so"),
        );
    }

    /// Adds a warning about the target. Steps may run twice; the last warning replaces the one before.
    pub(in crate::target::zitadel) fn warn_once(&self, at: String, reason: String) {
        let at = RecordRef::new("zitadel", at);
        let mut warnings = self.warnings.borrow_mut();
        warnings.retain(|before| before.at != at);
        warnings.push(Warning::new(at, reason));
    }

    /// `role` or `roles` with the keys.
    fn shown_roles(&self) -> String {
        match self.settings.roles()[..] {
            [role] => format!("role `{role}`"),
            ref roles => format!("roles `{}`", roles.join("`, `")),
        }
    }

    /// Returns the permissions found, or an error that names the missing ones.
    async fn check_permissions(&self) -> Result<String, TargetError> {
        let path = ["auth", "v1", "permissions", "zitadel", "me", "_search"];
        let granted: Permissions = self
            .api
            .send(&Call::post("permissions", &path, &json!({})))
            .await?;
        let project = &self.settings.project_id;
        let takes_away = !self.settings.owned_roles.is_empty();
        let needed: Vec<&str> = NEEDED
            .into_iter()
            .chain(takes_away.then_some(TAKE_AWAY))
            .chain(END_SESSIONS.into_iter().filter(|_| self.settings.end_sessions))
            .collect();
        let missing: Vec<&str> = needed
            .iter()
            .copied()
            .filter(|needed| {
                let on_project = format!("{needed}:{project}");
                let enough = |granted: &String| {
                    granted == needed || (needed.starts_with("user.grant.") && *granted == on_project)
                };
                !granted.result.iter().any(enough)
            })
            .collect();
        if missing.is_empty() {
            return Ok(needed.join(", "));
        }
        Err(TargetError::new(
            Kind::Unauthorized,
            "permissions",
            format!(
                "the service account lacks {} in organization {}",
                missing.join(", "),
                self.settings.organization_id
            ),
        )
        .hint(hint_of(&missing)))
    }

    /// Returns the organization's name.
    async fn check_organization(&self) -> Result<String, TargetError> {
        let path = ["management", "v1", "orgs", "me"];
        let found: MyOrg = self.api.send(&Call::get("organization", &path)).await?;
        if found.org.id == self.settings.organization_id {
            return Ok(self.api.masked(&found.org.name));
        }
        Err(misconfigured(
            "organization",
            format!(
                "asked for organization {}, and Zitadel answered with {}",
                self.settings.organization_id,
                self.api.masked(&found.org.id)
            ),
            "check `zitadel.organization_id`",
        ))
    }

    /// Checks that the project has the roles. The roles of another organization's project are only visible through a
    /// project grant.
    async fn check_roles(&self) -> Result<String, TargetError> {
        let project = self.settings.project_id.as_str();
        let path = ["management", "v1", "projects", project, "roles", "_search"];
        let own: Page<Role> = self
            .api
            .list(&Call::post("project_roles", &path, &json!({})))
            .await?;
        let mut keys: Vec<String> = own.items.into_iter().map(|role| role.key).collect();
        if keys.is_empty() {
            let path = ["management", "v1", "granted_projects", "_search"];
            let granted: Page<GrantedProject> = self
                .api
                .list(&Call::post("granted_projects", &path, &json!({})))
                .await?;
            let granted = granted
                .items
                .into_iter()
                .filter(|granted| granted.project_id == project);
            keys = granted.flat_map(|granted| granted.granted_role_keys).collect();
        }
        let roles = self.settings.roles();
        let missing = roles.iter().filter(|role| !keys.iter().any(|key| key == *role));
        let missing: Vec<&str> = missing.copied().collect();
        if missing.is_empty() || self.roles_may_be_gone.get() && !keys.is_empty() {
            return Ok(format!("`{}` on project {project}", roles.join("`, `")));
        }
        keys.sort_unstable();
        Err(if keys.is_empty() {
            misconfigured(
                "project_roles",
                format!("project {project} is not there, or has no roles"),
                "check `zitadel.project_id`, and that the project belongs to the organization or is granted to it",
            )
        } else {
            misconfigured(
                "project_roles",
                format!(
                    "project {project} has no role `{}`; it has `{}`",
                    missing.join("`, `"),
                    self.api.masked(&keys.join("`, `"))
                ),
                if missing == [self.settings.role.as_str()] {
                    "check `zitadel.role`, or add the role to the project"
                } else {
                    "check `zitadel.role`, `zitadel.owned_roles` and `entitlements` of the sources, or add the role to \
                     the project"
                },
            )
        })
    }

    pub(in crate::target::zitadel) async fn own_id(&self) -> Result<String, TargetError> {
        if let Some(id) = self.api.user_id() {
            return Ok(id.to_owned());
        }
        let path = ["auth", "v1", "users", "me"];
        let me: Me = self.api.send(&Call::get("own_account", &path)).await?;
        if me.user.id.is_empty() {
            return Err(TargetError::new(
                Kind::Protocol,
                "own_account",
                "Zitadel does not say whose token this is",
            ));
        }
        Ok(me.user.id)
    }

    /// Runs each step separately. Without a token, no other step is run.
    pub(in crate::target::zitadel) async fn findings(&self) -> Vec<Diagnosis> {
        let url = self.settings.url.as_str().trim_end_matches('/');
        let token = self.api.sign_in().await.map_err(TargetError::from);
        let mut findings = vec![finding(
            "token",
            token.map(|()| format!("{url} accepts the credentials")),
        )];
        if findings[0].result.is_err() {
            return findings;
        }
        let (permissions, organization, role, count) = futures::join!(
            self.check_permissions(),
            self.check_organization(),
            self.check_roles(),
            self.count_accounts(),
        );
        findings.push(finding("permissions", permissions));
        findings.push(finding("organization", organization));
        findings.push(finding("role", role));
        findings.push(finding(
            "users",
            count.map(|count| format!("{count} accounts of people")),
        ));
        findings
    }
}

fn finding(step: &str, result: Result<String, TargetError>) -> Diagnosis {
    let subject = format!("target zitadel: {step}");
    match result {
        Ok(seen) => Diagnosis::ok(subject, seen),
        Err(error) => {
            let what = error.to_string();
            // The step already names it.
            let operation = format!("{}: ", error.operation);
            let what = what.strip_prefix(&operation).unwrap_or(&what);
            Diagnosis::problem(subject, what, error.hint)
        }
    }
}

/// Zitadel v2.64 has no permission to see sessions, so its roles do not contain it.
fn hint_of(missing: &[&str]) -> &'static str {
    if missing == [END_SESSIONS[0]] {
        "`policy.end_sessions` needs a Zitadel whose role ORG_USER_MANAGER includes `session.read`, such as v4: leave the key \
         out, or upgrade Zitadel"
    } else {
        "give the service account the role ORG_USER_MANAGER in that organization"
    }
}

fn misconfigured(operation: &'static str, what: String, hint: &str) -> TargetError {
    TargetError::new(Kind::Misconfigured, operation, what).hint(hint)
}
