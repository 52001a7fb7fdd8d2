//! The schemas of the Kubernetes API.

use boon::{Compiler, Schemas as CompiledSchemas};
use serde_json::json;

use crate::deployment::*;

const FILE: &str = "tests/schemas/kubernetes-1.31.json";

/// Checks objects as `kubectl` does with strict validation.
pub(in crate::deployment) struct Schemas(serde_json::Value);

impl Schemas {
    pub(in crate::deployment) fn new() -> Self {
        Self(serde_json::from_str(&text(FILE)).unwrap())
    }

    /// Whether an object fits the schema of its kind; the error says where it does not.
    pub(in crate::deployment) fn check(&self, object: &Value) -> Result<(), String> {
        let object = serde_json::to_value(object).unwrap();
        let name = name(
            object["apiVersion"].as_str().unwrap(),
            object["kind"].as_str().unwrap(),
        );
        let mut schema = self.0.clone();
        assert!(schema["definitions"].get(&name).is_some(), "no schema for {name}");
        schema["$ref"] = json!(format!("#/definitions/{name}"));
        let (mut compiler, mut schemas) = (Compiler::new(), CompiledSchemas::new());
        compiler.add_resource("kubernetes.json", schema).unwrap();
        let index = compiler.compile("kubernetes.json", &mut schemas).unwrap();
        schemas
            .validate(&object, index)
            .map_err(|error| error.to_string())
    }
}

/// The name of a kind in the schemas.
fn name(version: &str, kind: &str) -> String {
    match version.split_once('/') {
        None => format!("io.k8s.api.core.{version}.{kind}"),
        Some((group, version)) => {
            format!("io.k8s.api.{}.{version}.{kind}", group.split('.').next().unwrap())
        }
    }
}
