//! Schemas that are made of others: all of them at once, or one of them.

use super::schema::{JsonType, Schema};
use std::collections::BTreeSet;

/// A value that fits every part (`allOf`).
pub(super) fn all(parts: Vec<Schema>, at: &str) -> Schema {
    let mut whole = Schema::anything(at);
    for part in parts {
        whole.types = meet(&whole.types, &part.types);
        whole.required.extend(part.required);
        whole.properties.extend(part.properties);
        whole.items = part.items.or(whole.items);
        whole.values = part.values.or(whole.values);
        // One part that lists its fields says what is known; the others add to it.
        whole.additional &= part.additional;
    }
    whole
}

/// A value that fits one of the parts (`oneOf`, `anyOf`).
pub(super) fn any(parts: Vec<Schema>, at: &str) -> Schema {
    let mut parts = parts.into_iter();
    let Some(mut whole) = parts.next() else {
        return Schema::anything(at);
    };
    for part in parts {
        whole = either(whole, part);
    }
    at.clone_into(&mut whole.at);
    whole
}

fn either(mut one: Schema, other: Schema) -> Schema {
    let object = |schema: &Schema| schema.types.contains(&JsonType::Object);
    one.required = match (object(&one), object(&other)) {
        (true, true) => &one.required & &other.required,
        (true, false) => one.required,
        (false, _) => other.required,
    };
    one.values = one.values.zip(other.values).map(|(a, b)| &a | &b);
    one.types.extend(other.types);
    for (name, field) in other.properties {
        let merged = match one.properties.remove(&name) {
            Some(known) => either(known, field),
            None => field,
        };
        one.properties.insert(name, merged);
    }
    one.items = match (one.items, other.items) {
        (Some(a), Some(b)) => Some(Box::new(either(*a, *b))),
        (a, b) => a.or(b),
    };
    one.additional |= other.additional;
    one
}

/// Types that both allow; an integer is the number that both mean.
fn meet(one: &BTreeSet<JsonType>, other: &BTreeSet<JsonType>) -> BTreeSet<JsonType> {
    let allowed = |types: &BTreeSet<JsonType>, kind: JsonType| {
        types.iter().any(|declared| declared.allows(kind))
    };
    let all = JsonType::ALL.into_iter();
    let both = all.filter(|kind| allowed(one, *kind) && allowed(other, *kind));
    let mut both: BTreeSet<JsonType> = both.collect();
    if both.contains(&JsonType::Number) {
        both.remove(&JsonType::Integer);
    }
    both
}
