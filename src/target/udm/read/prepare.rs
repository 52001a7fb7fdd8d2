//! Reads the base, the containers and the properties of each type before anything else.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::super::client::{Call, IS_THIS_UDM, Kind, Path};
use super::super::rules::types::Types;
use super::super::rules::{name, properties};
use super::super::state::UdmTarget;
use super::super::state::prepared::{Prepared, TypeState};
use super::super::wire::{Object, Template};
use crate::config::{PropertyLocations, UdmObjects};
use crate::model::TypeId;
use crate::target::{TargetError, TargetErrorKind};

impl UdmTarget {
    /// Reads the base, which proves the credentials, the containers and the templates.
    pub(in crate::target::udm) async fn look_around(&self) -> Result<Prepared, TargetError> {
        let base = self.base().await?;
        let (users, groups) =
            futures::join!(self.read_state(Kind::User, &self.settings.users, &base), async {
                match &self.settings.groups {
                    Some(groups) => self.read_state(Kind::Group, groups, &base).await.map(Some),
                    None => Ok(None),
                }
            });
        Ok(Prepared::new(base, users?, groups?))
    }

    pub(in crate::target::udm) async fn base(&self) -> Result<String, TargetError> {
        let call = Call::get("read_base", Path::template(Kind::Container));
        let template: Template = self.client.get(&call).await.map_err(nowhere)?;
        Ok(template.position)
    }

    async fn read_state(
        &self,
        kind: Kind,
        objects: &UdmObjects,
        base: &str,
    ) -> Result<TypeState, TargetError> {
        let container = format!("{},{base}", objects.ou);
        let missing = self.missing(&container, base).await?;
        let types = self.types(kind).await?;
        let section = section(kind);
        if let Some((what, hint)) =
            wrong_property(section, objects, (&types, &self.settings.property_locations))
        {
            return Err(misconfigured("read_template", what, hint));
        }
        Ok(TypeState {
            container,
            is_there: Cell::new(missing.is_empty()),
            missing,
            types,
        })
    }

    /// The missing containers among the container and those above it, the lowest first.
    async fn missing(&self, container: &str, base: &str) -> Result<Vec<String>, TargetError> {
        let above = name::levels(container).len() - name::levels(base).len();
        let (mut missing, mut dn) = (Vec::new(), container);
        for _ in 0..above {
            if self.has_container(dn).await? {
                break;
            }
            missing.push(dn.to_owned());
            dn = name::parent(dn);
        }
        Ok(missing)
    }

    pub(in crate::target::udm) async fn has_container(&self, dn: &str) -> Result<bool, TargetError> {
        let call = Call::get("read_container", Path::object(Kind::Container, dn));
        match self.client.get::<Object>(&call).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == TargetErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(in crate::target::udm) async fn types(&self, kind: Kind) -> Result<Types, TargetError> {
        let call = Call::get("read_template", Path::template(kind));
        let template: Template = self.client.get(&call).await.map_err(nowhere)?;
        Ok(Types::of(&template.properties))
    }

    /// Creates the container of a type, and missing ones above it. Several changes may need it at once.
    pub(in crate::target::udm) async fn make_container(&self, resource: TypeId) -> Result<(), TargetError> {
        let _one_at_a_time = self.container_lock.lock().await;
        let prepared = self.prepared()?;
        for dn in prepared.to_make(&[resource]) {
            self.create_container(dn).await?;
            prepared.is_made(dn);
        }
        if let Some(state) = prepared.type_state(resource) {
            state.is_there.set(true);
        }
        Ok(())
    }

    async fn create_container(&self, dn: &str) -> Result<(), TargetError> {
        let level = name::levels(dn).first().map_or("", |level| level);
        // The identifier of the template is never sent: a second container with it would be refused.
        let body = serde_json::json!({
            "position": name::parent(dn),
            "properties": {"name": name::value(level)},
        });
        let call = Call::post("create_container", Path::collection(Kind::Container), &body);
        match self.client.send(&call).await {
            // Another host was faster.
            Err(error) if error.kind == TargetErrorKind::Conflict && self.has_container(dn).await? => Ok(()),
            made => made.map(drop),
        }
    }
}

/// Every UDM has these templates.
fn nowhere(error: TargetError) -> TargetError {
    if error.kind != TargetErrorKind::NotFound {
        return error;
    }
    error.of_kind(TargetErrorKind::Misconfigured).hint(IS_THIS_UDM)
}

pub(in crate::target::udm) fn section(kind: Kind) -> &'static str {
    match kind {
        Kind::Group => "udm.groups",
        _ => "udm.users",
    }
}

/// Error for a configured property that the server does not have. Nothing can be decided without its values.
pub(in crate::target::udm) fn wrong_property(
    section: &str,
    objects: &UdmObjects,
    (types, locations): (&Types, &PropertyLocations),
) -> Option<(String, String)> {
    let named = objects.properties.iter().chain(&objects.marker_property);
    let unknown: Vec<&String> = named.filter(|name| !types.has(name)).collect();
    if let [first, ..] = unknown[..] {
        let all: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
        let at = |name: &&String| {
            locations
                .iter()
                .find(|((of, known), _)| *of == section && known == *name)
        };
        let locations: BTreeSet<String> = unknown
            .iter()
            .filter_map(|name| at(name).map(|(_, origin)| format!(", {origin}")))
            .collect();
        let hint = match properties::similar(first, types.names()) {
            Some(meant) => format!("did you mean `{meant}`? Otherwise take it out of `{section}.properties`"),
            None => {
                format!("take it out of `{section}.properties`, or add the extended attribute to the server")
            }
        };
        let locations: String = locations.into_iter().collect();
        return Some((
            format!(
                "UDM has no property {} (`{section}.properties`{locations})",
                all.join(", ")
            ),
            hint,
        ));
    }
    let marker = objects.marker_property.as_ref();
    let marker = marker.filter(|name| types.is_list(name) || types.is_switch(name))?;
    let what = format!("`{section}.marker_property` is `{marker}`, which takes no single text");
    Some((what, "name a property of one text".to_owned()))
}

fn misconfigured(operation: &'static str, what: String, hint: String) -> TargetError {
    TargetError::new(TargetErrorKind::Misconfigured, operation, what)
        .hint(hint)
        .wrote_nothing()
}
