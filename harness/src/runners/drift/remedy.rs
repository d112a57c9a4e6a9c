//! Findings sent to the platform, which opens a pull request for each.

use super::api::{Api, Sent};
use super::finding::Finding;
use super::observe::Observation;
use crate::model::trial::drift::{DriftPlan, Remediation};
use serde_json::{Value, json};

/// Sends what was found, and answers what came of it, a line each.
pub(super) async fn remediate(
    api: &Api<'_>,
    plan: &DriftPlan,
    observation: &Observation,
    findings: &[Finding],
) -> Vec<String> {
    let Some(remediation) = &plan.remediation else {
        return vec!["remediation: the suite declares no `remediation` route".to_owned()];
    };
    if observation.fixture.is_some() || observation.is_unreachable() {
        return vec!["remediation: nothing was sent, for the API was not observed".to_owned()];
    }
    let findings: Vec<&Finding> = findings
        .iter()
        .filter(|one| one.ignored.is_none())
        .collect();
    if findings.is_empty() {
        return vec!["remediation: nothing to mend".to_owned()];
    }
    let detected = match detect(api, remediation).await {
        Ok(detected) => detected,
        Err(why) => return vec![format!("remediation: {} failed: {why}", remediation.detect)],
    };
    let mut told = Vec::new();
    for finding in findings {
        let name = format!("{}{}", finding.behavior, finding.pointer);
        told.push(match known_as(&detected, finding) {
            None => format!(
                "remediation of {name}: the platform does not find this itself, so nothing was sent"
            ),
            Some(id) => match send(api, remediation, id).await {
                Ok(url) => format!("remediation of {name}: pull request {url}"),
                Err(why) => format!("remediation of {name} FAILED: {why}"),
            },
        });
    }
    told
}

async fn detect(api: &Api<'_>, remediation: &Remediation) -> Result<Vec<Value>, String> {
    let (status, answer) = post(api, &remediation.detect, None).await?;
    let findings = answer
        .pointer(&remediation.findings)
        .and_then(Value::as_array);
    match findings {
        Some(findings) if (200..300).contains(&status) => Ok(findings.clone()),
        _ => Err(format!("{status}: {answer}")),
    }
}

/// The platform's own id of a finding: the same behaviour, and the same place in it.
fn known_as<'a>(detected: &'a [Value], finding: &Finding) -> Option<&'a str> {
    let same = |one: &&Value| {
        one.get("behavior").and_then(Value::as_str) == Some(finding.behavior.as_str())
            && one.get("pointer").and_then(Value::as_str) == Some(finding.pointer.as_str())
    };
    detected.iter().find(same)?.get("id")?.as_str()
}

async fn send(api: &Api<'_>, remediation: &Remediation, id: &str) -> Result<String, String> {
    let body = json!({"drift_id": id});
    let (status, answer) = post(api, &remediation.path, Some(&body)).await?;
    let url = answer
        .pointer(&remediation.pull_request)
        .and_then(Value::as_str);
    match url {
        Some(url) if (200..300).contains(&status) => Ok(url.to_owned()),
        _ => Err(format!("{status}: {answer}")),
    }
}

async fn post(api: &Api<'_>, path: &str, json: Option<&Value>) -> Result<(u16, Value), String> {
    let sent = Sent {
        method: "POST",
        path,
        json,
        headers: None,
    };
    let got = api
        .send(sent)
        .await
        .map_err(|trouble| trouble.text().to_owned())?;
    let answer = got.json().map_err(|trouble| trouble.text().to_owned())?;
    Ok((got.status, answer))
}
