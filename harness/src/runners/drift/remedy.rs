//! Findings sent to the platform, which opens a pull request for each.

use super::api::{Api, Sent};
use super::finding::Finding;
use super::observe::Observation;
use crate::model::trial::drift::{DriftPlan, Remediation};
use crate::model::trial::{Fact, Saw, Trial, Want};
use serde_json::{Value, json};
use std::time::Duration;

/// The check that a run with remediation has beside all others.
pub(super) const CHECK: &str = "drift/remediation";
/// How long a platform may take for one pull request: GitHub wants a second between writes, and
/// the reference platform gives up before this.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of the remediation of a run.
#[derive(Debug)]
pub(super) enum Remedy {
    /// Nothing was sent, and that is as it should be.
    Nothing(&'static str),
    /// Nothing was sent, since something kept the harness from it.
    Kept(String),
    /// One answer for each finding.
    Sent(Vec<Answer>),
}

/// What came of one finding.
#[derive(Debug)]
pub(super) struct Answer {
    /// The behaviour and the place in it.
    finding: String,
    came: Came,
}

/// How the platform took a finding.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// There is a pull request at this address.
    Pull(String),
    /// It was not sent: the platform's own detection does not have it.
    Unknown,
    /// An answer of success that names no pull request.
    NoPull(String),
    /// It was refused: a second attempt gets the same answer.
    Refused(String),
    /// It failed, and may be tried again.
    Failed(String),
}

/// Sends what was found.
pub(super) async fn remediate(
    api: &Api<'_>,
    plan: &DriftPlan,
    observation: &Observation,
    findings: &[Finding],
) -> Remedy {
    let Some(remediation) = &plan.remediation else {
        return Remedy::Kept("the suite declares no `remediation` route".to_owned());
    };
    if observation.fixture.is_some() || observation.is_unreachable() {
        return Remedy::Kept("nothing was sent, for the API was not observed".to_owned());
    }
    let findings: Vec<&Finding> = findings
        .iter()
        .filter(|one| one.ignored.is_none())
        .collect();
    if findings.is_empty() {
        return Remedy::Nothing("nothing to mend");
    }
    let api = api.with_patience(PATIENCE);
    let detected = match detect(&api, remediation).await {
        Ok(detected) => detected,
        Err(why) => return Remedy::Kept(format!("{} failed: {why}", remediation.detect)),
    };
    let mut answers = Vec::new();
    for finding in findings {
        let came = match known_as(&detected, finding) {
            None => Came::Unknown,
            Some(id) => send(&api, remediation, id).await,
        };
        answers.push(Answer {
            finding: format!("{}{}", finding.behavior, finding.pointer),
            came,
        });
    }
    Remedy::Sent(answers)
}

impl Remedy {
    /// A line for each thing that a reader must know.
    pub(super) fn told(&self) -> Vec<String> {
        match self {
            Self::Nothing(why) => vec![format!("remediation: {why}")],
            Self::Kept(why) => vec![format!("remediation: {why}")],
            Self::Sent(answers) => answers.iter().map(Answer::told).collect(),
        }
    }

    /// The trial that decides; `None` where no finding was sent at all.
    pub(super) fn trial(&self) -> Option<Trial> {
        let Self::Sent(answers) = self else {
            return None;
        };
        let facts: Vec<Fact> = answers.iter().filter_map(Answer::fact).collect();
        (!facts.is_empty()).then(|| Trial {
            check: CHECK.to_owned(),
            case: "what was found".to_owned(),
            facts,
            ..Trial::default()
        })
    }
}

impl Answer {
    fn told(&self) -> String {
        let Self { finding, came } = self;
        match came {
            Came::Pull(url) => format!("remediation of {finding}: pull request {url}"),
            Came::Unknown => format!(
                "remediation of {finding}: the platform does not find this itself, so nothing was sent"
            ),
            Came::NoPull(why) | Came::Refused(why) | Came::Failed(why) => {
                format!("remediation of {finding} FAILED: {why}")
            }
        }
    }

    /// The fact about a finding that was sent.
    fn fact(&self) -> Option<Fact> {
        let saw = match &self.came {
            Came::Unknown => return None,
            Came::Pull(url) => Saw::Held(true, url.clone()),
            Came::NoPull(why) | Came::Refused(why) => Saw::Held(false, why.clone()),
            Came::Failed(why) => Saw::Unknown(why.clone()),
        };
        let what = format!("pull request for {}", self.finding);
        let fact = Fact::new(&what, Want::Holds("is open".to_owned()), saw);
        Some(match self.came {
            Came::NoPull(_) => fact.should(),
            _ => fact,
        })
    }
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

async fn send(api: &Api<'_>, remediation: &Remediation, id: &str) -> Came {
    let body = json!({"drift_id": id});
    match post(api, &remediation.path, Some(&body)).await {
        Ok((status, answer)) => came(status, &answer, &remediation.pull_request),
        Err(why) => Came::Failed(why),
    }
}

/// What an answer means. A limit (429) passes by itself, every other 4xx does not.
fn came(status: u16, answer: &Value, pull_request: &str) -> Came {
    let url = answer.pointer(pull_request).and_then(Value::as_str);
    let told = format!("{status}: {answer}");
    match (status, url) {
        (200..=299, Some(url)) => Came::Pull(url.to_owned()),
        (200..=299, None) => Came::NoPull(told),
        (429, _) => Came::Failed(told),
        (400..=499, _) => Came::Refused(told),
        _ => Came::Failed(told),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::trial::Level;

    fn trial(came: Vec<Came>) -> Option<Trial> {
        let answer = |came| Answer {
            finding: "get-me/statuses/500".to_owned(),
            came,
        };
        Remedy::Sent(came.into_iter().map(answer).collect()).trial()
    }

    #[test]
    fn an_answer_is_what_its_status_and_its_address_say() {
        let with = json!({"pr_url": "https://github.example/pull/7"});
        let without = json!({"error": "x"});
        let of = |status, answer| came(status, answer, "/pr_url");
        let pull = Came::Pull("https://github.example/pull/7".to_owned());
        assert_eq!(of(201, &with), pull);
        assert_eq!(of(200, &with), pull);
        let told = |status: u16| format!("{status}: {without}");
        assert_eq!(of(200, &without), Came::NoPull(told(200)));
        for status in [401, 409, 422] {
            assert_eq!(of(status, &without), Came::Refused(told(status)));
        }
        for status in [429, 500, 501, 502, 503, 504] {
            assert_eq!(of(status, &without), Came::Failed(told(status)));
        }
    }

    #[test]
    fn a_failure_is_undecided_a_refusal_fails_and_nothing_sent_decides_nothing() {
        assert_eq!(trial(Vec::new()), None);
        assert_eq!(trial(vec![Came::Unknown]), None);
        let seen = |came: Came| trial(vec![came]).unwrap().facts.remove(0);
        assert_eq!(
            seen(Came::Pull("u".into())).saw,
            Saw::Held(true, "u".into())
        );
        let refused = seen(Came::Refused("422: no".into()));
        assert_eq!(refused.saw, Saw::Held(false, "422: no".into()));
        assert_eq!(refused.level, Level::Must);
        assert_eq!(seen(Came::NoPull("200".into())).level, Level::Should);
        let failed = seen(Came::Failed("503: limited".into()));
        assert_eq!(failed.saw, Saw::Unknown("503: limited".into()));
        let both = trial(vec![Came::Unknown, Came::Pull("u".into())]).unwrap();
        assert_eq!(both.facts.len(), 1);
    }
}
