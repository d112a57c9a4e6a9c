//! What the API was seen to do: requests in order, their answers turned into schemas.

use super::api::{Api, Got, Sent, Trouble};
use super::live::{Question, Sign};
use super::pages::{self, PagesRead};
use crate::model::trial::drift::behavior::{Behavior, Response, rows};
use crate::model::trial::drift::{DriftPlan, Listing, Probe, openapi};
use crate::model::trial::launch::Stage;
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that was seen.
#[derive(Debug, Default)]
pub(super) struct Observation {
    /// The fixture that stands for the API, where one does.
    pub(super) fixture: Option<String>,
    /// Behaviours, each as one source showed it.
    pub(super) seen: Vec<Seen>,
    /// Requests that were to be sent.
    pub(super) planned: usize,
    /// Requests that were tried, in words.
    pub(super) tried: Vec<String>,
    /// How many of them were answered.
    pub(super) answered: usize,
    /// What could not be observed, and why.
    pub(super) troubles: Vec<Missed>,
    /// What was read of paged routes.
    pub(super) pages: Vec<PagesRead>,
    /// Signs of life.
    pub(super) signs: Vec<Sign>,
    /// `Date` of the first answer.
    pub(super) date: Option<String>,
    /// A command line that asks the same again, by behaviour.
    pub(super) curl: BTreeMap<String, String>,
}

/// A behaviour as one source showed it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) behavior: Behavior,
    /// Whether it is the API's own word, and no sample: what is not in it is not there.
    pub(super) stated: bool,
    /// Whether header fields were looked at.
    pub(super) headers: bool,
}

/// A request that showed nothing.
#[derive(Debug, Clone)]
pub(super) struct Missed {
    /// The behaviour that it was to show; `None` for the listing and the signs of life.
    pub(super) behavior: Option<String>,
    /// `GET /items`.
    pub(super) request: String,
    pub(super) trouble: Trouble,
}

impl Observation {
    /// Whether there was never an answer.
    pub(super) fn is_unreachable(&self) -> bool {
        self.answered == 0
    }

    /// Whether the API was gone before the last request.
    pub(super) fn broke_off(&self) -> Option<&Missed> {
        let gone = |missed: &&Missed| matches!(missed.trouble, Trouble::Unreachable(_));
        self.troubles.iter().find(gone)
    }

    fn miss(&mut self, behavior: Option<&str>, request: &str, trouble: Trouble) {
        self.troubles.push(Missed {
            behavior: behavior.map(str::to_owned),
            request: request.to_owned(),
            trouble,
        });
    }
}

/// Asks the API everything, until it is done or gone.
pub(super) async fn observe(api: &Api<'_>, plan: &DriftPlan, stage: &Stage<'_>) -> Observation {
    let mut all = Observation {
        planned: planned(plan),
        ..Observation::default()
    };
    let question = match Question::new(api, &plan.liveness) {
        Ok(question) => question,
        Err(trouble) => {
            all.miss(None, "the signs of life", trouble);
            return all;
        }
    };
    first_sign(api, &question, &mut all).await;
    let mut learned: BTreeMap<String, Seen> = BTreeMap::new();
    for probe in &plan.observed.requests {
        if stage.stopped() || all.broke_off().is_some() {
            break;
        }
        ask(api, plan, probe, &mut all, &mut learned).await;
    }
    all.seen.extend(learned.into_values());
    if let Some(path) = &plan.observed.openapi
        && all.broke_off().is_none()
    {
        own_document(api, path, &mut all).await;
    }
    if let Some(listing) = &plan.observed.behaviors
        && all.broke_off().is_none()
    {
        listed(api, listing, &mut all).await;
    }
    if all.broke_off().is_none() {
        let date = all.date.clone();
        all.signs.extend(question.clock(api, date.as_ref()).await);
    }
    all
}

fn planned(plan: &DriftPlan) -> usize {
    let observed = &plan.observed;
    let routes = [observed.behaviors.is_some(), observed.openapi.is_some()];
    // The signs of life are a request, too.
    1 + observed.requests.len() + routes.into_iter().filter(|there| *there).count()
}

