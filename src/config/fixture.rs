use std::time::Duration;

use super::{Credentials, Link, Localpart, MetadataCheck, TargetSettings, ZitadelSettings};

pub(crate) fn target_settings() -> TargetSettings {
    TargetSettings::Zitadel(ZitadelSettings {
        url: "https://a.example".parse().expect("an address"),
        credentials: Credentials::Token("token".to_owned().into()),
        organization_id: "1".to_owned(),
        project_id: "2".to_owned(),
        idp_id: None,
        role: "User".to_owned(),
        further_roles: Vec::new(),
        owned_roles: Vec::new(),
        metadata_attributes: Vec::new(),
        sso_login: false,
        verify_email: false,
        verify_phone: false,
        localpart: Localpart::Uuid,
        link: Link::New,
        metadata: MetadataCheck::Confirm,
        claims_accounts: false,
        lag_wait: Duration::from_secs(300),
        heartbeat: false,
        end_sessions: false,
        phone_region: None,
    })
}
