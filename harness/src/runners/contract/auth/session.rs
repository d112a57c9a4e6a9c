//! The target, the identity provider that it trusts, and everything that checks need of both.

use super::ask::{self, Address, Ask, Reply, Silence};
use super::draft::Draft;
use super::scrape::Scrape;
use crate::model::trial::auth::{AuthPlan, IssuerPlan, Protected};
use crate::model::trial::launch::{LaunchError, LaunchWith, Launched, Stage, TrialError};
use crate::model::trial::plan::Comes;
use crate::model::trial::{TrialEvent, Twin};
use crate::runners::contract::fake::identity_provider::{
    Claims, Client, IdentityProvider, KeySet, Options, RawDocument, Scene, named,
};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long one request may take before it counts as unanswered.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// So many requests in a row without an answer mean that the target hangs.
const HANGS: u32 = 3;
/// Between two looks at something that is waited for.
const LOOK: Duration = Duration::from_millis(20);
/// Between two attempts to get a good token accepted.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the first good token may be refused, beyond the cooldown: keys may not be there yet.
const BASELINE: Duration = Duration::from_secs(5);
/// How long the target gets beyond what it declares.
const SLACK: Duration = Duration::from_secs(10);

/// One run of the suite. Checks share the target that it holds, and start it anew where they must.
pub struct Session<'a> {
    /// Where everything seen goes.
    pub stage: &'a Stage<'a>,
    /// What the target declares of itself.
    pub plan: &'a AuthPlan,
    /// The identity provider that the target trusts.
    pub idp: IdentityProvider,
    target: Option<Box<dyn Launched>>,
    address: Address,
    launches: u32,
    /// Requests in a row that were not answered within the patience.
    unanswered: AtomicU32,
}

impl<'a> Session<'a> {
    /// Starts the identity provider, then the target.
    ///
    /// # Errors
    /// The provider cannot listen, or the target is not there.
    pub async fn open(plan: &'a AuthPlan, stage: &'a Stage<'a>) -> Result<Self, TrialError> {
        let idp = provider(plan, stage).await?;
        let mut session = Self {
            stage,
            plan,
            idp,
            target: None,
            address: Address::parse("http://127.0.0.1:1")
                .ok_or_else(|| TrialError::Harness("no address".to_owned()))?,
            launches: 0,
            unanswered: AtomicU32::new(0),
        };
        match &stage.plan.target.comes {
            Comes::Launched { .. } => session.restart(LaunchWith::default()).await?,
            Comes::Attached { url } => {
                session.address = address(url)?;
                session.tell_attached();
            }
        }
        Ok(session)
    }

    /// Whether the target was there before: then it cannot be started anew.
    pub fn attached(&self) -> bool {
        matches!(self.stage.plan.target.comes, Comes::Attached { .. })
    }

    /// Ends the target and starts it anew; what the suite knows (issuer, audience, time to live)
    /// is told to it, unless `with` says otherwise.
    ///
    /// # Errors
    /// It was attached, could not be started, or was not ready in time.
    pub async fn restart(&mut self, with: LaunchWith) -> Result<(), LaunchError> {
        self.stop().await;
        self.launches += 1;
        let target = self.launch(with).await?;
        self.address = address(target.url()).map_err(|error| LaunchError(error.to_string()))?;
        self.target = Some(target);
        Ok(())
    }

    /// Starts another target beside the one of the session.
    ///
    /// # Errors
    /// As [`Self::restart`].
    pub async fn launch(&self, mut with: LaunchWith) -> Result<Box<dyn Launched>, LaunchError> {
        for (name, value) in self.values() {
            with.values.entry(name.to_owned()).or_insert(value);
        }
        if let Some(variable) = &self.plan.keys.ttl_variable {
            let seconds = self.plan.keys.ttl.as_secs().max(1).to_string();
            let entry = with.environment.entry(variable.clone());
            entry.or_insert(Some(seconds));
        }
        self.stage.launcher.launch(&with).await
    }

