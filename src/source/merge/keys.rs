//! Cleans ids and addresses before records are compared.

use super::Collected;
use super::contradictions::claims_of;
use crate::model::{
    AttributeIndex, Desired, ExternalId, Purpose, Rejected, Schema, Value, Warning, alike, cleaned,
    has_invisible,
};

/// Warning about removed characters.
const LEFT_OUT: &str = "an invisible character was left out of the id or the e-mail address";

impl Collected {
    /// Removes surrounding blanks and invisible characters from ids and addresses. Idempotent.
    pub(super) fn clean(&mut self, schema: &Schema) {
        let (is_binary, warnings) = (self.ids.binary, &mut self.warnings);
        let has_id = |person: &mut Desired| {
            if clean_person(schema, is_binary, person) {
                warnings.push(Warning {
                    at: person.origin.clone(),
                    id: Some(person.id.clone()),
                    reason: LEFT_OUT.to_owned(),
                });
            }
            if person.id.as_bytes().is_empty() {
                Err(Rejected::new(person.origin.clone(), None, "its id is blank"))
            } else {
                Ok(())
            }
        };
        reject(schema, &mut self.people, &mut self.rejected, has_id);
        if !is_binary {
            for id in self
                .rejected
                .iter_mut()
                .filter_map(|rejected| rejected.id.as_mut())
            {
                clean_id(id);
            }
        }
    }

    /// Rewrites each person to the form that the target stores. People whom it would refuse are rejected. If ids are
    /// derived from addresses, a record with an address that it would refuse may belong to any person.
    pub fn normalize(
        &mut self,
        schema: &Schema,
        mut normalize: impl FnMut(&mut Desired) -> Result<Vec<String>, String>,
        takes_address: impl Fn(&str) -> bool,
    ) {
        self.clean(schema);
        let warnings = &mut self.warnings;
        let is_storable = |person: &mut Desired| {
            let (at, id) = (person.origin.clone(), person.id.clone());
            let reasons =
                normalize(person).map_err(|reason| Rejected::new(at.clone(), Some(id.clone()), reason))?;
            let warning = |reason| Warning {
                at: at.clone(),
                id: Some(id.clone()),
                reason,
            };
            warnings.extend(reasons.into_iter().map(warning));
            Ok(())
        };
        reject(schema, &mut self.people, &mut self.rejected, is_storable);
        let from_address = self.ids.from_address;
        for rejected in &mut self.rejected {
            doubt(rejected, from_address, &takes_address);
        }
    }
}

/// Moves people that `judge` refuses to the rejected records. Works in place, because a million people must fit into
/// memory.
fn reject(
    schema: &Schema,
    people: &mut Vec<Desired>,
    rejected: &mut Vec<Rejected>,
    mut judge: impl FnMut(&mut Desired) -> Result<(), Rejected>,
) {
    people.retain_mut(|person| match judge(person) {
        Ok(()) => true,
        Err(mut refused) => {
            *refused.claims = claims_of(schema, person);
            rejected.push(refused);
            false
        }
    });
}

/// Returns whether an invisible character was removed.
fn clean_person(schema: &Schema, is_binary: bool, person: &mut Desired) -> bool {
    let mut left_out = !is_binary && clean_id(&mut person.id);
    let Some(login) = schema.name_from_sources() else {
        return left_out;
    };
    left_out |= clean_text(person, login);
    // Only if the address is used as the name; other names keep all their characters.
    let shown = schema.find(Purpose::ShownName);
    let called = shown.filter(|shown| {
        let texts = person.attributes.text(*shown).zip(person.attributes.text(login));
        texts.is_some_and(|(shown, address)| alike(shown, address))
    });
    if let Some(shown) = called {
        clean_text(person, shown);
    }
    left_out
}

/// Records that a rejected record may belong to any person, if its address cannot identify it.
fn doubt(rejected: &mut Rejected, from_address: bool, takes_address: impl Fn(&str) -> bool) {
    let addresses = &rejected.claims.addresses;
    let mut usable = addresses
        .iter()
        .filter(|address| takes_address(&cleaned(address)))
        .peekable();
    rejected.claims.is_misspelt = !addresses.is_empty() && usable.peek().is_none();
    let id = rejected.id.as_ref().and_then(ExternalId::as_text);
    let is_sound = id.is_some_and(|id| usable.any(|address| alike(address, id)));
    if from_address && !is_sound {
        rejected.id = None;
    }
}

/// The id in the compared form.
pub(in crate::source) fn cleaned_id(id: &ExternalId, is_binary: bool) -> ExternalId {
    let mut id = id.clone();
    if !is_binary {
        clean_id(&mut id);
    }
    id
}

/// Returns whether an invisible character was removed.
fn clean_id(id: &mut ExternalId) -> bool {
    let Some(text) = id.as_text() else {
        return false;
    };
    let clean = cleaned(text);
    let left_out = has_invisible(text);
    if clean.len() < text.len() {
        *id = ExternalId::new(clean.as_bytes());
    }
    left_out
}

fn clean_text(person: &mut Desired, attribute: AttributeIndex) -> bool {
    let Some(text) = person.attributes.text(attribute) else {
        return false;
    };
    let clean = cleaned(text);
    let left_out = has_invisible(text);
    if clean.len() < text.len() {
        let clean = (!clean.is_empty()).then(|| Value::text(&*clean));
        person.attributes.set(attribute, clean);
    }
    left_out
}
