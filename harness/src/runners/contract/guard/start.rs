//! One start of the target: it comes up, or it ends by itself.

use super::Guard;
use crate::model::trial::Twin;
use crate::model::trial::launch::{Ended, LaunchWith, Launched};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Time between two looks at a start.
const LOOK: Duration = Duration::from_millis(15);
/// A port that answers nothing for so long is not bound.
const CONNECT: Duration = Duration::from_millis(500);
/// The output is complete when it has not grown for so long.
const QUIET: Duration = Duration::from_millis(200);
/// Longest time that a line of the output is waited for.
const LINE: Duration = Duration::from_secs(3);

/// Variables that are set (`Some`) or taken away (`None`).
pub(super) type Changes = BTreeMap<String, Option<String>>;

/// What became of a start.
pub(super) enum Start {
    /// It listens, and is ready where that was waited for.
    Up(Box<dyn Launched>),
    /// It ended by itself without ever listening.
    Ended { ended: Ended, output: String },
    /// Neither, within the time.
    Nothing(Box<dyn Launched>),
    /// The harness could not start it.
    Failed(String),
}

/// Ports, none of them given twice: two starts at once must not meet on one.
#[derive(Debug, Default)]
pub(super) struct Ports {
    given: Mutex<BTreeSet<u16>>,
}

impl Ports {
    /// A loopback port that is free now; `None` leaves the choice to the launcher.
    pub(super) fn next(&self) -> Option<u16> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        // A kernel that offers the same few ports again and again is not argued with.
        (0..64).find_map(|_| {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
            let port = listener.local_addr().ok()?.port();
            given.insert(port).then_some(port)
        })
    }
}

impl Guard<'_> {
    /// Starts it outside production, and waits until it is ready.
    pub(super) async fn start(&self, changes: &Changes) -> Start {
        self.start_for(changes, &self.provider, false).await
    }

    /// Starts it with a provider, and waits until it listens, is ready, or has ended.
    pub(super) async fn start_for(
        &self,
        changes: &Changes,
        provider: &super::IdentityProvider,
        production: bool,
    ) -> Start {
        let target = &self.stage.plan.target;
        // In production the issuer is an address that nobody answers at: it listens, that is all.
        let ready = target.ready_path.as_deref().filter(|_| !production);
        let within = match production {
            true => self.plan.exit_within.max(target.ready_timeout),
            false => target.ready_timeout,
        };
        self.watch(changes, values(provider), production, ready, within)
            .await
    }

    /// Starts it in production, for as long as a refusal may take.
    pub(super) async fn start_in_production(&self, changes: &Changes) -> Start {
        let values = values(&self.provider);
        self.watch(changes, values, true, None, self.plan.exit_within)
            .await
    }

    async fn watch(
        &self,
        changes: &Changes,
        values: BTreeMap<String, String>,
        production: bool,
        ready: Option<&str>,
        within: Duration,
    ) -> Start {
        let with = LaunchWith {
            values,
            environment: changes.clone(),
            production,
            unready: true,
            port: self.ports.next(),
        };
        let launched = match self.stage.launcher.launch(&with).await {
            Ok(launched) => launched,
            Err(error) => return Start::Failed(error.to_string()),
        };
        let until = Instant::now() + within;
        loop {
            if self.is_up(launched.url(), ready).await {
                return Start::Up(launched);
            }
            if let Some(ended) = launched.ended(LOOK).await {
                let output = launched.output();
                launched.stop().await;
                return Start::Ended { ended, output };
            }
            if Instant::now() >= until || self.stage.stopped() {
                return Start::Nothing(launched);
            }
        }
    }

    async fn is_up(&self, url: &str, ready: Option<&str>) -> bool {
        let Some(path) = ready else {
            return is_bound(url).await;
        };
        let answer = self.client.get(format!("{url}{path}")).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// The good production start, as a twin of the wrong ones.
    pub(super) async fn good_start(&self) -> Twin {
        let began = Instant::now();
        let nothing = Changes::new();
        match self.start_for(&nothing, &self.provider, true).await {
            Start::Up(launched) => {
                launched.kill().await;
                let ms = began.elapsed().as_millis();
                twin(true, format!("with good values it listened after {ms} ms"))
            }
            Start::Ended { ended, output } => {
                let said = tail(&output);
                twin(
                    false,
                    format!("with good values it ended ({}): {said}", ended.how),
                )
            }
            Start::Nothing(launched) => {
                launched.kill().await;
                twin(false, "with good values it did not listen".to_owned())
            }
            Start::Failed(why) => twin(false, format!("with good values: {why}")),
        }
    }
}

fn twin(green: bool, saw: String) -> Twin {
    Twin { green, saw }
}

/// The values of the holes that the suite fills.
fn values(provider: &super::IdentityProvider) -> BTreeMap<String, String> {
    let told = provider.environment();
    let of = |name: &str| {
        let found = told.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    BTreeMap::from([
        ("issuer".to_owned(), provider.issuer()),
        ("jwks_uri".to_owned(), provider.keys_uri()),
        ("client_id".to_owned(), of("OIDC_CLIENT_ID")),
        ("audience".to_owned(), of("OIDC_AUDIENCE")),
    ])
}

/// Whether something listens there.
async fn is_bound(url: &str) -> bool {
    let address = url.strip_prefix("http://").unwrap_or(url);
    let Ok(address) = address.parse::<SocketAddr>() else {
        return false;
    };
    match tokio::time::timeout(CONNECT, TcpStream::connect(address)).await {
        // A client can meet itself on a port where nobody listens.
        Ok(Ok(stream)) => stream.local_addr().is_ok_and(|own| own != address),
        _ => false,
    }
}

/// The whole output, once it has not grown for a while.
pub(super) async fn settled(launched: &dyn Launched) -> String {
    let mut output = launched.output();
    let until = Instant::now() + LINE;
    loop {
        tokio::time::sleep(QUIET).await;
        let now = launched.output();
        if now.len() == output.len() || Instant::now() >= until {
            return now;
        }
        output = now;
    }
}

/// Waits for a text in the output, and answers all of it.
pub(super) async fn said(launched: &dyn Launched, text: &str) -> String {
    let until = Instant::now() + LINE;
    loop {
        let output = launched.output();
        if output.contains(text) || Instant::now() >= until {
            return output;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The end of an output, on one line.
pub(super) fn tail(output: &str) -> String {
    let lines: Vec<&str> = output
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = &lines[lines.len().saturating_sub(4)..];
    let joined = last.join(" | ");
    let skipped = joined.chars().count().saturating_sub(400);
    match joined.is_empty() {
        true => "it said nothing".to_owned(),
        false => joined.chars().skip(skipped).collect(),
    }
}