    /// What the holes of the suite file are filled with.
    pub fn values(&self) -> [(&'static str, String); 4] {
        let issuer = &self.plan.issuer;
        [
            ("issuer", self.idp.issuer()),
            ("jwks_uri", self.idp.keys_uri()),
            ("client_id", issuer.client_id.clone()),
            ("audience", issuer.audience.clone()),
        ]
    }

    /// Ends the target, where it was launched.
    pub async fn stop(&mut self) {
        if let Some(target) = self.target.take() {
            target.stop().await;
        }
    }

    /// The target, where it was launched.
    pub fn target(&self) -> Option<&dyn Launched> {
        self.target.as_deref()
    }

    /// Where the target answers.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Sends a request to the target.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn send(&self, ask: &Ask) -> Result<Reply, Silence> {
        let answer = ask::send(&self.address, ask, PATIENCE).await;
        match &answer {
            Err(silence) if silence.0.starts_with("no answer within") => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.unanswered.store(0, Ordering::Relaxed),
        }
        answer
    }

    /// Whether the target hangs: asking on would only take for ever.
    pub fn hangs(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= HANGS
    }

    /// How often the target of the session was started.
    pub fn launches(&self) -> u32 {
        self.launches
    }

    /// The request of most checks, without a token.
    pub fn request(&self) -> Ask {
        request_of(self.first())
    }

