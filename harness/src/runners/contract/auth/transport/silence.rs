//! AB-12: a refusal tells nothing but that it is one.

use super::super::case::Expect;
use super::super::session::Session;
use super::credentials;
use crate::model::trial::Fact;

const CHECK: &str = "AB-12";
/// What stack traces, keys and paths look like, in lower case.
const TELLTALE: [&str; 14] = [
    "traceback (most recent",
    "panicked at",
    "stack backtrace",
    "stacktrace",
    "exception in thread",
    "\tat ",
    "\n    at ",
    "begin public key",
    "begin rsa",
    "private key",
    "/src/",
    "/usr/",
    "/home/",
    "node_modules",
];

/// Asks AB-12.
pub(super) async fn ask(session: &Session<'_>) {
    if !session.stage.asks(CHECK) {
        return;
    }
    let forged = match credentials::pair(session) {
        Ok((_, forged)) => forged,
        Err(why) => return session.stage.inconclusive(CHECK, why),
    };
    let expired = session
        .first_draft()
        .and_then(|draft| draft.claim("exp", 1).sign());
    let expired = match expired {
        Ok(token) => token,
        Err(why) => return session.stage.inconclusive(CHECK, why),
    };
    for (name, token) in [
        ("a forged token", forged),
        ("an expired token", expired),
        ("no token at all", "abc.def.ghi".to_owned()),
    ] {
        session
            .framed(CHECK, name, None, async {
                let answer = session.with_token(&token).await;
                let mut facts = vec![session.expected(&Expect::Rejected, &answer)];
                if let Ok(reply) = &answer {
                    let text = reply.everything();
                    facts.push(tells_nothing(&text, &token));
                    facts.push(says_invalid(reply.values("www-authenticate")));
                }
                facts
            })
            .await;
    }
}

fn tells_nothing(text: &str, token: &str) -> Fact {
    let lower = text.to_ascii_lowercase();
    // Short parts of a token that is none stand in many texts.
    let mut parts = token.split('.').filter(|part| part.len() > 16);
    let part = parts.find(|part| text.contains(*part));
    let found = TELLTALE.iter().copied().find(|word| lower.contains(word));
    let wanted = "no stack trace, key, path or part of the token";
    let (held, saw) = match (part, found) {
        (Some(_), _) => (false, "a part of the token".to_owned()),
        (_, Some(word)) => (false, format!("`{}`", word.trim())),
        _ => (true, "none of it".to_owned()),
    };
    Fact::holds("head and body", wanted, held, saw)
}

fn says_invalid<'a>(challenges: impl Iterator<Item = &'a str>) -> Fact {
    let all: Vec<&str> = challenges.collect();
    let all = all.join(", ");
    let held = all.contains("error=\"invalid_token\"");
    Fact::holds("challenge", "error=\"invalid_token\"", held, all).should()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trial::Saw;

    #[test]
    fn what_tells_too_much_is_found() {
        let held = |text: &str| match tells_nothing(text, "aaaaaaaaaaaaaaaaaaaa.b.c").saw {
            Saw::Held(held, _) => held,
            _ => false,
        };
        assert!(held("{\"error\":\"invalid_token\"}"));
        assert!(!held("token aaaaaaaaaaaaaaaaaaaa is bad"));
        assert!(!held("thread 'main' panicked at src/x.rs"));
        assert!(!held("-----BEGIN PUBLIC KEY-----"));
    }
}
