//! Past changes as JSON: the change as in a plan file, and its snapshot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Catalog, Change, Detail, Snapshot, TargetId, Write};
use crate::plan::Past;
use crate::saved::plan_file::document::ChangeDocument;

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PastDocument {
    change: ChangeDocument,
    /// What an undo restored besides values; absent in the files of other runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restore: Option<Vec<Vec<Box<str>>>>,
    /// Name and texts of each detail. Only the target interprets them.
    kept: Vec<Vec<Box<str>>>,
    /// The account that the change created.
    made: Option<String>,
}

impl PastDocument {
    pub(super) fn new(change: &Change, snapshot: Snapshot, catalog: &Catalog) -> Self {
        let mut change = change.clone();
        if let Write::Delete(account) = &mut change.write {
            for (index, value) in snapshot.values {
                account.attributes.set(index, Some(value));
            }
        }
        Self {
            restore: change.restore.as_deref().map(texts),
            change: ChangeDocument::new(&change, catalog),
            kept: texts(&snapshot.details),
            made: None,
        }
    }

    pub(super) fn made(&mut self, account: &TargetId) {
        self.made = Some(account.to_string());
    }

    pub(super) fn past(self, catalog: &Catalog) -> Result<Past, String> {
        let mut change = self.change.change(catalog)?;
        change.restore = self.restore.map(details).transpose()?.map(Into::into);
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
