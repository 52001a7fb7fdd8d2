//! Links of answers (recorded: links, templates).

use serde_json::{Map, Value, json};

use super::{Call, quote};
use crate::udm::directory::Entry;
use crate::udm::schema::Kind;
use crate::udm::state::State;

pub(super) fn curies(root: &str) -> Value {
    json!([{"name": "udm", "templated": true, "href": format!("{root}relation/{{rel}}")}])
}

/// Title of the module that a type belongs to, and its address.
fn module(root: &str, kind: Kind) -> (String, &'static str) {
    let group = kind.path().split('/').next().unwrap_or_default();
    let title = match kind {
        Kind::User => "Users",
        Kind::Group => "Groups",
        Kind::MailDomain => "Mail objects",
        _ => "Organisational Units",
    };
    (format!("{root}{group}/"), title)
}

pub(super) fn template(call: &Call<'_>, kind: Kind) -> Value {
    let (root, title) = (&call.root, kind.titles().0);
    let own = format!("{root}{}/", kind.path());
    let (module, module_title) = module(root, kind);
    json!({
        "icon": [{"type": "image/x-icon", "href": format!("{own}favicon.ico")}],
        "udm:object-modules": [{"title": "All modules", "href": root}],
        "udm:object-module": [{"title": module_title, "href": module}],
        "type": [{"title": title, "href": own}],
        "create": [{"title": title, "method": "POST", "href": own}],
        "udm:layout": [{"name": "create-form", "href": format!("{own}layout")}],
        "udm:properties": [{"title": format!("Properties for {title}"), "href": format!("{own}properties")}],
        "curies": curies(root),
    })
}

pub(super) fn collection(call: &Call<'_>, kind: &str, titles: (&str, &str)) -> Value {
    let root = &call.root;
    let own = format!("{root}{kind}/");
    let group = kind.split('/').next().unwrap_or_default();
    let (one, many) = titles;
    json!({
        "udm:object-modules": [{"title": "All modules", "href": root}],
        "up": [{"title": many, "href": format!("{root}{group}/")}],
        "self": [{"name": kind, "title": many, "href": own}],
        "describedby": [{"title": format!("{kind} module"), "method": "OPTIONS", "href": own}],
        "search": [{
            "templated": true,
            "title": format!("Search for {many}"),
            "href": format!("{own}{{?position,query*,filter,scope,hidden,properties*,opened,limit,page,by,dir}}"),
        }],
        "create-form": [
            {"title": format!("Create a {one}"), "href": format!("{own}add")},
            {
                "templated": true,
                "title": format!("Create a {one}"),
                "href": format!("{own}add{{?position,superordinate,template}}"),
            },
        ],
        "icon": [{"type": "image/x-icon", "href": format!("{own}favicon.ico")}],
        "udm:report": [{
            "name": "CSV Report",
            "title": "Create CSV Report report",
            "method": "POST",
            "templated": true,
            "href": format!("{own}report/CSV%20Report{{?dn}}"),
        }],
        "curies": curies(root),
    })
}

/// Links of one object; `dn` as the request spells it.
pub(super) fn object(state: &State, call: &Call<'_>, entry: &Entry, dn: &str) -> Value {
    let (root, kind) = (&call.root, entry.kind);
    let (path, title) = (kind.path(), kind.titles().0);
    let folder = format!("{root}{path}/");
    let own = format!("{folder}{}", quote(dn));
    let (module, module_title) = module(root, kind);
    let mut links = json!({
        "udm:object-modules": [{"title": "All modules", "href": root}],
        "udm:object-module": [{"name": path, "title": module_title, "href": module}],
        "type": [{"name": path, "title": title, "href": folder}],
        "up": [{"name": path, "title": title, "href": folder}],
        "self": [{"title": dn, "href": own}],
        "describedby": [{"title": format!("{path} module"), "method": "OPTIONS", "href": own}],
        "icon": [{"type": "image/x-icon", "href": format!("{folder}favicon.ico")}],
        "udm:object/remove": [{"method": "DELETE", "href": own}],
        "udm:object/edit": [{"method": "PUT", "href": own}],
        "edit-form": [{"title": format!("Modify, move or remove this {title}"), "href": format!("{own}/edit")}],
        "udm:layout": [{"title": "Module layout", "href": format!("{own}/layout")}],
        "udm:properties": [{"title": "Module properties", "href": format!("{own}/properties")}],
        "curies": curies(root),
    });
    let policies: Vec<Value> = kind.policies().iter().map(|name| policy(name, &own)).collect();
    if !policies.is_empty() {
        links["udm:policy-result"] = Value::Array(policies);
    }
    if kind == Kind::User {
        let photo = format!("{own}/properties/jpegPhoto.jpg");
        links["udm:user-photo"] = json!([{"type": "image/jpeg", "title": "User photo", "href": photo}]);
        links["udm:service-specific-password"] = json!([{
            "title": "Generate a new service specific password",
            "href": format!("{own}/service-specific-password"),
        }]);
    }
    if let Some(links) = links.as_object_mut() {
        references(state, call, entry, links);
    }
    links
}

fn policy(name: &str, own: &str) -> Value {
    json!({
        "name": name,
        "title": format!("Evaluate referenced {name} policies"),
        "templated": true,
        "href": format!("{own}/{name}/{{?policy}}"),
    })
}

/// One link for each object that a property names.
fn references(state: &State, call: &Call<'_>, entry: &Entry, links: &mut Map<String, Value>) {
    let named: &[(&str, Kind)] = match entry.kind {
        Kind::User => &[
            ("groups", Kind::Group),
            ("primaryGroup", Kind::Group),
            ("secretary", Kind::User),
        ],
        Kind::Group => &[
            ("users", Kind::User),
            ("nestedGroup", Kind::Group),
            ("memberOf", Kind::Group),
        ],
        _ => &[],
    };
    for (name, kind) in named {
        let Some(property) = entry.kind.property(name) else {
            continue;
        };
        let value = state.directory.value(entry, property);
        let dns = match &value {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            Value::String(dn) => vec![dn.as_str()],
            _ => Vec::new(),
        };
        let list: Vec<Value> = dns.iter().map(|dn| reference(call, name, *kind, dn)).collect();
        if !list.is_empty() {
            links.insert(
                format!("udm:object/property/reference/{name}"),
                Value::Array(list),
            );
        }
    }
}

fn reference(call: &Call<'_>, name: &str, kind: Kind, dn: &str) -> Value {
    json!({
        "name": dn,
        "title": format!("{name}: {}: {dn}", kind.path()),
        "href": call.object(kind, dn),
    })
}
