//! A fake identity provider: a right one, until a scene says otherwise.
//!
//! A [fault server](crate::runners::contract::fault_server) listens; wiremock
//! behind it answers the routes; one state machine decides. Whoever asks sees an
//! `OpenID` Connect provider with an issuer that has a path.

mod authorize;
mod canary;
mod control;
mod documents;
mod mint;
mod place;
mod ring;
mod routes;
mod scene;
mod scenes;
mod state;
mod token;

pub use control::Control;
pub use mint::{Claims, MintError, Purpose};
pub use place::PlaceError;
pub use ring::{KeyChange, NamedKey};
pub use scene::{
    Fault, KeySet, KeysPath, RawDocument, RedirectTo, Route, Scene, SceneError, Signer, StatusFault,
};
pub use scenes::{NAMES, named, names};
pub use state::Client;

use super::keys::{Key, KeyError};
use crate::runners::contract::fault_server::{Door, FaultServer, Reserved};
use crate::runners::contract::record::{Delta, Mark, Record};
use canary::{Bound, Canary};
use jsonwebtoken::Algorithm;
use place::Place;
use serde_json::Value;
use state::Shared;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;
use wiremock::MockServer;

/// How a provider is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 is a free one.
    pub listen: SocketAddr,
    /// Its origin as clients see it, where that is not what it listens on.
    pub public_url: Option<String>,
    /// Path of the issuer. One that is not empty finds more bugs than a bare host.
    pub issuer_path: String,
    /// The one client.
    pub client: Client,
    /// Algorithms by name, the first one is the default of tokens.
    pub algorithms: Vec<String>,
    /// The first scene.
    pub scene: Scene,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            public_url: None,
            issuer_path: "/realms/a".to_owned(),
            client: Client {
                id: "workbench".to_owned(),
                secret: None,
                redirect_uris: Vec::new(),
                audience: "workbench-api".to_owned(),
            },
            algorithms: vec!["RS256".to_owned(), "ES256".to_owned()],
            scene: Scene {
                name: "steady".to_owned(),
                ..Scene::default()
            },
        }
    }
}

/// Why a provider could not start, or a scene could not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// Its addresses make no sense.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// An algorithm that no good token has.
    #[error("no algorithm `{0}`; known: RS256, RS384, RS512, PS256, ES256, ES384, EdDSA")]
    Algorithm(String),
    /// No key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The scene cannot be played.
    #[error(transparent)]
    Scene(#[from] SceneError),
}

/// A running provider; it ends when it is dropped.
#[derive(Debug)]
pub struct IdentityProvider {
    shared: Shared,
    front: FaultServer,
    canary: Canary,
    started: Instant,
    _behind: MockServer,
}

impl IdentityProvider {
    /// Starts it. The port is taken before anything else, so a service can be told its issuer.
    ///
    /// # Errors
    /// An address is taken, or the options make no sense.
    pub async fn start(options: &Options) -> Result<Self, StartError> {
        options.scene.check()?;
        let failed = |error| StartError::Listen(options.listen, error);
        let reserved = Reserved::new(options.listen).map_err(failed)?;
        let canary = Bound::new(options.listen.ip()).await.map_err(failed)?;
        let place = Place::new(
            reserved.address(),
            options.public_url.as_deref(),
            &options.issuer_path,
            canary.addresses(),
        )?;
        let shared = Shared::new(options, place)?;
        let behind = MockServer::builder()
            .disable_request_recording()
            .start()
            .await;
        routes::mount(&behind, &shared).await;
        let provider = Self {
            front: reserved.serve(*behind.address()).map_err(failed)?,
            canary: canary.serve(&shared),
            shared,
            started: Instant::now(),
            _behind: behind,
        };
        provider.scene(options.scene.clone()).await?;
        Ok(provider)
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> String {
        self.shared.lock().place.issuer()
    }

    /// The second provider's issuer identifier: valid tokens of somebody else.
    pub fn second_issuer(&self) -> String {
        self.shared.lock().place.second_issuer()
    }

    /// The address of the set of keys, in this scene.
    pub fn keys_uri(&self) -> String {
        let state = self.shared.lock();
        format!("{}{}", state.place.issuer(), state.scene().keys_path.0)
    }

    /// Paths of the discovery document (as most clients ask for it) and of the set of keys, as the record has them.
    pub fn paths(&self) -> (String, String) {
        let state = self.shared.lock();
        let path = &state.place.path;
        let keys = format!("{path}{}", state.scene().keys_path.0);
        (format!("{path}/.well-known/openid-configuration"), keys)
    }

    /// What a service is told to trust this provider, in the words of the reference platform.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let state = self.shared.lock();
        vec![
            ("AUTH_PROVIDER", "oidc".to_owned()),
            ("OIDC_ISSUER_URL", state.place.issuer()),
            ("OIDC_CLIENT_ID", state.client.id.clone()),
            ("OIDC_AUDIENCE", state.client.audience.clone()),
        ]
    }

    /// Begins a scene; done when the next request meets it.
    ///
    /// # Errors
    /// The scene contradicts itself, or the port cannot be opened again.
    pub async fn scene(&self, scene: Scene) -> Result<(), StartError> {
        scene.check()?;
        let door = match scene.fault {
            Some(Fault::Refused) => Door::Shut,
            _ => Door::Open,
        };
        self.shared.lock().begin(scene)?;
        let failed = |error| StartError::Listen(self.front.address(), error);
        self.front.door(door).await.map_err(failed)
    }

    /// The scene that is played.
    pub fn current_scene(&self) -> Scene {
        self.shared.lock().scene().clone()
    }

    /// Mints a token.
    ///
    /// # Errors
    /// There is no key for it.
    pub fn mint(&self, wanted: &Claims) -> Result<String, MintError> {
        self.shared.lock().mint(wanted)
    }

    /// The key that signs now, for an algorithm by its name.
    pub fn key(&self, algorithm: &str) -> Option<NamedKey> {
        let algorithm = algorithm.parse().ok()?;
        self.shared.lock().ring.current(algorithm).cloned()
    }

    /// Another's key under the name of the one that signs now.
    pub fn foreign_key(&self, algorithm: &str) -> Option<NamedKey> {
        let algorithm = algorithm.parse().ok()?;
        self.shared.lock().ring.foreign(algorithm)
    }

    /// A key of the mixed set, by its stem, with its name and algorithm.
    pub fn extra_key(&self, stem: &str) -> Option<(Key, String, Algorithm)> {
        let state = self.shared.lock();
        let (key, algorithm) = state.extras.signer(stem)?;
        Some((key, state.ring.name(stem), algorithm))
    }

    /// The published keys, newest last.
    pub fn published(&self) -> Vec<Value> {
        self.shared.lock().ring.jwks()
    }

    /// A name that belongs to this run alone.
    pub fn name(&self, stem: &str) -> String {
        self.shared.lock().ring.name(stem)
    }

    /// A text of a scene with the provider's addresses in it.
    pub fn fill(&self, text: &str) -> String {
        self.shared.lock().place.fill(text)
    }

    /// Now, in the record.
    pub fn mark(&self) -> Mark {
        self.front.record().mark()
    }

    /// What was asked after a mark.
    pub fn requests_since(&self, mark: Mark) -> Delta {
        self.front.record().since(mark)
    }

    /// What the canary saw: it has to be nothing.
    pub fn canary(&self) -> &Record {
        self.canary.record()
    }

    /// When it started; times are told from here.
    pub fn started(&self) -> Instant {
        self.started
    }
}

#[cfg(test)]
mod flow_tests;
#[cfg(test)]
mod tests;
