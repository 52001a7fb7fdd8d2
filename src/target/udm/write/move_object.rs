//! Moves an object back to the container, and deletes objects.

use serde_json::json;

use super::super::client::{Call, Kind, Path, Tag};
use super::super::rules::catalog::GROUP;
use super::super::rules::name;
use super::super::state::UdmTarget;
use crate::model::{Edit, Existing, TypeId};
use crate::target::{TargetError, TargetErrorKind};

impl UdmTarget {
    /// Moves an object back to the container, with its current name.
    pub(super) async fn move_back(&self, resource: TypeId, edit: &Edit) -> Result<(), TargetError> {
        let _alone = self.names_lock.write().await;
        let prepared = self.prepared()?;
        let state = prepared.type_state(resource).ok_or_else(|| self.unprepared())?;
        let operation = if resource == GROUP {
            "move_group"
        } else {
            "move_user"
        };
        let body = json!({"position": state.container, "properties": {}});
        let moved = self.client.persist(true, async |attempt| {
            let dn = match attempt {
                1 => self.dn_of(&edit.target_id).await?,
                // The answer to the previous try was lost, but it may have succeeded.
                _ => self.ask_for_dn(&edit.target_id).await?,
            };
            let call = Call::put(operation, Path::object(Kind::of(resource), &dn), &body);
            self.client.send(&call.once()).await.map(|_| dn)
        });
        // The answer to a move does not contain the new DN.
        let dn = moved.await?;
        let level = name::levels(&dn).first().copied().unwrap_or_default();
        self.memory
            .put(&edit.target_id, &format!("{level},{}", state.container));
        Ok(())
    }

    /// Deletes an object, if it still exists.
    pub(super) async fn delete(
        &self,
        resource: TypeId,
        account: &Existing,
        tag: Option<&Tag>,
    ) -> Result<(), TargetError> {
        let gone = |error: TargetError| {
            if error.kind == TargetErrorKind::NotFound {
                Ok(())
            } else {
                Err(error)
            }
        };
        let dn = match self.dn_of(&account.target_id).await {
            Ok(dn) => dn,
            Err(error) => return gone(error),
        };
        let operation = if resource == GROUP {
            "delete_group"
        } else {
            "delete_user"
        };
        match self
            .client
            .send(&Call::delete(operation, Path::object(Kind::of(resource), &dn)).if_match(tag))
            .await
        {
            Ok(_) => {
                self.memory.give_up_all(&account.target_id);
                Ok(())
            }
            // No object has this DN: it was renamed or already deleted.
            Err(error)
                if matches!(
                    error.kind,
                    TargetErrorKind::NotFound | TargetErrorKind::InvalidAttribute { .. }
                ) =>
            {
                match self.ask_for_dn(&account.target_id).await {
                    Ok(now) if *now == *dn => Err(error),
                    Ok(now) => {
                        let call =
                            Call::delete(operation, Path::object(Kind::of(resource), &now)).if_match(tag);
                        self.client.send(&call).await.map(drop)
                    }
                    Err(lost) => gone(lost),
                }
            }
            Err(error) => Err(error),
        }
    }
}
