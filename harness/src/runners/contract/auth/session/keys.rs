//! Scenes of the provider, the keys that it publishes, and that the target has read them.

use super::{SLACK, Session};
use crate::runners::contract::fake::identity_provider::{
    Claims, KeySet, RawDocument, Scene, named,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Between two looks at something that is waited for.
const LOOK: Duration = Duration::from_millis(20);

impl Session<'_> {
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
}
