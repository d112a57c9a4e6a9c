//! `kid` is a name and nothing else: HD-7, HD-8, HD-9 and HD-12.

use super::super::case::{Expect, Made, refused};
use super::super::session::Session;
use crate::model::trial::auth::NoKid;
use crate::model::trial::{Fact, Saw};
use crate::runners::contract::fake::keys::Key;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PLACES: [&str; 6] = [
    "../../dev/null",
    "../../../../../../dev/null",
    "' UNION SELECT '1",
    "|sleep 10",
    "$(sleep 10)",
    "/proc/self/environ",
];
/// What a lookup that finds nothing, or `1`, would be keyed with.
const FOUND: [&str; 2] = ["", "1"];
const SECOND: Duration = Duration::from_secs(1);
/// How long a log line may take, and how long after it another one may come.
const LOGGED: Duration = Duration::from_secs(1);
const SETTLED: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_millis(20);

/// HD-7.
pub(super) fn places(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let mut cases = Vec::new();
    for place in PLACES {
        let named = draft.clone().header("kid", place);
        for secret in FOUND {
            let key = Key::Secret(secret.as_bytes().to_vec());
            let keyed = named
                .clone()
                .by(key, Algorithm::HS256)
                .alg(Algorithm::HS256);
            let name = format!("`{place}`, HS256 with `{secret}`");
            cases.push(refused(session, "HD-7", name, &keyed.sign()?).within(SECOND));
        }
        let token = named.sign()?;
        cases.push(refused(session, "HD-7", format!("`{place}`"), &token).within(SECOND));
    }
    Ok(cases)
}

/// HD-8.
pub(super) async fn logged(session: &Session<'_>) {
    const CHECK: &str = "HD-8";
    if !session.stage.asks(CHECK) {
        return;
    }
    session
        .put_made(CHECK, || {
            let draft = session.first_draft()?.header("kid", "k".repeat(100 * 1024));
            let case = refused(session, CHECK, "100 KiB", &draft.sign()?);
            Ok(vec![case.expect(Expect::ClientError)])
        })
        .await;
    let marker = uuid::Uuid::new_v4().simple().to_string();
    let kid = format!(
        "k-{marker}\r\n{{\"level\":\"INFO\",\"message\":\"root signed in {marker}\"}}\r\n\u{1b}[31m"
    );
    let token = session
        .first_draft()
        .and_then(|draft| draft.header("kid", kid).sign());
    let token = match token {
        Ok(token) => token,
        Err(why) => return session.stage.inconclusive(CHECK, why),
    };
    let Some(before) = session.log().map(|log| log.len()) else {
        let why = "the target is attached without `log_file`: nobody can see what it logs";
        return session.stage.inconclusive(CHECK, why);
    };
    session
        .framed(
            CHECK,
            "line ends, an escape and a line of its own",
            None,
            async {
                let answer = session.with_token(&token).await;
                let mut facts = vec![session.expected(&Expect::ClientError, &answer)];
                let log = settled(session, before, &marker).await;
                facts.extend(lines(&log, &marker));
                facts.extend(written(session));
                facts
            },
        )
        .await;
}

/// What was logged since, once the marker is there and some time is over, or it does not come.
async fn settled(session: &Session<'_>, before: usize, marker: &str) -> String {
    let since = || {
        let log = session.log().unwrap_or_default();
        // A log that was cut meanwhile is looked at as a whole.
        log.get(before..).unwrap_or(&log).to_owned()
    };
    let deadline = Instant::now() + LOGGED;
    while !since().contains(marker) && Instant::now() < deadline {
        tokio::time::sleep(LOOK).await;
    }
    tokio::time::sleep(SETTLED).await;
    since()
}

/// A log that is empty after all that was refused is no evidence of anything.
fn written(session: &Session<'_>) -> Option<Fact> {
    let empty = session.log().is_none_or(|log| log.trim().is_empty());
    let saw = Saw::Unknown("the target has logged nothing at all".to_owned());
    empty.then(|| Fact::one_of("log", ["something"], saw))
}

fn lines(log: &str, marker: &str) -> Vec<Fact> {
    let with = log.lines().filter(|line| line.contains(marker)).count();
    let own = log.lines().any(|line| {
        line.trim_start()
            .starts_with(r#"{"level":"INFO","message":"root"#)
    });
    let raw = log.contains('\u{1b}');
    vec![
        Fact::number(
            "log lines with the name",
            (None, Some(1.0)),
            "",
            Saw::Number(with as f64),
        ),
        Fact::holds("forged log line", "there is none", !own, format!("{own}")),
        Fact::holds(
            "escape characters in the log",
            "there is none",
            !raw,
            format!("{raw}"),
        ),
    ]
}

/// HD-9.
pub(super) fn no_text(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let values = [
        json!(1),
        Value::Null,
        json!([]),
        json!({}),
        json!(true),
        json!(["x"]),
    ];
    let case = |value: Value| {
        let name = value.to_string();
        let token = draft.clone().header("kid", value).sign()?;
        Ok(refused(session, "HD-9", name, &token))
    };
    values.into_iter().map(case).collect()
}

/// HD-12.
pub(super) async fn absent(session: &Session<'_>) {
    const CHECK: &str = "HD-12";
    if !session.stage.asks(CHECK) {
        return;
    }
    let Some(declared) = session.plan.keys.no_kid else {
        return session
            .stage
            .not_run(CHECK, "the target does not declare `keys.no_kid`");
    };
    for (several, name) in [(true, "several keys"), (false, "one key")] {
        if let Err(why) = publish(session, several).await {
            session.stage.inconclusive(CHECK, why);
            break;
        }
        let expect = match (declared, several) {
            (NoKid::EveryKey, _) | (NoKid::OnlyKey, false) => Expect::Accepted,
            _ => Expect::Rejected,
        };
        let make = || {
            let token = session.first_draft()?.without_header("kid").sign()?;
            Ok(vec![refused(session, CHECK, name, &token).expect(expect)])
        };
        session.put_made(CHECK, make).await;
    }
    if let Err(why) = session.play("steady").await {
        session.note(format!(
            "the usual keys could not be published again: {why}"
        ));
    }
    if let Err(why) = session.refresh().await {
        session.note(why);
    }
}

/// One key, or that one with another behind it.
async fn publish(session: &Session<'_>, several: bool) -> Result<(), String> {
    let word = &session.plan.algorithms[0];
    let key = session
        .idp
        .key(word)
        .ok_or_else(|| format!("no key for {word}"))?;
    let mut keys = vec![key.jwk()];
    if several {
        let mut other = session.idp.foreign_key(word).ok_or("no other key")?;
        other.kid = session.idp.name("another");
        keys.push(other.jwk());
    }
    session
        .publish_document(&json!({ "keys": keys }).to_string())
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(log: &str) -> bool {
        let facts = lines(log, "m");
        let number = matches!(facts[0].saw, Saw::Number(n) if n <= 1.0);
        number
            && facts[1..]
                .iter()
                .all(|fact| matches!(fact.saw, Saw::Held(true, _)))
    }

    #[test]
    fn one_escaped_line_is_fine_and_a_forged_one_is_not() {
        assert!(held("{\"kid\":\"k-m\\r\\n{\\\"level\\\":\\\"INFO\\\"\"}\n"));
        assert!(held(""));
        assert!(!held(
            "kid=k-m\r\n{\"level\":\"INFO\",\"message\":\"root signed in m\"}\r\n"
        ));
        assert!(!held("kid=\u{1b}[31m\n"));
    }
}
