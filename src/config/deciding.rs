//! Settings that decide the content of a plan, or the effect of applying it. A saved plan is bound to them.
//!
//! Every settings struct is destructured here without `..`. So a new field has to be put into one of two lists:
//! either it decides, or it is named with `_` and does not.

mod sources;

use std::fmt::Debug;

use super::settings::{Providers, Settings, TargetSettings, UdmObjects, UdmSettings, ZitadelSettings};
use crate::plan::{Grace, Policy};

impl Settings {
    /// The deciding settings with their values, in a fixed order, without secrets.
    pub fn deciding(&self) -> String {
        Deciding::of(self).0.join("\n")
    }
}

#[derive(Default)]
struct Deciding(Vec<String>);

impl Deciding {
    fn of(settings: &Settings) -> Self {
        let Settings {
            role,
            sources,
            policy,
            providers,
            target,
            // Contained in the policy. Other restrictions are checked again when a plan is applied.
            withholding: _,
            policy_file: _,
            require_policy: _,
            // The guard checks a plan again when it is applied.
            guard: _,
            // These do not decide.
            log_level: _,
            dry_run: _,
            apply: _,
            lock_dir: _,
            output: _,
            metrics_file: _,
            notify: _,
            run: _,
            notes: _,
            files: _,
        } = settings;
        let mut deciding = Self::default();
        deciding.add("role", role);
        deciding.policy(policy);
        deciding.providers(providers);
        for source in sources {
            deciding.source(source);
        }
        match target {
            Some(TargetSettings::Zitadel(zitadel)) => deciding.zitadel(zitadel),
            Some(TargetSettings::Udm(udm)) => deciding.udm(udm),
            None => {}
        }
        deciding
    }

    fn add(&mut self, key: &str, value: &impl Debug) {
        self.0.push(format!("{key}={value:?}"));
    }

    fn zitadel(&mut self, zitadel: &ZitadelSettings) {
        let ZitadelSettings {
            url,
            organization_id,
            project_id,
            idp_id,
            role,
            further_roles,
            owned_roles,
            metadata_attributes,
            sso_login,
            verify_email,
            verify_phone,
            localpart,
            link,
            metadata,
            claims_accounts,
            phone_region,
            // Credentials, waiting times, and what the tool records about itself.
            credentials: _,
            lag_wait: _,
            heartbeat: _,
            // It follows from the policy.
            end_sessions: _,
        } = zitadel;
        self.add("url", &url.as_str());
        self.add("organization_id", organization_id);
        self.add("project_id", project_id);
        self.add("idp_id", idp_id);
        self.add("role", role);
        self.add("further_roles", further_roles);
        self.add("owned_roles", owned_roles);
        self.add("metadata_attributes", metadata_attributes);
        self.add("sso_login", sso_login);
        self.add("verify_email", verify_email);
        self.add("verify_phone", verify_phone);
        self.add("localpart", localpart);
        self.add("link", link);
        self.add("metadata", metadata);
        self.add("claims_accounts", claims_accounts);
        self.add("phone_region", phone_region);
    }

    fn udm(&mut self, udm: &UdmSettings) {
        let UdmSettings {
            url,
            users,
            groups,
            binary_ids,
            // Credentials, trust, and waiting times.
            user: _,
            password: _,
            tls: _,
            connect_timeout: _,
            read_timeout: _,
        } = udm;
        self.add("udm.url", &url.as_str());
        self.add("binary_ids", binary_ids);
        self.objects("users", users);
        if let Some(groups) = groups {
            self.objects("groups", groups);
        }
    }

    fn objects(&mut self, section: &str, objects: &UdmObjects) {
        let UdmObjects {
            ou,
            key,
            properties,
            marker_property,
        } = objects;
        self.add(&format!("udm.{section}"), &(ou, key, properties, marker_property));
    }

    fn policy(&mut self, policy: &Policy) {
        let Policy {
            create,
            update,
            remove,
            delete_deactivates,
            create_deactivated,
            end_sessions,
            update_provider_mismatch,
            adopt,
            create_disabled,
            disabled,
            absent,
            grace,
            listed,
            restrict_to,
        } = policy;
        let grace = grace.map(|Grace { after, runs }| (after, runs));
        self.add("policy.create", create);
        self.add("policy.update", update);
        self.add("policy.remove", remove);
        self.add("policy.delete_deactivates", delete_deactivates);
        self.add("policy.create_deactivated", create_deactivated);
        self.add("policy.end_sessions", end_sessions);
        self.add("policy.update_provider_mismatch", update_provider_mismatch);
        self.add("policy.adopt", adopt);
        self.add("policy.create_disabled", create_disabled);
        self.add("policy.disabled", disabled);
        self.add("policy.absent", absent);
        self.add("policy.grace", &grace);
        self.add("policy.listed", listed);
        self.add("policy.scope", restrict_to);
    }

    fn providers(&mut self, providers: &Providers) {
        let Providers { name, retired } = providers;
        self.add("provider", name);
        self.add("policy.retired_providers", retired);
    }
}
