//! A person or group as UDM would store it. Pure.

use super::catalog::POSITION;
use super::properties::form;
use super::types::Types;
use super::{key, values};
use crate::config::UdmObjects;
use crate::model::{AttributeSpec, Cardinality, Desired, Purpose, Schema, Value};

/// A property has several values if the template or what is known without it says so.
pub(in crate::target::udm) fn cardinality(spec: &AttributeSpec, types: Option<&Types>) -> Cardinality {
    match types {
        Some(types) if types.is_list(&spec.name) => Cardinality::Many,
        _ => spec.cardinality,
    }
}

/// Rewrites the values to the form that UDM will store.
///
/// # Errors
/// The reason, without the value, why the server would refuse it.
pub(in crate::target::udm) fn normalize(
    desired: &mut Desired,
    schema: &Schema,
    objects: &UdmObjects,
    types: Option<&Types>,
    is_binary: bool,
) -> Result<(), String> {
    if let Some(why) = key::misfit(&objects.key, &desired.id, is_binary) {
        return Err(why);
    }
    for (index, spec) in schema.iter() {
        if !spec.comes_from_sources() || spec.purpose == Purpose::Members {
            continue;
        }
        let Some(value) = desired.attributes.get(index) else {
            continue;
        };
        let normal = values::normal(form(&spec.name), value);
        if normal.is_none() && spec.required {
            return Err(format!("`{}` is empty", spec.name));
        }
        let is_list = types.map_or(spec.cardinality == Cardinality::Many, |types| {
            types.is_list(&spec.name)
        });
        if !is_list && normal.as_ref().is_some_and(|value| value.texts().len() > 1) {
            return Err(format!("several values for `{}`, which takes one", spec.name));
        }
        let shaped = normal.and_then(|value| values::shaped(value, cardinality(spec, types)));
        desired.attributes.set(index, shaped);
    }
    if let Some(index) = schema.index(POSITION) {
        desired
            .attributes
            .set(index, Some(Value::text(objects.ou.as_str())));
        // No source provides it: all objects belong there.
        desired.unknown.remove(index);
    }
    Ok(())
}
