//! What all lanes share: the plan, the suite's own issuer, and the way to the target.

use super::ask::Ask;
use super::lane::With;
use super::said::Said;
use crate::model::load::Bearer;
use crate::model::plan::IssuerPlan;
use crate::model::trial::github::{GithubPlan, TriggerToken};
use crate::model::trial::launch::{Stage, TrialError};
use crate::model::trial::plan::Comes;
use crate::runners::contract::fake::github::GitHub;
use crate::runners::contract::issuer::Issuer;
use reqwest::Method;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// So much longer than the target's own bound an answer is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Longer command lines are not told.
const LONGEST_CURL: usize = 2_000;

/// What all lanes share.
pub(super) struct Suite<'a> {
    pub(super) plan: &'a GithubPlan,
    pub(super) stage: &'a Stage<'a>,
    pub(super) http: reqwest::Client,
    issuer: Option<Issuer>,
    bearer: Option<String>,
    counted: AtomicU32,
}

impl<'a> Suite<'a> {
    /// Makes everything ready but lanes.
    ///
    /// # Errors
    /// No client, no issuer, or no token.
    pub(super) async fn new(
        plan: &'a GithubPlan,
        stage: &'a Stage<'a>,
    ) -> Result<Suite<'a>, TrialError> {
        let harness = |text: String| TrialError::Harness(text);
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(plan.time_bound + PATIENCE)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| harness(error.to_string()))?;
        let (issuer, bearer) = token(plan).await.map_err(harness)?;
        Ok(Suite {
            plan,
            stage,
            http,
            issuer,
            bearer,
            counted: AtomicU32::new(0),
        })
    }

    /// A number that nobody else gets.
    pub(super) fn next(&self) -> u32 {
        self.counted.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Where an attached target answers.
    pub(super) fn attached(&self) -> Option<&str> {
        match &self.stage.plan.target.comes {
            Comes::Attached { url } => Some(url),
            Comes::Launched { .. } => None,
        }
    }

    /// Whether the launched target is told something by a hole of this name.
    pub(super) fn tells(&self, hole: &str) -> bool {
        let Comes::Launched { process, .. } = &self.stage.plan.target.comes else {
            return false;
        };
        let variables = process.environment.values();
        let mut all = process.arguments.iter().chain(variables);
        all.any(|template| template.holes().any(|name| name == hole))
    }

    /// What fills the holes of the target's arguments and variables.
    pub(super) fn values(
        &self,
        fake: &GitHub,
        token: &str,
        with: &With,
    ) -> BTreeMap<String, String> {
        let repository = &self.plan.repository;
        let scale = with.scale.unwrap_or(self.plan.min_wait_scale);
        let audit = self
            .stage
            .folder
            .join(format!("audit-{}.jsonl", self.next()));
        let audience = match &self.plan.trigger.token {
            Some(TriggerToken::Bearer { audience, .. }) => audience.clone(),
            _ => String::new(),
        };
        let base = with.base.clone().unwrap_or_else(|| repository.base.clone());
        let issuer = self.issuer.as_ref().map(Issuer::url);
        [
            ("github_api", fake.api_url()),
            ("github_token", token.to_owned()),
            ("github_owner", repository.owner.clone()),
            ("github_repo", repository.name.clone()),
            ("github_base", base),
            ("min_wait_scale", scale.to_string()),
            ("audit_file", audit.display().to_string()),
            ("issuer", issuer.unwrap_or_default()),
            ("audience", audience),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Asks the target at an address.
    pub(super) async fn trigger(&self, url: &str, ask: &Ask) -> Said {
        let trigger = &self.plan.trigger;
        let (path, body) = ask.render(trigger);
        let method = Method::from_bytes(trigger.method.as_bytes()).unwrap_or(Method::POST);
        let mut request = self
            .http
            .request(method, format!("{url}{path}"))
            .json(&body);
        for (name, value) in &trigger.headers {
            request = request.header(name, value);
        }
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer);
        }
        let started = Instant::now();
        let mut said = heard(request, self.plan.time_bound + PATIENCE).await;
        said.took = started.elapsed();
        said.curl = self.curl(&format!("{url}{path}"), &body.to_string());
        said
    }

    fn curl(&self, url: &str, body: &str) -> Option<String> {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let mut line = format!("curl -i -X {} {}", self.plan.trigger.method, quoted(url));
        if let Some(TriggerToken::Text(text)) = &self.plan.trigger.token {
            line += &format!(" -H {}", quoted(&format!("authorization: Bearer {text}")));
        }
        line += &format!(" -H 'content-type: application/json' -d {}", quoted(body));
        (line.len() <= LONGEST_CURL).then_some(line)
    }
}

async fn heard(request: reqwest::RequestBuilder, patience: Duration) -> Said {
    let lost = |error: &reqwest::Error| {
        let why = if error.is_timeout() {
            format!("no answer within {} s", patience.as_secs())
        } else if error.is_connect() {
            "nothing answers at its address".to_owned()
        } else {
            "the connection broke off".to_owned()
        };
        Said {
            lost: why,
            ..Said::default()
        }
    };
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return lost(&error),
    };
    let status = response.status().as_u16();
    let after = response.headers().get("retry-after");
    let retry_after = after
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    match response.text().await {
        Err(error) => lost(&error),
        Ok(text) => Said {
            status: Some(status),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
            retry_after,
            ..Said::default()
        },
    }
}

/// The token of the trigger, and who minted it.
async fn token(plan: &GithubPlan) -> Result<(Option<Issuer>, Option<String>), String> {
    match &plan.trigger.token {
        None => Ok((None, None)),
        Some(TriggerToken::Text(text)) => Ok((None, Some(text.clone()))),
        Some(TriggerToken::Bearer { bearer, audience }) => match bearer {
            Bearer::Environment(name) => {
                let value = std::env::var(name);
                let value =
                    value.map_err(|_| format!("the environment variable {name} is not set"))?;
                Ok((None, Some(value)))
            }
            Bearer::Issuer { .. } => {
                let told = |error: &dyn std::fmt::Display| error.to_string();
                let plan = IssuerPlan {
                    audience: audience.clone(),
                };
                let issuer = Issuer::start(&plan).await.map_err(|error| told(&error))?;
                let minted = issuer.minter().mint(bearer).map_err(|error| told(&error))?;
                Ok((Some(issuer), minted))
            }
        },
    }
}
