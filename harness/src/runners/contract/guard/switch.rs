//! The emergency switch: only its exact value switches the signature check off, and nothing else.

use super::start::{Changes, Start, said, tail};
use super::{Guard, Job, unknown};
use crate::model::trial::guard::{RollbackInProduction, VerifySwitch};
use crate::model::trial::launch::Launched;
use crate::model::trial::{Fact, Saw, Trial, Twin, Want};
use serde_json::{Value, json};

/// What a forged token needs to be refused for although its signature is not looked at.
type Wrong = (&'static str, Result<String, String>);

impl Guard<'_> {
    /// `CF-7` to `CF-10`, as far as they are asked and come up.
    pub(super) fn switch_jobs(&self) -> Vec<Job<'_>> {
        let Some(switch) = &self.plan.verify_switch else {
            return Vec::new();
        };
        let mut jobs: Vec<Job<'_>> = Vec::new();
        if self.stage.asks("CF-7") {
            let still = switch.still_on.iter().map(String::as_str);
            let on = [None, Some(""), Some(switch.on.as_str())];
            for value in on.into_iter().chain(still.map(Some)) {
                jobs.push(Box::pin(self.still_on(switch, value)));
            }
        }
        if self.stage.asks("CF-8") {
            jobs.push(Box::pin(self.switched_off(switch)));
        }
        if self.stage.asks("CF-9") && switch.in_production == RollbackInProduction::Warn {
            jobs.push(Box::pin(self.warned_in_production(switch)));
        }
        if self.stage.asks("CF-10") {
            jobs.push(Box::pin(self.back_on(switch)));
        }
        jobs
    }

    /// `CF-7`: this value leaves it on, or keeps the service from starting.
    async fn still_on(&self, switch: &VerifySwitch, value: Option<&str>) -> Vec<Trial> {
        if self.stage.stopped() {
            return Vec::new();
        }
        let mut trial = trial("CF-7", case(&switch.variable, value));
        let changes = change(&switch.variable, value);
        match self.start(&changes).await {
            Start::Up(launched) => {
                let forged = self.forged(&[]);
                self.refuses(&mut trial, launched.url(), &forged).await;
                launched.stop().await;
            }
            Start::Ended { ended, output } if value.is_some_and(|value| !value.is_empty()) => {
                // Not to start at all is the safe way to treat a typing error.
                let good = ended.code.is_some_and(|code| code != 0);
                let saw = format!("it does not start ({}): {}", ended.how, tail(&output));
                let wanted = "verification stays on, or it does not start";
                trial.facts = vec![Fact::holds("start", wanted, good, saw)];
            }
            other => trial.facts = vec![not_up("status of a forged token", other).await],
        }
        vec![trial]
    }

    /// A forged token is refused between two good ones.
    async fn refuses(&self, trial: &mut Trial, url: &str, forged: &Result<String, String>) {
        let refuses = &self.plan.protected.refuses;
        let what = "status of a forged token";
        let (good, forged) = match (self.good(), forged) {
            (Ok(good), Ok(forged)) => (good, forged),
            (Err(why), _) => return trial.facts.push(unminted(what, &why)),
            (_, Err(why)) => return trial.facts.push(unminted(what, why)),
        };
        trial.twins.push(self.twin(url, &good).await);
        let answer = self.ask(url, forged).await;
        trial.twins.push(self.twin(url, &good).await);
        trial.facts.push(Fact::one_of(what, refuses, answer.saw()));
    }

    /// `CF-8`: the signature is not looked at, everything else is, and a warning says so.
    async fn switched_off(&self, switch: &VerifySwitch) -> Vec<Trial> {
        if self.stage.stopped() {
            return Vec::new();
        }
        let off = Some(switch.off.as_str());
        let changes = change(&switch.variable, off);
        let launched = match self.start(&changes).await {
            Start::Up(launched) => launched,
            other => {
                let mut trial = trial("CF-8", case(&switch.variable, off));
                trial.facts = vec![not_up("status of a forged token", other).await];
                return vec![trial];
            }
        };
        let mut trials = vec![self.accepts_forged(launched.url()).await];
        for (what, token) in self.still_wrong() {
            trials.push(self.refuses_still(launched.url(), what, token).await);
        }
        trials.push(self.announced(switch, launched.as_ref()).await);
        launched.stop().await;
        trials
    }

    async fn accepts_forged(&self, url: &str) -> Trial {
        let mut trial = trial("CF-8", "a forged signature while it is off".to_owned());
        let what = "status of a forged token";
        trial.facts = vec![match self.forged(&[]) {
            Ok(token) => {
                let answer = self.ask(url, &token).await;
                Fact::one_of(what, &self.plan.protected.accepts, answer.saw())
            }
            Err(why) => unminted(what, &why),
        }];
        trial
    }

    /// Forged tokens that something besides the signature is wrong with.
    fn still_wrong(&self) -> Vec<Wrong> {
        let forged = |name: &str, value: Value| self.forged(&[(name, value)]);
        vec![
            ("expired", forged("exp", json!(1_000_000_000))),
            ("not yet valid", forged("nbf", json!(9_999_999_999_u64))),
            (
                "another issuer",
                forged("iss", json!("https://other.example")),
            ),
            ("another audience", forged("aud", json!("other"))),
            ("malformed", Ok("a.b".to_owned())),
            ("alg none", self.unsigned()),
        ]
    }

    async fn refuses_still(&self, url: &str, what: &str, token: Result<String, String>) -> Trial {
        let mut trial = trial("CF-8", format!("{what}, while it is off"));
        let (forged, token) = match (self.forged(&[]), token) {
            (Ok(forged), Ok(token)) => (forged, token),
            (Err(why), _) | (_, Err(why)) => {
                trial.facts = vec![unminted("status", &why)];
                return trial;
            }
        };
        trial.twins.push(self.twin(url, &forged).await);
        let answer = self.ask(url, &token).await;
        trial.twins.push(self.twin(url, &forged).await);
        let refuses = &self.plan.protected.refuses;
        trial.facts = vec![Fact::one_of("status", refuses, answer.saw())];
        trial
    }

    async fn announced(&self, switch: &VerifySwitch, launched: &dyn Launched) -> Trial {
        let mut trial = trial("CF-8", "what it says while it is off".to_owned());
        trial.facts = vec![warned(launched, &switch.warning).await];
        if let Some(gauge) = &switch.gauge {
            let saw = self.gauge(launched.url(), gauge).await;
            trial
                .facts
                .push(Fact::number(gauge, (Some(1.0), Some(1.0)), "", saw));
        }
        trial
    }

    async fn gauge(&self, url: &str, name: &str) -> Saw {
        let Some(path) = &self.stage.plan.target.metrics_path else {
            return unknown("the suite's `target` has no `metrics_path`");
        };
        let answer = self.read(url, path).await;
        if answer.status != Ok(200) {
            return Saw::Nothing(format!("{path}: {:?}", answer.status));
        }
        match sample(&answer.text, name) {
            Some(value) => Saw::Number(value),
            None => Saw::Nothing(format!("{path} has no `{name}`")),
        }
    }

    /// `CF-9` where production allows it: it starts, and warns.
    async fn warned_in_production(&self, switch: &VerifySwitch) -> Vec<Trial> {
        let off = Some(switch.off.as_str());
        let mut trial = trial(
            "CF-9",
            format!("production, {}", case(&switch.variable, off)),
        );
        let changes = change(&switch.variable, off);
        match self.start_for(&changes, &self.provider, true).await {
            Start::Up(launched) => {
                trial.facts = vec![warned(launched.as_ref(), &switch.warning).await];
                launched.stop().await;
            }
            other => trial.facts = vec![not_up("output", other).await],
        }
        vec![trial]
    }

    /// `CF-10`: the token that was let through is refused at once after the next start.
    async fn back_on(&self, switch: &VerifySwitch) -> Vec<Trial> {
        if self.stage.stopped() {
            return Vec::new();
        }
        let mut trial = trial(
            "CF-10",
            format!("{} and back", case(&switch.variable, Some(&switch.off))),
        );
        let forged = self.forged(&[]);
        let off = change(&switch.variable, Some(&switch.off));
        match self.start(&off).await {
            Start::Up(launched) => {
                let token = forged.clone().unwrap_or_default();
                let Twin { green, saw } = self.twin(launched.url(), &token).await;
                let saw = format!("while it was off: {saw}");
                trial.twins.push(Twin { green, saw });
                launched.stop().await;
            }
            other => {
                trial.facts = vec![not_up("status of a forged token", other).await];
                return vec![trial];
            }
        }
        let on = change(&switch.variable, Some(&switch.on));
        match self.start(&on).await {
            Start::Up(launched) => {
                self.refuses(&mut trial, launched.url(), &forged).await;
                launched.stop().await;
            }
            other => trial.facts = vec![not_up("status of a forged token", other).await],
        }
        vec![trial]
    }

    /// `CF-13`: outside production a way around authentication is announced.
    pub(super) fn bypass_jobs(&self) -> Vec<Job<'_>> {
        let mut jobs: Vec<Job<'_>> = Vec::new();
        for bypass in self
            .plan
            .bypasses
            .iter()
            .filter(|_| self.stage.asks("CF-13"))
        {
            let Some(text) = &bypass.announced else {
                continue;
            };
            jobs.push(Box::pin(async move {
                let value = Some(bypass.value.as_str());
                let mut trial = trial("CF-13", case(&bypass.variable, value));
                match self.start(&change(&bypass.variable, value)).await {
                    Start::Up(launched) => {
                        trial.facts = vec![warned(launched.as_ref(), text).await];
                        launched.stop().await;
                    }
                    other => trial.facts = vec![not_up("output", other).await],
                }
                vec![trial]
            }));
        }
        jobs
    }
}