async fn first_sign(api: &Api<'_>, question: &Question<'_>, all: &mut Observation) {
    all.tried.push(question.text());
    match question.ask(api).await {
        Ok(got) => {
            all.answered += 1;
            all.date = got.date().cloned();
            all.signs = question.signs(&got, api.nonce());
        }
        Err(trouble) => {
            // An answer that cannot be used is an answer all the same.
            all.answered += usize::from(!matches!(
                trouble,
                Trouble::Unreachable(_) | Trouble::Harness(_)
            ));
            all.signs.push(Err(trouble.text().to_owned()));
            all.miss(None, &question.text(), trouble);
        }
    }
}

/// Sends one request, and learns from every page of its answer.
async fn ask(
    api: &Api<'_>,
    plan: &DriftPlan,
    probe: &Probe,
    all: &mut Observation,
    learned: &mut BTreeMap<String, Seen>,
) {
    let Some(declared) = plan
        .declared
        .behaviors
        .iter()
        .find(|one| one.id == probe.behavior)
    else {
        return;
    };
    let missed = match asked(api, probe, declared, all, learned).await {
        Ok(()) => return,
        Err(missed) => missed,
    };
    let (request, trouble) = missed;
    all.answered += usize::from(!matches!(
        trouble,
        Trouble::Unreachable(_) | Trouble::Harness(_)
    ));
    all.miss(Some(&declared.id), &request, trouble);
}

async fn asked(
    api: &Api<'_>,
    probe: &Probe,
    declared: &Behavior,
    all: &mut Observation,
    learned: &mut BTreeMap<String, Seen>,
) -> Result<(), (String, Trouble)> {
    let in_words = |path: &str| format!("{} {path}", probe.method);
    let unfilled = |trouble| (in_words("(path not filled)"), trouble);
    let path = api.fill(&probe.path).map_err(unfilled)?;
    let json = probe.json.as_ref().map(|json| api.fill_json(json));
    let json = json.transpose().map_err(unfilled)?;
    let sent = Sent {
        method: &probe.method,
        path: &path,
        json: json.as_ref(),
        headers: Some(&probe.headers),
    };
    let request = in_words(&path);
    all.tried.push(request.clone());
    all.curl.insert(declared.id.clone(), curl(api.url(), &sent));
    let failed = |trouble| (request.clone(), trouble);
    let got = api.send(sent).await.map_err(failed)?;
    all.date
        .get_or_insert_with(|| got.date().cloned().unwrap_or_default());
    let seen = learned.entry(declared.id.clone()).or_insert_with(|| Seen {
        behavior: Behavior::unseen(&declared.method, &declared.route),
        stated: false,
        headers: true,
    });
    let first = learn(seen, probe, declared, &got).map_err(failed)?;
    if let (Some(pages), Some(first)) = (&probe.pages, &first) {
        let status = got.status.to_string();
        let page = |got: &Got, json: &Value| {
            if let Some(response) = seen.behavior.responses.get_mut(&status) {
                learn_answer(response, got, Some(json));
            }
        };
        let read = pages::follow(api, sent, pages, first, page).await;
        all.pages.push(read.map_err(failed)?);
    }
    all.answered += 1;
    Ok(())
}

/// Learns from one answer; answers its JSON where it was looked into.
fn learn(
    seen: &mut Seen,
    probe: &Probe,
    declared: &Behavior,
    got: &Got,
) -> Result<Option<Value>, Trouble> {
    let status = got.status.to_string();
    let wanted = match probe.statuses.is_empty() {
        true => (200..300).contains(&got.status),
        false => probe.statuses.contains(&got.status),
    };
    let Some(response) = declared.response(&status) else {
        // Not declared at all: that is drift, and needs no look inside.
        seen.behavior.responses.entry(status).or_default();
        return Ok(None);
    };
    if !wanted {
        let text = format!("{status}, which is declared but not what the request is meant to get");
        return Err(Trouble::Unwanted(text));
    }
    let json = match &response.schema {
        Some(_) => Some(got.json()?),
        None => plain(probe, response, got)?,
    };
    learn_answer(
        seen.behavior.responses.entry(status).or_default(),
        got,
        json.as_ref(),
    );
    Ok(json)
}

