//! AB-9: other methods and other spellings of the path lead to no protected body.

use super::super::ask::{Ask, Reply, Silence};
use super::super::case::{Expect, status_number};
use super::super::session::Session;
use crate::model::trial::{Fact, Saw, Trial, Want};
use crate::runners::contract::fake::identity_provider::{Claims, Signer};

const CHECK: &str = "AB-9";
const METHODS: [&str; 6] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"];
/// Bodies shorter than this may be the same by chance.
const TELLING: usize = 8;

/// A spelling of the path.
struct Spelling {
    name: &'static str,
    target: String,
    /// Whether it is the declared path itself.
    is_own: bool,
}

/// What only an accepted token gets.
struct Secret {
    subject: String,
    body: Vec<u8>,
}

/// Asks AB-9.
pub(super) async fn ask(session: &Session<'_>) {
    if !session.stage.asks(CHECK) {
        return;
    }
    let subject = format!("forged-{}", uuid::Uuid::new_v4().simple());
    let mint = |signer| {
        session.mint(Claims {
            subject: Some(subject.clone()),
            signer,
            ..Claims::default()
        })
    };
    let tokens = mint(None).and_then(|good| Ok((good, mint(Some(Signer::Unpublished))?)));
    let (good, forged) = match tokens {
        Ok(tokens) => tokens,
        Err(why) => return session.stage.inconclusive(CHECK, why),
    };
    let body = match session.with_token(&good).await {
        Ok(reply) if session.accepted(&reply) => reply.body,
        Ok(reply) => return unknown(session, &reply.status.to_string()),
        Err(silence) => return unknown(session, &silence.0),
    };
    let secret = Secret { subject, body };
    for spelling in spellings(&session.first().path) {
        for method in METHODS {
            if session.stage.stopped() || session.hangs() {
                return;
            }
            one(session, &spelling, method, &forged, &secret).await;
        }
    }
}

fn unknown(session: &Session<'_>, saw: &str) {
    let text = format!("the protected body is not known: a good token got {saw}");
    session.stage.inconclusive(CHECK, text);
}

/// The path as declared, and as others might route it.
fn spellings(path: &str) -> Vec<Spelling> {
    let (path, query) = path
        .split_once('?')
        .map_or((path, String::new()), |(path, query)| {
            (path, format!("?{query}"))
        });
    let at = |name, target: String| Spelling {
        name,
        target: target + &query,
        is_own: false,
    };
    let mut spellings = vec![
        Spelling {
            is_own: true,
            ..at("as declared", path.to_owned())
        },
        at("two slashes", format!("/{path}")),
        at("a slash behind", format!("{path}/")),
        at("a folder up", format!("/x/..{path}")),
        at("a folder that is none", format!("/.{path}")),
        at("upper case", path.to_uppercase()),
        at("a parameter", format!("{path};x")),
    ];
    // The first letter of the last segment, escaped: the same path for whoever decodes.
    let cut = path.rfind('/').map_or(0, |slash| slash + 1);
    if let Some(letter) = path.as_bytes().get(cut) {
        let rest = path.get(cut + 1..).unwrap_or_default();
        spellings.push(at(
            "a letter escaped",
            format!("{}%{letter:02x}{rest}", &path[..cut]),
        ));
    }
    spellings
}

async fn one(
    session: &Session<'_>,
    spelling: &Spelling,
    method: &str,
    forged: &str,
    secret: &Secret,
) {
    let mut ask = Ask::new(method, &spelling.target).bearer(forged);
    if matches!(method, "POST" | "PUT") {
        ask = ask.body("application/json", "{}");
    }
    let before = session.twin(None).await;
    let answer = session.send(&ask).await;
    let after = session.twin(None).await;
    session.stage.trial(Trial {
        check: CHECK.to_owned(),
        case: format!("{method}, {}", spelling.name),
        facts: facts(session, spelling, method, &answer, secret),
        twins: vec![before, after],
        curl: Some(session.curl(&ask)),
    });
}

fn facts(
    session: &Session<'_>,
    spelling: &Spelling,
    method: &str,
    answer: &Result<Reply, Silence>,
    secret: &Secret,
) -> Vec<Fact> {
    // OPTIONS may be answered for what it says about methods (RFC 9110, section 9.3.7).
    let first = match (spelling.is_own, method) {
        (true, "OPTIONS") | (false, _) => not_5xx(answer),
        (true, _) => session.expected(&Expect::ClientError, answer),
    };
    let Ok(reply) = answer else {
        return vec![first];
    };
    let same = reply.body.len() >= TELLING && reply.body == secret.body;
    let told = reply.text().contains(&secret.subject);
    let saw = match (same, told) {
        (true, _) => "the body that a good token gets",
        (_, true) => "a body with the token's subject",
        _ => "another body",
    };
    vec![
        first,
        Fact::holds("body", "never the protected one", !same && !told, saw),
    ]
}

fn not_5xx(answer: &Result<Reply, Silence>) -> Fact {
    let want = Want::Number {
        at_least: None,
        at_most: Some(499.0),
        unit: String::new(),
    };
    let saw = match answer {
        // A method that a server does not know at all.
        Ok(reply) if reply.status == 501 => Saw::Number(405.0),
        _ => status_number(answer),
    };
    Fact::new("status", want, saw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_another_one() {
        let spellings = spellings("/api/me?x=1");
        let mut targets: Vec<&str> = spellings.iter().map(|one| &*one.target).collect();
        assert_eq!(targets[0], "/api/me?x=1");
        assert!(targets.contains(&"/api/%6de?x=1"), "{targets:?}");
        assert!(targets.contains(&"/x/../api/me?x=1"), "{targets:?}");
        targets.sort_unstable();
        targets.dedup();
        assert_eq!(targets.len(), 8);
    }
}
