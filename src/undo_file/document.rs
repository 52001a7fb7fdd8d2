//! Past changes as JSON: the change as in a plan file, and what was kept beside it.

use serde::{Deserialize, Serialize};

use crate::model::{Action, Change, Detail, Keepsake, Restore, Schema, TargetId};
use crate::plan::Past;
use crate::plan_file::document::{ChangeDocument, EditDocument};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PastDocument {
    change: ChangeDocument,
    /// What an undo put back; absent in the file of any other run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restore: Option<RestoreDocument>,
    /// A name and texts each, known to the target alone.
    kept: Vec<Vec<Box<str>>>,
    /// The account that the change made.
    made: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RestoreDocument {
    external_id: Box<str>,
    login: Box<str>,
    kept: Vec<Vec<Box<str>>>,
    mark: bool,
    edit: Option<EditDocument>,
}

impl PastDocument {
    pub(super) fn new(change: &Change, keepsake: Keepsake, schema: &Schema) -> Self {
        let mut change = change.clone();
        if let Action::Delete(removal) = &mut change.action {
            for (index, value) in keepsake.values {
                removal.account.attributes.set(index, Some(value));
            }
        }
        Self {
            restore: change.restore.as_deref().map(|restore| RestoreDocument {
                external_id: restore.id_text.clone(),
                login: restore.login.clone(),
                kept: texts(&restore.details),
                mark: restore.mark,
                edit: restore.edit.as_ref().map(|edit| EditDocument::new(edit, schema)),
            }),
            change: ChangeDocument::new(&change, schema),
            kept: texts(&keepsake.details),
            made: None,
        }
    }

    pub(super) fn made(&mut self, account: &TargetId) {
        self.made = Some(account.to_string());
    }

    pub(super) fn past(self, schema: &Schema) -> Result<Past, String> {
        let mut change = self.change.change(schema)?;
        if let Some(restore) = self.restore {
            change.restore = Some(Box::new(Restore {
                id_text: restore.external_id,
                login: restore.login,
                details: details(restore.kept)?,
                mark: restore.mark,
                edit: restore.edit.map(|edit| edit.edit(schema)).transpose()?,
            }));
        }
        Ok(Past {
            change,
            details: details(self.kept)?,
            made: self.made.map(TargetId::new),
        })
    }
}

fn texts(details: &[Detail]) -> Vec<Vec<Box<str>>> {
    let texts = details.iter().map(|detail| {
        let name = std::iter::once(&detail.name);
        name.chain(&detail.texts).cloned().collect()
    });
    texts.collect()
}

fn details(texts: Vec<Vec<Box<str>>>) -> Result<Vec<Detail>, String> {
    let details = texts.into_iter().map(|texts| {
        let mut texts = texts.into_iter();
        let name = texts.next().ok_or("an entry of `kept` has no name")?;
        Ok(Detail {
            name,
            texts: texts.collect(),
        })
    });
    details.collect()
}
