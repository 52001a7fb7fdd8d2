//! Accounts as a sync makes them.

use std::path::Path;

use uuid::Uuid;

use super::views::UserSeed;
use crate::zitadel::ZitadelDouble;

/// The namespace of `localpart`, from famedly-sync's documentation.
const NAMESPACE: Uuid = Uuid::from_u128(0xd997_9cff_abee_4666_bc88_1ec4_5a84_3fb8);

/// The `localpart` that a sync makes from an external id.
pub fn localpart(id: &str) -> String {
    Uuid::new_v5(&NAMESPACE, id.as_bytes()).to_string()
}

impl UserSeed {
    /// The account of a person whose address is the external id.
    pub fn synced(email: &str, given_name: &str, family_name: &str) -> Self {
        Self {
            email: email.to_owned(),
            email_verified: true,
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            display_name: format!("{family_name}, {given_name}"),
            nick_name: hex::encode(email),
            metadata: vec![
                ("localpart".to_owned(), localpart(email).into_bytes()),
                ("preferred_username".to_owned(), email.as_bytes().to_vec()),
            ],
            roles: vec!["User".to_owned()],
            ..Self::default()
        }
    }
}

impl ZitadelDouble {
    /// A configuration for this server that reads `users.csv`, with `service-user.json` as key file, both in the folder.
    pub fn csv_config(&self, folder: &Path) -> String {
        format!(
            "zitadel:\n  url: {url}\n  key_file: {folder}/service-user.json\n  organization_id: {organization}\n  \
             project_id: {project}\nsources:\n  csv:\n    file_path: {folder}/users.csv\npolicy:\n  absent: delete\n",
            url = self.url(),
            folder = folder.display(),
            organization = self.organization_id(),
            project = self.project_id(),
        )
    }
}
