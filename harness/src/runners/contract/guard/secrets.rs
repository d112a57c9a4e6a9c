//! Secrets that must stand nowhere: not in the output, the metrics, a route or an error.

use super::Guard;
use super::start::{Changes, Start, settled};
use super::switch::{not_up, trial};
use super::unknown;
use crate::model::trial::launch::Launched;
use crate::model::trial::{Fact, Trial, Want};
use crate::runners::contract::fake::identity_provider::Claims;
use serde_json::json;

/// A part of a token shorter than this may stand in a text by chance.
const SHORTEST: usize = 20;

/// Something that must stand nowhere.
#[derive(Debug, Clone)]
struct Secret {
    /// What it is, for people.
    what: String,
    /// Its text.
    text: String,
}

impl Guard<'_> {
    /// `CF-12`: canaries in variables, files and tokens are put in, and looked for everywhere.
    pub(super) async fn no_secret_anywhere(&self) -> Vec<Trial> {
        if self.stage.stopped() {
            return Vec::new();
        }
        let mut trial = trial(
            "CF-12",
            "canaries in variables, files and tokens".to_owned(),
        );
        let (changes, mut secrets) = match self.canaries() {
            Ok(made) => made,
            Err(why) => {
                let wanted = Want::Holds("a canary can be written".to_owned());
                trial.facts = vec![Fact::new("canaries", wanted, unknown(why))];
                return vec![trial];
            }
        };
        match self.start(&changes).await {
            Start::Up(launched) => {
                let places = self.provoke(launched.as_ref(), &mut secrets).await;
                trial.facts = places
                    .iter()
                    .map(|(place, text)| searched(place, text, &secrets))
                    .collect();
                launched.stop().await;
            }
            other => trial.facts = vec![not_up("canaries", other).await],
        }
        vec![trial]
    }

    fn canaries(&self) -> std::io::Result<(Changes, Vec<Secret>)> {
        let mut changes = Changes::new();
        let mut secrets = Vec::new();
        let wanted = &self.plan.secrets;
        for variable in &wanted.variables {
            let text = canary();
            changes.insert(variable.clone(), Some(text.clone()));
            let what = format!("the value of {variable}");
            secrets.push(Secret { what, text });
        }
        let folder = self.stage.folder.join("canaries");
        for variable in &wanted.files {
            std::fs::create_dir_all(&folder)?;
            let text = canary();
            // Absolute: the target may be at home in another folder.
            let path = std::path::absolute(folder.join(variable))?;
            std::fs::write(&path, &text)?;
            changes.insert(variable.clone(), Some(path.display().to_string()));
            let what = format!("the content of the file of {variable}");
            secrets.push(Secret { what, text });
        }
        Ok((changes, secrets))
    }

    /// Sends good and bad tokens, and answers every text in which a secret could stand.
    async fn provoke(
        &self,
        launched: &dyn Launched,
        secrets: &mut Vec<Secret>,
    ) -> Vec<(String, String)> {
        let url = launched.url();
        let mark = canary();
        secrets.push(Secret {
            what: "a claim of a token".to_owned(),
            text: mark.clone(),
        });
        let email = [("email", json!(mark))];
        let expired = [("email", json!(mark)), ("exp", json!(1_000_000_000))];
        let good = Claims {
            claims: email
                .iter()
                .map(|(k, v)| ((*k).to_owned(), v.clone()))
                .collect(),
            ..Claims::default()
        };
        let mut places = Vec::new();
        for (what, token) in [
            ("a good token", self.token(&self.provider, good)),
            ("a forged token", self.forged(&email)),
            ("an expired token", self.forged(&expired)),
        ] {
            let Ok(token) = token else { continue };
            let answer = self.ask(url, &token).await;
            // The answer to a good token may show its claims: that is what it is for.
            if answer.status.as_ref().is_ok_and(|status| *status >= 400) {
                places.push((format!("the answer to {what}"), answer.text));
            }
            secrets.extend(parts(what, &token));
        }
        let metrics = self.stage.plan.target.metrics_path.iter();
        for path in metrics.chain(&self.plan.secrets.routes) {
            places.push((format!("GET {path}"), self.read(url, path).await.text));
        }
        places.push(("output".to_owned(), settled(launched).await));
        places
    }
}

fn canary() -> String {
    format!("canary-{}", uuid::Uuid::new_v4().simple())
}

/// Payload and signature of a token; its header is no secret.
fn parts(what: &str, token: &str) -> Vec<Secret> {
    let parts = token.split('.').skip(1).zip(["payload", "signature"]);
    let parts = parts.filter(|(text, _)| text.len() >= SHORTEST);
    parts
        .map(|(text, part)| Secret {
            what: format!("the {part} of {what}"),
            text: text.to_owned(),
        })
        .collect()
}

fn searched(place: &str, text: &str, secrets: &[Secret]) -> Fact {
    let found = secrets.iter().filter(|secret| text.contains(&secret.text));
    let found: Vec<&str> = found.map(|secret| secret.what.as_str()).collect();
    let wanted = format!("holds none of {} secrets", secrets.len());
    let saw = match found.is_empty() {
        true => format!("{} characters without one", text.chars().count()),
        false => format!("it holds {}", found.join(", ")),
    };
    Fact::holds(place, &wanted, found.is_empty(), saw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_leaks_is_named_and_not_shown() {
        let secret = Secret {
            what: "the value of TOKEN".to_owned(),
            text: "canary-1".to_owned(),
        };
        let fact = searched("output", "it is canary-1", std::slice::from_ref(&secret));
        let text = format!("{:?}", fact.saw);
        assert!(
            text.contains("the value of TOKEN") && !text.contains("canary-1"),
            "{text}"
        );
        let clean = searched("output", "nothing", &[secret]);
        assert!(format!("{:?}", clean.saw).starts_with("Held(true"));
        assert_eq!(parts("x", "a.bbbbbbbbbbbbbbbbbbbbbbbb.c").len(), 1);
    }
}
