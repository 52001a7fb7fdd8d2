//! Settings that decide the content of a plan, or the effect of applying it. A saved plan is bound to them.
//!
//! Every settings struct is destructured here without `..`. So a new field has to be put into one of two lists:
//! either it decides, or it stands behind the semicolon and does not.

/// Adds the fields in front of the semicolon under their names, with a prefix, or under a name of their own; the ones behind
/// it do not decide.
macro_rules! decide {
    ($deciding:ident, $prefix:literal, $of:ident: $Settings:ident {
        $($field:ident $(as $key:literal)? $(= $value:expr)?),*; $($idle:ident),* $(,)?
    }) => {
        let $Settings { $($field,)* $($idle: _,)* } = $of;
        $($deciding.add(
            decide!(@key $prefix $field $($key)?),
            decide!(@value $field $($value)?),
        );)*
    };
    (@key $prefix:literal $field:ident) => { concat!($prefix, stringify!($field)) };
    (@key $prefix:literal $field:ident $key:literal) => { $key };
    (@value $field:ident) => { $field };
    (@value $field:ident $value:expr) => { &$value };
}

mod sources;

use std::fmt::Debug;

use super::settings::{Providers, Settings, TargetSettings, UdmObjects, UdmSettings, ZitadelSettings};
use crate::plan::{Grace, Policy};

impl Settings {
    /// The settings that decide, each with its value, in a fixed order. No secret is among them.
    pub fn deciding(&self) -> String {
        Deciding::of(self).0.join("\n")
    }
}

/// Settings and their values.
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
            // The policy says it; what others ask for is asked again when a plan is applied.
            withholding: _,
            policy_file: _,
            require_policy: _,
            // The guard looks at a plan again when it is applied.
            guard: _,
            // These do not decide.
            id_keys: _,
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
            key_names: _,
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
        decide!(self, "", zitadel: ZitadelSettings {
            url = url.as_str(), organization_id, project_id, idp_id, role, further_roles, owned_roles, metadata_attributes,
            sso_login, verify_email, verify_phone, localpart, link, metadata, claims_accounts, phone_region;
            // Credentials, waiting times, and what the tool records about itself.
            credentials, lag_wait, heartbeat,
            // It follows from the policy.
            end_sessions,
        });
    }

    fn udm(&mut self, udm: &UdmSettings) {
        let UdmSettings { users, groups, .. } = udm;
        decide!(self, "", udm: UdmSettings {
            url as "udm.url" = url.as_str(), binary_ids;
            // Added below.
            users, groups,
            // For messages.
            property_locations,
            // Credentials, trust, and waiting times.
            user, password, tls, connect_timeout, read_timeout,
        });
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
        decide!(self, "policy.", policy: Policy {
            create, update, remove, delete_deactivates, create_deactivated, end_sessions, update_provider_mismatch, adopt,
            create_disabled, disabled, absent, grace = grace.map(|Grace { after, runs }| (after, runs)), listed,
            restrict_to as "policy.scope";
        });
    }

    fn providers(&mut self, providers: &Providers) {
        decide!(self, "policy.", providers: Providers {
            name as "provider", retired as "policy.retired_providers";
        });
    }
}
