//! The comparison, difference by difference, and what the seeded faults of a gate would change.

#![allow(clippy::unwrap_used)]
use super::compare::{Compared, compare, removed, undeclared};
use super::finding::{Finding, Kind};
use super::observe::Seen;
use crate::model::place::Place;
use crate::model::trial::Level;
use crate::model::trial::drift::behavior::{Behavior, Response};
use crate::model::trial::drift::schema::Schema;
use crate::model::trial::drift::{Additive, IgnoreRule, openapi};
use serde_json::{Value, json};

fn declared() -> Behavior {
    let document = json!({"openapi": "3.0.3", "paths": {"/items": {"get": {"responses": {"200": {
        "headers": {"etag": {"required": true}, "x-hint": {}},
        "content": {"application/json": {"schema": {"type": "object", "required": ["id", "state", "list"],
            "properties": {
                "id": {"type": "integer"},
                "state": {"type": "string", "enum": ["on", "off"]},
                "note": {"type": "string"},
                "maybe": {"type": "string", "nullable": true},
                "list": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "number"}}}}}}}}}}}}}});
    let mut behavior = openapi::document(&document).unwrap().remove(0);
    behavior.file = "api.yaml".into();
    behavior
}

fn good() -> Value {
    json!({"id": 1, "state": "on", "maybe": null, "list": [{"n": 1}, {"n": 1.5}]})
}

fn seen(status: &str, body: &Value, headers: &[&str]) -> Seen {
    let mut schema = Schema::default();
    schema.learn(body);
    let mut behavior = Behavior::unseen("GET", "/items");
    let headers = headers.iter().map(|name| ((*name).to_owned(), true));
    let response = Response {
        schema: Some(schema),
        headers: headers.collect(),
        ..Response::default()
    };
    behavior.responses.insert(status.to_owned(), response);
    Seen {
        behavior,
        stated: false,
        headers: true,
    }
}

fn compared(body: &Value) -> Compared {
    compare(&declared(), [&seen("200", body, &["etag"])])
}

fn with(field: &str, value: Value) -> Value {
    let mut body = good();
    body[field] = value;
    body
}

fn kinds(findings: &[Finding]) -> Vec<Kind> {
    findings.iter().map(|finding| finding.kind).collect()
}

const SCHEMA: &str = "/paths/~1items/get/responses/200/content/application~1json/schema";

#[test]
fn identical_is_no_finding_and_something_was_compared() {
    let compared = compared(&good());
    assert!(compared.findings.is_empty(), "{:#?}", compared.findings);
    assert!(compared.places > 8, "{}", compared.places);
}

/// Mutants D29 to D31: only statuses compared, a changed type or nullability let through.
#[test]
fn every_difference_is_exactly_one_finding_with_its_pointer() {
    let without = |field: &str| {
        let mut body = good();
        body.as_object_mut().unwrap().remove(field);
        body
    };
    for (body, kind, pointer) in [
        (
            with("id", json!("1")),
            Kind::TypeChanged,
            "/properties/id/type",
        ),
        (
            with("id", json!(1.5)),
            Kind::TypeChanged,
            "/properties/id/type",
        ),
        (
            with("id", Value::Null),
            Kind::NullAdded,
            "/properties/id/type",
        ),
        (
            with("state", json!("broken")),
            Kind::ValueAdded,
            "/properties/state/enum",
        ),
        (
            with("list", json!({"n": 1})),
            Kind::ArrayOrObject,
            "/properties/list/type",
        ),
        (
            with("list", json!([{"n": "x"}])),
            Kind::TypeChanged,
            "/properties/list/items/properties/n/type",
        ),
        (
            with("new", json!(true)),
            Kind::FieldAdded,
            "/properties/new",
        ),
        (without("id"), Kind::FieldRemoved, "/properties/id"),
        (without("list"), Kind::FieldRemoved, "/properties/list"),
        (json!([good()]), Kind::ArrayOrObject, "/type"),
    ] {
        let findings = compared(&body).findings;
        assert_eq!(kinds(&findings), [kind], "{body}");
        assert_eq!(findings[0].pointer, format!("{SCHEMA}{pointer}"));
        assert!(
            findings[0].proposal.contains("api.yaml"),
            "{}",
            findings[0].proposal
        );
    }
    assert!(
        compared(&without("note")).findings.is_empty(),
        "an optional field may be missing"
    );
}