/// An answer whose shape is not declared: it must not be a page for people all the same.
fn plain(probe: &Probe, response: &Response, got: &Got) -> Result<Option<Value>, Trouble> {
    let media = got.media();
    let listed = response.media.contains(&media);
    if !listed && !media.is_empty() && (media == "text/html" || !response.media.is_empty()) {
        let text = format!("{} with {media}, which is not declared", got.status);
        return Err(Trouble::Unusable(text));
    }
    // Pages can only be followed in JSON.
    probe.pages.is_some().then(|| got.json()).transpose()
}

fn learn_answer(response: &mut Response, got: &Got, json: Option<&Value>) {
    let first = response.headers.is_empty() && response.schema.is_none();
    let names = got.headers.keys();
    match first {
        true => response.headers = names.map(|name| (name.clone(), true)).collect(),
        // Kept is what every answer had.
        false => response
            .headers
            .retain(|name, _| got.headers.contains_key(name)),
    }
    if let Some(json) = json {
        response.schema.get_or_insert_default().learn(json);
    }
}

/// The API's own OpenAPI document.
async fn own_document(api: &Api<'_>, path: &str, all: &mut Observation) {
    let sent = get(path);
    let request = format!("GET {path}");
    all.tried.push(request.clone());
    let read = match api.send(sent).await {
        Ok(got) => {
            all.answered += 1;
            got.json().and_then(|json| {
                openapi::document(&json)
                    .map_err(|why| Trouble::Unusable(format!("no OpenAPI document: {why}")))
            })
        }
        Err(trouble) => Err(trouble),
    };
    match read {
        Ok(behaviors) => all.seen.extend(behaviors.into_iter().map(|behavior| Seen {
            behavior,
            stated: true,
            headers: true,
        })),
        Err(trouble) => all.miss(None, &request, trouble),
    }
}

/// The route that lists what the API was seen to do.
async fn listed(api: &Api<'_>, listing: &Listing, all: &mut Observation) {
    let request = format!("GET {}", listing.path);
    all.tried.push(request.clone());
    match rows_of(api, listing, all).await {
        Ok(behaviors) => {
            all.answered += 1;
            all.seen.extend(behaviors.into_iter().map(|behavior| Seen {
                behavior,
                stated: false,
                headers: false,
            }));
        }
        Err(trouble) => {
            all.answered += usize::from(!matches!(trouble, Trouble::Unreachable(_)));
            all.miss(None, &request, trouble);
        }
    }
}

async fn rows_of(
    api: &Api<'_>,
    listing: &Listing,
    all: &mut Observation,
) -> Result<Vec<Behavior>, Trouble> {
    let sent = get(&listing.path);
    let got = api.send(sent).await?;
    if got.status != 200 {
        return Err(Trouble::Unwanted(format!(
            "{} in place of the list",
            got.status
        )));
    }
    let first = got.json()?;
    let mut every = vec![first.clone()];
    if let Some(pages) = &listing.pages {
        let page = |_: &Got, json: &Value| every.push(json.clone());
        all.pages
            .push(pages::follow(api, sent, pages, &first, page).await?);
    }
    let mut behaviors = Vec::new();
    for page in &every {
        let items = page.pointer(&listing.items).unwrap_or(&Value::Null);
        let read =
            rows(items).map_err(|why| Trouble::Unusable(format!("no list of behaviours: {why}")));
        behaviors.extend(read?);
    }
    Ok(behaviors)
}

fn get(path: &str) -> Sent<'_> {
    Sent {
        method: "GET",
        path,
        json: None,
        headers: None,
    }
}

/// The same request by hand; header fields may be secrets, and are left out.
fn curl(url: &str, sent: &Sent<'_>) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut line = format!(
        "curl -sSi -X {} {}",
        sent.method,
        quoted(&format!("{url}{}", sent.path))
    );
    if let Some(json) = sent.json {
        let body = quoted(&json.to_string());
        line += &format!(" -H 'content-type: application/json' -d {body}");
    }
    line
}
