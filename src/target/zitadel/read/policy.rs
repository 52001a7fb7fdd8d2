//! Limits that an administrator stores in the metadata of the organization.

use serde_json::json;

use crate::target::zitadel::ZitadelTarget;
use crate::target::zitadel::client::api::Page;
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::wire::received::Metadata;
use crate::target::{PolicyDocument, TargetError};

/// Metadata key of the limits for all configurations. With a dot and a name appended, for one configuration.
const KEY: &str = "directory-sync.policy";

impl ZitadelTarget {
    /// Reads the documents for all configurations, and for the configurations of these names.
    ///
    /// A service account without a membership gets a 404 (`AUTHZ-cdgFk`). It does not mean that there are no limits.
    pub(in crate::target::zitadel) async fn read_policy(
        &self,
        names: &[String],
    ) -> Result<Vec<PolicyDocument>, TargetError> {
        let query = json!({"keyQuery": {"key": KEY, "method": "TEXT_QUERY_METHOD_STARTS_WITH"}});
        let body = json!({"queries": [query]});
        let call = Call::post("read_policy", &["management", "v1", "metadata", "_search"], &body);
        let found: Result<Page<Metadata>, _> = self.api.list(&call).await;
        let entries = match found {
            Ok(page) => page.items,
            Err(failure) if failure.is(id::NO_POLICY) => Vec::new(),
            Err(failure) => return Err(failure.error),
        };
        let is_meant = |key: &str| match key.strip_prefix(KEY) {
            Some("") => true,
            Some(rest) => rest
                .strip_prefix('.')
                .is_some_and(|name| names.iter().any(|known| known == name)),
            None => false,
        };
        let documents = entries.into_iter().filter(|entry| is_meant(&entry.key));
        let document = |entry: Metadata| PolicyDocument {
            origin: format!("organization metadata `{}`", entry.key),
            text: entry.value,
        };
        Ok(documents.map(document).collect())
    }

    /// Where the limits for all configurations are or would be.
    pub(in crate::target::zitadel) fn location_of_policy(&self) -> String {
        format!(
            "metadata `{KEY}` of organization {}",
            self.settings.organization_id
        )
    }
}