#[test]
fn statuses_and_header_fields_are_compared() {
    let dropped = compare(&declared(), [&seen("200", &good(), &[])]).findings;
    assert_eq!(kinds(&dropped), [Kind::HeaderRemoved]);
    assert!(dropped[0].pointer.ends_with("/responses/200/headers/etag"));
    let other = compare(&declared(), [&seen("500", &good(), &["etag"])]).findings;
    assert_eq!(kinds(&other), [Kind::StatusAdded]);
    assert_eq!(other[0].pointer, "/paths/~1items/get/responses/500");
}

#[test]
fn one_field_of_a_document_with_another_type_is_exactly_one_finding() {
    let mut own = declared();
    let schema = own
        .responses
        .get_mut("200")
        .unwrap()
        .schema
        .as_mut()
        .unwrap();
    let id = schema.properties.get_mut("id").unwrap();
    id.types = [crate::model::trial::drift::schema::JsonType::String].into();
    let stated = |behavior| Seen {
        behavior,
        stated: true,
        headers: true,
    };
    let findings = compare(&declared(), [&stated(own)]).findings;
    assert_eq!(kinds(&findings), [Kind::TypeChanged]);
    assert_eq!(findings[0].pointer, format!("{SCHEMA}/properties/id/type"));
    assert!(
        compare(&declared(), [&stated(declared())])
            .findings
            .is_empty()
    );
    let mut poorer = declared();
    let schema = poorer
        .responses
        .get_mut("200")
        .unwrap()
        .schema
        .as_mut()
        .unwrap();
    schema.properties.remove("note");
    schema.properties.get_mut("state").unwrap().values = Some(["\"on\"".to_owned()].into());
    let findings = compare(&declared(), [&stated(poorer)]).findings;
    assert_eq!(kinds(&findings), [Kind::FieldRemoved, Kind::ValueRemoved]);
}

#[test]
fn what_requests_must_have_now_is_found() {
    let object = |required: Value| {
        json!({"type": "object", "required": required,
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}}})
    };
    let document = |required: Value| {
        let document = json!({"openapi": "3.1.0", "paths": {"/x": {"post": {
            "requestBody": {"content": {"application/json": {"schema": object(required)}}},
            "responses": {"201": {}}}}}});
        openapi::document(&document).unwrap().remove(0)
    };
    let now = Seen {
        behavior: document(json!(["a", "b"])),
        stated: true,
        headers: true,
    };
    let findings = compare(&document(json!(["a"])), [&now]).findings;
    assert_eq!(kinds(&findings), [Kind::RequiredAdded]);
    assert!(findings[0].pointer.ends_with("/schema/required"));
}

#[test]
fn a_rule_allows_a_place_and_what_is_in_it_and_nothing_beside_it() {
    let finding = compared(&with("id", json!("1"))).findings.remove(0);
    let rule = |behavior: Option<&str>, pointer: String| IgnoreRule {
        behavior: behavior.map(str::to_owned),
        pointer,
        reason: "known".into(),
        place: Place {
            file: "drift.yaml".into(),
            line: 1,
            column: 1,
            length: 1,
            key_path: String::new(),
        },
    };
    let at = |end: &str| format!("{SCHEMA}/properties/{end}");
    assert!(finding.is_allowed_by(&rule(None, at("id/type"))));
    assert!(finding.is_allowed_by(&rule(Some("get-items"), at("id"))));
    assert!(!finding.is_allowed_by(&rule(Some("get-other"), at("id"))));
    assert!(!finding.is_allowed_by(&rule(None, at("i"))));
}

#[test]
fn what_breaks_nobody_is_what_the_suite_says() {
    let added = compared(&with("new", json!(1))).findings.remove(0);
    assert_eq!(added.fact(Additive::Warn).unwrap().level, Level::Should);
    assert_eq!(added.fact(Additive::Fail).unwrap().level, Level::Must);
    assert_eq!(added.fact(Additive::Info), None);
    assert_eq!(
        undeclared(&declared()).fact(Additive::Warn).unwrap().level,
        Level::Should
    );
    assert_eq!(
        removed(&declared()).fact(Additive::Info).unwrap().level,
        Level::Must
    );
}
