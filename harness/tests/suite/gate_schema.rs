//! Decisions of the program against the JSON Schema of the documentation.

#[path = "../../src/report/schema_check.rs"]
mod schema_check;

use serde_json::Value;
use std::path::Path;

/// What is wrong with a decision.
pub fn problems(decision: &Value) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/schema/decision.json");
    let root: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    schema_check::problems(&root, decision)
}