pub(super) fn trial(check: &str, case: String) -> Trial {
    Trial {
        check: check.to_owned(),
        case,
        ..Trial::default()
    }
}

pub(super) fn change(variable: &str, value: Option<&str>) -> Changes {
    Changes::from([(variable.to_owned(), value.map(str::to_owned))])
}

pub(super) fn case(variable: &str, value: Option<&str>) -> String {
    match value {
        None => format!("{variable} not set"),
        Some(value) => format!("{variable}=`{value}`"),
    }
}

async fn warned(launched: &dyn Launched, text: &str) -> Fact {
    let output = said(launched, text).await;
    let wanted = format!("says `{text}`");
    Fact::holds("output", &wanted, output.contains(text), tail(&output))
}

fn unminted(what: &str, why: &str) -> Fact {
    let wanted = Want::Holds("a token can be minted".to_owned());
    Fact::new(what, wanted, unknown(why))
}

/// The fact of a start that should have come up. The target's own end is its answer.
pub(super) async fn not_up(what: &str, start: Start) -> Fact {
    let wanted = Want::Holds("it starts".to_owned());
    let saw = match start {
        Start::Failed(why) => unknown(why),
        Start::Ended { ended, output } => {
            Saw::Nothing(format!("it ended ({}): {}", ended.how, tail(&output)))
        }
        Start::Up(launched) | Start::Nothing(launched) => {
            let said = tail(&launched.output());
            launched.kill().await;
            Saw::Nothing(format!("it was not ready in time: {said}"))
        }
    };
    Fact::new(what, wanted, saw)
}

/// The value of a metric without labels, in the Prometheus text format.
fn sample(text: &str, name: &str) -> Option<f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut values = lines.filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let rest = match rest.strip_prefix('{') {
            Some(labels) => labels.split_once('}')?.1,
            None => rest.starts_with(' ').then_some(rest)?,
        };
        rest.split_whitespace().next()?.parse().ok()
    });
    values.next()
}
