//! Texts that an administrator stores in the metadata of the organization, and texts that this tool stores in its own
//! account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::ZitadelTarget;
use super::client::call::Call;
use super::client::error_ids::id;
use super::wire::received::{Done, OneMetadata};
use crate::target::{TargetError, TargetErrorKind as Kind};

impl ZitadelTarget {
    /// Reads a value of the organization's metadata. The service account may read it, but not write it.
    pub(super) async fn organization_value(&self, key: &str) -> Result<Option<String>, TargetError> {
        let path = ["management", "v1", "metadata", key];
        let found = self
            .api
            .send::<OneMetadata>(&Call::get("organization_metadata", &path))
            .await;
        match found {
            Ok(found) => Ok(Some(text(&found.metadata.value))),
            Err(failure) if failure.is(id::NO_ORGANIZATION_METADATA) => Ok(None),
            Err(failure) => Err(failure.error),
        }
    }

    pub(super) async fn own_metadata(&self, key: &str) -> Result<Option<String>, TargetError> {
        let own_id = self.own_id().await?;
        let all = self.all_metadata(&own_id).await?;
        let entry = all.into_iter().find(|entry| *entry.key == *key);
        Ok(entry.map(|entry| text(&entry.value)))
    }

    /// Sets a value of the service account's own metadata. This needs no permission.
    pub(super) async fn set_own_metadata(&self, key: &str, text: &str) -> Result<(), TargetError> {
        let own_id = self.own_id().await?;
        let value = STANDARD.encode(text);
        let path = ["v2", "users", &own_id, "metadata"];
        let body = json!({"metadata": [{"key": key, "value": value}]});
        let set = self
            .api
            .send::<Done>(&Call::post("set_own_metadata", &path, &body))
            .await;
        match set {
            // Servers before v4.2 do not have this path.
            Err(failure) if failure.error.kind == Kind::NotFound && failure.error.error_id.is_none() => {
                let path = ["management", "v1", "users", &own_id, "metadata", key];
                let call = Call::post("set_own_metadata", &path, &json!({"value": value}));
                Ok(self.api.send::<Done>(&call).await.map(drop)?)
            }
            set => Ok(set.map(drop)?),
        }
    }
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}