    /// The declared request that most checks ask.
    pub fn first(&self) -> &'a Protected {
        // The reader of the suite file lets no empty list pass.
        &self.plan.protected[0]
    }

    /// Whether an answer says that the token was accepted.
    pub fn accepted(&self, reply: &Reply) -> bool {
        self.first().accepted.contains(&reply.status)
    }

    /// The request of most checks with a token.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn with_token(&self, token: &str) -> Result<Reply, Silence> {
        self.send(&self.request().bearer(token)).await
    }

    /// Mints a token, with the claims that the target declares it needs.
    ///
    /// # Errors
    /// In words: there is no key for it.
    pub fn mint(&self, mut wanted: Claims) -> Result<String, String> {
        for (name, value) in &self.plan.claims.required {
            if !wanted.claims.contains_key(name) && !wanted.without.contains(name) {
                wanted.claims.insert(name.clone(), value.clone());
            }
        }
        self.idp.mint(&wanted).map_err(|error| error.to_string())
    }

    /// A good token, fresh: `None` is the first declared algorithm.
    ///
    /// # Errors
    /// In words: there is no key for it.
    pub fn good(&self, algorithm: Option<&str>) -> Result<String, String> {
        self.mint(Claims {
            algorithm: algorithm.map(str::to_owned),
            ..Claims::default()
        })
    }

    /// A good token before it is signed.
    ///
    /// # Errors
    /// In words: there is no key for it.
    pub fn draft(&self, algorithm: &str) -> Result<Draft, String> {
        let token = self.good(Some(algorithm))?;
        let key = self.idp.key(algorithm);
        let draft = key.and_then(|key| Draft::of(&token, &key));
        draft.ok_or_else(|| format!("no key for `{algorithm}`"))
    }

    /// A good token of the first declared algorithm before it is signed.
    ///
    /// # Errors
    /// In words: there is no key for it.
    pub fn first_draft(&self) -> Result<Draft, String> {
        self.draft(&self.plan.algorithms[0])
    }

    /// Asks with a fresh good token: the positive twin.
    pub async fn twin(&self, algorithm: Option<&str>) -> Twin {
        let token = match self.good(algorithm) {
            Ok(token) => token,
            Err(why) => return red(why),
        };
        match self.with_token(&token).await {
            Ok(reply) => Twin {
                green: self.accepted(&reply),
                saw: format!("{} in {} ms", reply.status, reply.took.as_millis()),
            },
            Err(silence) => red(silence.to_string()),
        }
    }

    /// Whether a good token is accepted at all. Where it is not, nothing can be said about any
    /// check: a target that refuses everything must not look safe.
    pub async fn has_baseline(&self) -> bool {
        let deadline = Instant::now() + self.plan.keys.cooldown + BASELINE;
        let mut twin = self.twin(None).await;
        // A hanging target has had its time, and one that refuses may still be fetching keys.
        while !twin.green && Instant::now() < deadline && !self.hangs() && !self.stage.stopped() {
            tokio::time::sleep(PAUSE).await;
            twin = self.twin(None).await;
        }
        if !twin.green {
            let first = self.first();
            let text = format!(
                "no baseline: a good token of {} for {} {} got: {}",
                self.plan.algorithms[0], first.method, first.path, twin.saw
            );
            for check in &self.stage.plan.checks {
                self.stage.inconclusive(&check.id, &text);
            }
        }
        twin.green
    }

    /// Brings target and provider back to where groups begin: no fault, a process that lives,
    /// a good token that is accepted.
    ///
    /// # Errors
    /// The target had ended and does not start again.
    pub async fn settle(&mut self) -> Result<(), LaunchError> {
        if let Err(why) = self.play("steady").await {
            self.note(format!(
                "the provider could not go back to its steady scene: {why}"
            ));
        }
        if let Some(target) = &self.target
            && let Some(ended) = target.ended(Duration::ZERO).await
        {
            self.note(format!(
                "the target ended by itself ({}) and was started anew",
                ended.how
            ));
            self.target = None;
        }
        if self.target.is_none() && !self.attached() {
            self.restart(LaunchWith::default()).await?;
        }
        let deadline = Instant::now() + self.plan.keys.cooldown + SLACK;
        while !self.twin(None).await.green && Instant::now() < deadline && !self.hangs() {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Begins a scene of the provider by its name.
    ///
    /// # Errors
    /// There is no such scene, or it cannot be played.
    pub async fn play(&self, name: &str) -> Result<(), String> {
        let scene = named(name).map_err(|error| error.to_string())?;
        self.begin(scene).await
    }

    /// Begins a scene of the provider.
    ///
    /// # Errors
    /// It cannot be played.
    pub async fn begin(&self, scene: Scene) -> Result<(), String> {
        let begun = self.idp.scene(scene).await;
        begun.map_err(|error| error.to_string())
    }

    /// Publishes keys beside those of the ring, and waits until the target has read them.
    ///
    /// # Errors
    /// In words: the target did not ask for the keys.
    pub async fn publish(&self, more: &[Value]) -> Result<(), String> {
        let mut keys = self.idp.published();
        keys.extend_from_slice(more);
        self.publish_document(&json!({"keys": keys}).to_string())
            .await
    }

    /// Publishes any text as the set of keys, and waits until the target has read it.
    ///
    /// # Errors
    /// In words: the target did not ask for the keys.
    pub async fn publish_document(&self, body: &str) -> Result<(), String> {
        let document = RawDocument {
            content_type: "application/json".to_owned(),
            body: body.to_owned(),
        };
        self.begin(Scene {
            name: "published".to_owned(),
            key_set: KeySet::Raw(document),
            ..Scene::default()
        })
        .await?;
        self.refresh().await
    }

    /// Makes the target ask for the keys again: tokens with unknown names, until the provider was asked.
    ///
    /// # Errors
    /// In words: it did not ask, although time to live and cooldown are over.
    pub async fn refresh(&self) -> Result<(), String> {
        let mark = self.idp.mark();
        let most = self.plan.keys.cooldown + self.ttl() + SLACK;
        let deadline = Instant::now() + most;
        while Instant::now() < deadline {
            self.unknown_kid().await?;
            let (_, keys) = self.idp.paths();
            let delta = self.idp.requests_since(mark);
            let asked = delta.of_path(&keys);
            if asked.iter().any(|seen| seen.answered.is_some()) {
                // Whoever asks now waits for the fetch, or finds it done.
                return self.unknown_kid().await;
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(format!(
            "the target did not ask for the keys within {} s of unknown names",
            most.as_secs()
        ))
    }

    /// The time to live that the target has in this run.
    pub fn ttl(&self) -> Duration {
        self.plan.keys.ttl
    }

    async fn unknown_kid(&self) -> Result<(), String> {
        let kid = uuid::Uuid::new_v4().simple().to_string();
        let mut wanted = Claims::default();
        wanted.header.insert("kid".to_owned(), json!(kid));
        let token = self.mint(wanted)?;
        // What it answers is another check's affair.
        drop(self.with_token(&token).await);
        Ok(())
    }

    /// The target's metrics.
    ///
    /// # Errors
    /// In words: it declares none, or they cannot be read.
    pub async fn scrape(&self) -> Result<Scrape, String> {
        let path = self.stage.plan.target.metrics_path.as_deref();
        let path = path.ok_or("the target declares no metrics")?;
        let reply = self.send(&Ask::new("GET", path)).await;
        let reply = reply.map_err(|silence| format!("metrics: {silence}"))?;
        match reply.status {
            200 => Scrape::parse(&reply.text()),
            status => Err(format!("metrics: status {status}")),
        }
    }

    /// What the target logged so far; `None` where its log cannot be read.
    pub fn log(&self) -> Option<String> {
        if let Some(path) = &self.stage.plan.target.log_file {
            let octets = std::fs::read(path).ok()?;
            return Some(String::from_utf8_lossy(&octets).into_owned());
        }
        Some(self.target.as_ref()?.output())
    }

    /// Whether the target still answers: its open path where it declares one, a connection otherwise.
    pub async fn alive(&self) -> Result<String, String> {
        if let Some(target) = &self.target
            && let Some(ended) = target.ended(Duration::ZERO).await
        {
            return Err(format!("the process ended: {}", ended.how));
        }
        let path = self.plan.open_path.as_deref().unwrap_or("/");
        match self.send(&Ask::new("GET", path)).await {
            Ok(reply) if reply.status < 500 => Ok(format!("{} for {path}", reply.status)),
            Ok(reply) => Err(format!("{} for {path}", reply.status)),
            Err(silence) => Err(format!("{path}: {silence}")),
        }
    }

    /// Writes down what a reader of the report must know.
    pub fn note(&self, text: impl Into<String>) {
        self.stage.record(TrialEvent::Note { text: text.into() });
    }

    /// The command line that sends a request again.
    pub fn curl(&self, ask: &Ask) -> String {
        super::curl::line(&self.address, ask)
    }

    fn tell_attached(&self) {
        let values = self.values().map(|(name, value)| format!("{name}={value}"));
        let text = format!(
            "attached: the target must trust this identity provider: {}",
            values.join(" ")
        );
        self.stage.progress(text.clone());
        self.note(text);
    }
}

fn red(saw: String) -> Twin {
    Twin { green: false, saw }
}

/// A declared request, without a token.
pub fn request_of(declared: &Protected) -> Ask {
    let ask = Ask::new(&declared.method, &declared.path);
    match &declared.body {
        Some(body) => ask.body("application/json", body.to_string()),
        None => ask,
    }
}

fn address(url: &str) -> Result<Address, TrialError> {
    Address::parse(url).ok_or_else(|| {
        TrialError::Harness(format!(
            "`{url}` is not an address of plain http: attach the target before its TLS ends"
        ))
    })
}

async fn provider(plan: &AuthPlan, stage: &Stage<'_>) -> Result<IdentityProvider, TrialError> {
    let IssuerPlan {
        path,
        client_id,
        audience,
        listen,
        public_url,
    } = plan.issuer.clone();
    let attached = matches!(stage.plan.target.comes, Comes::Attached { .. });
    if attached && listen.is_none() {
        let text = "an attached target has to know its issuer before the suite starts: \
                    write `issuer: {listen: \"127.0.0.1:9400\"}` and tell the target";
        return Err(TrialError::Harness(text.to_owned()));
    }
    let options = Options {
        listen: listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        public_url,
        issuer_path: path,
        client: Client {
            id: client_id,
            secret: None,
            redirect_uris: Vec::new(),
            audience,
        },
        algorithms: plan.algorithms.clone(),
        ..Options::default()
    };
    let started = IdentityProvider::start(&options).await;
    started.map_err(|error| TrialError::Harness(format!("the identity provider: {error}")))
}
