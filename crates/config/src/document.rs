//! The nested document of saved settings, and the dotted keys it is stored under.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::keys;

/// The leaves of a document by dotted key. A declared key ends the path, whatever is below it; unknown leaves are kept
/// so that nothing of another server's document is lost.
pub(crate) fn flatten(document: Map<String, Value>) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    for (name, value) in document {
        // The version of the form of the document; ours has only one.
        if name != "version" {
            descend(name, value, &mut leaves);
        }
    }
    leaves
}

fn descend(path: String, value: Value, leaves: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) if keys::index_of_key(&path).is_none() => {
            for (name, value) in fields {
                descend(format!("{path}.{name}"), value, leaves);
            }
        }
        value => leaves.push((path, value)),
    }
}

/// The document made of dotted keys.
pub(crate) fn nest(leaves: &BTreeMap<String, Value>) -> Value {
    let mut document = json!({ "version": 0, "ui": {} });
    for (path, leaf) in leaves {
        let mut place = &mut document;
        for name in path.split('.') {
            if !place.is_object() {
                *place = json!({});
            }
            place = &mut place[name];
        }
        *place = leaf.clone();
    }
    document
}
