//! The state machine: one scene at a time, the keys, and the codes that were given out.

use super::documents::{self, Document, Extras};
use super::place::Place;
use super::ring::Ring;
use super::scene::{Fault, Route, Scene};
use super::{Options, StartError};
use crate::runners::contract::fake::keys::{ALGORITHMS, KeyError};
use jsonwebtoken::Algorithm;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a code is good for (RFC 6749, section 4.1.2, recommends ten minutes at most).
pub const CODE_LIFETIME: Duration = Duration::from_secs(60);
/// Codes that are remembered at most.
const MOST_CODES: usize = 10_000;

/// What the provider knows.
#[derive(Debug)]
pub struct State {
    /// Its addresses.
    pub place: Place,
    /// Who its client is.
    pub client: Client,
    /// Its keys.
    pub ring: Ring,
    /// The keys of the mixed set.
    pub extras: Extras,
    scene: Scene,
    /// The keys that hide the published ones in this scene.
    others: Vec<Value>,
    /// How many requests of this scene went wrong.
    failed: u32,
    grants: HashMap<String, Grant>,
}

/// The one client that is registered.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// Its secret; `None` is a public client.
    pub secret: Option<String>,
    /// Where it may be sent back to; empty is anywhere.
    pub redirect_uris: Vec<String>,
    /// The audience of its access tokens.
    pub audience: String,
}

/// What a code stands for.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The S256 challenge (RFC 7636).
    pub challenge: String,
    /// `nonce`, if one was sent.
    pub nonce: Option<String>,
    /// `redirect_uri`.
    pub redirect_uri: String,
    /// `scope`.
    pub scope: String,
    /// Who signed in.
    pub subject: String,
    /// When the code was given out.
    pub given: Instant,
}

/// How one request is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Treatment {
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// Pause before the answer.
    pub delay: Duration,
}

/// The state, shared with the routes.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Mutex<State>>);

impl Shared {
    /// A state with the first keys, and no scene yet.
    ///
    /// # Errors
    /// An algorithm is not known, or no key could be made.
    pub fn new(options: &Options, place: Place) -> Result<Self, StartError> {
        let run = uuid::Uuid::new_v4().simple().to_string();
        let algorithms = algorithms(&options.algorithms)?;
        let ring = Ring::new(&algorithms, run.chars().take(8).collect())?;
        let state = State {
            place,
            client: options.client.clone(),
            extras: Extras::new(&ring)?,
            ring,
            scene: Scene::default(),
            others: Vec::new(),
            failed: 0,
            grants: HashMap::new(),
        };
        Ok(Self(Arc::new(Mutex::new(state))))
    }

    /// The state. Never held across an await.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn algorithms(names: &[String]) -> Result<Vec<Algorithm>, StartError> {
    let known = |name: &String| {
        let found = name.parse().ok().filter(|one| ALGORITHMS.contains(one));
        found.ok_or_else(|| StartError::Algorithm(name.clone()))
    };
    let found: Vec<Algorithm> = names.iter().map(known).collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Err(StartError::Algorithm(String::new()));
    }
    Ok(found)
}

impl State {
    /// Begins a scene, with its change of keys.
    ///
    /// # Errors
    /// The keys that it wants could not be made.
    pub fn begin(&mut self, scene: Scene) -> Result<(), KeyError> {
        self.others = documents::others(&scene.key_set)?;
        self.ring.change(scene.keys);
        self.failed = 0;
        self.scene = scene;
        Ok(())
    }

    /// The set of keys as this scene wants it.
    pub fn key_set(&self) -> Document {
        documents::key_set(&self.scene, &self.ring, &self.extras, &self.others)
    }

    /// What is played.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// How the next request of a route is treated; counts it.
    pub fn treat(&mut self, route: Route) -> Treatment {
        if !self.scene.concerns(route) {
            return Treatment::default();
        }
        let over = self.scene.first.is_some_and(|first| self.failed >= first);
        let fault = self.scene.fault.filter(|_| !over);
        self.failed += u32::from(fault.is_some());
        Treatment {
            fault,
            delay: Duration::from_millis(self.scene.delay_ms),
        }
    }

    /// Keeps a grant and answers its code.
    pub fn give_code(&mut self, grant: Grant) -> String {
        self.grants
            .retain(|_, old| old.given.elapsed() <= CODE_LIFETIME);
        if self.grants.len() >= MOST_CODES {
            self.grants.clear();
        }
        let code = uuid::Uuid::new_v4().simple().to_string();
        self.grants.insert(code.clone(), grant);
        code
    }

    /// Takes the grant of a code; a code is good once, and not for long.
    pub fn take_grant(&mut self, code: &str, now: Instant) -> Option<Grant> {
        let grant = self.grants.remove(code)?;
        (now.saturating_duration_since(grant.given) <= CODE_LIFETIME).then_some(grant)
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::runners::contract::fake::identity_provider::scenes::named;

    /// A state at fixed addresses.
    pub(in super::super) fn shared() -> Shared {
        let at = |text: &str| text.parse().unwrap();
        let canary = [at("127.0.0.1:2"), at("127.0.0.2:2")];
        let place = Place::new(at("127.0.0.1:1"), None, "/realms/a", canary).unwrap();
        Shared::new(&Options::default(), place).unwrap()
    }

    #[test]
    fn a_fault_lasts_as_long_as_it_says_and_only_where_it_says() {
        let shared = shared();
        let mut state = shared.lock();
        state.begin(named("flaky:2").unwrap()).unwrap();
        let mut fails = |route| state.treat(route).fault.is_some();
        assert!(!fails(Route::Discovery));
        let seen: Vec<bool> = (0..4).map(|_| fails(Route::Keys)).collect();
        assert_eq!(seen, [true, true, false, false]);
        state.begin(named("flaky:1").unwrap()).unwrap();
        assert!(state.treat(Route::Keys).fault.is_some(), "counted anew");
        state.begin(named("slow:20").unwrap()).unwrap();
        assert_eq!(state.treat(Route::Keys).delay, Duration::from_millis(20));
        assert_eq!(state.treat(Route::Token), Treatment::default());
    }

    #[test]
    fn a_code_is_good_once_and_for_a_minute() {
        let shared = shared();
        let mut state = shared.lock();
        let given = Instant::now();
        let grant = Grant {
            challenge: String::new(),
            nonce: None,
            redirect_uri: String::new(),
            scope: String::new(),
            subject: "alice".into(),
            given,
        };
        let code = state.give_code(grant.clone());
        assert!(state.take_grant(&code, given).is_some());
        assert!(state.take_grant(&code, given).is_none());
        let late = state.give_code(grant);
        let after = given + CODE_LIFETIME + Duration::from_millis(1);
        assert!(state.take_grant(&late, after).is_none());
    }

    #[test]
    fn algorithms_that_no_good_token_has_are_refused() {
        for name in ["HS256", "none", "", "rs256"] {
            let error = algorithms(&[name.to_owned()]).unwrap_err();
            assert!(matches!(error, StartError::Algorithm(_)), "{name}");
        }
        assert!(algorithms(&[]).is_err());
    }
}
