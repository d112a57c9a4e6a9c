//! The scenes that have a name. `name:parameter` narrows one down, `@route+route` says where it plays.

use super::ring::KeyChange;
use super::scene::{
    Fault, KeySet, KeysPath, RawDocument, RedirectTo, Route, Scene, SceneError, Signer, StatusFault,
};
use serde_json::{Map, Value, json};

/// How fast a body drips, in milliseconds an octet.
const DRIP_MS: u64 = 1_000;
/// Keys of `huge`, octets of `huge:octets`, and what `huge:packed` unpacks to.
const HUGE_KEYS: usize = 10_000;
const HUGE_OCTETS: usize = 5 * 1024 * 1024;
const HUGE_PACKED: usize = 32 * 1024 * 1024;

/// A name, the parameters that it takes (the first one is the default), and what it is.
type Named = (&'static str, &'static [&'static str], &'static str);

/// Every name.
pub const NAMES: &[Named] = &[
    ("steady", &[], "no fault; the keys stay as they are"),
    (
        "cold",
        &[],
        "no fault; new keys under names that nobody has seen",
    ),
    (
        "rotate-add",
        &[],
        "new keys beside the old ones; the new ones sign",
    ),
    ("rotate-remove", &[], "the old keys are withdrawn"),
    (
        "rotate-in-place",
        &[],
        "new keys under the names of the old ones",
    ),
    ("rotate-before-sign", &[], "new keys before every signature"),
    (
        "outage",
        OUTAGES,
        "everything fails, in the way of the parameter",
    ),
    ("flaky", &["1"], "the first k requests for keys get 503"),
    (
        "slow",
        &["1000"],
        "discovery and keys take so many milliseconds",
    ),
    (
        "huge",
        &["keys", "octets", "packed"],
        "the keys stand behind 10 000 others, in 5 MiB, or in 32 MiB that are packed",
    ),
    ("garbage", GARBAGE, "what comes with 200 is no set of keys"),
    ("empty-set", &[], "a set without keys"),
    (
        "redirect",
        REDIRECTS,
        "the request for keys is sent elsewhere",
    ),
    (
        "mixed-set",
        &[],
        "the keys stand among ones that a client must skip",
    ),
    ("dup-kid", &[], "every name stands for two keys"),
    (
        "issuer-mismatch",
        &[],
        "the discovery document names another issuer",
    ),
    ("jwks-moved", &[], "the keys are in another place"),
    (
        "second-idp",
        &[],
        "tokens come from a second provider, with a key of the same name",
    ),
    (
        "canary",
        &[],
        "tokens point to the canary, whose key signs them",
    ),
];

const OUTAGES: &[&str] = &[
    "503",
    "500",
    "502",
    "504",
    "404",
    "429",
    "refused",
    "reset",
    "eof",
    "half",
    "drip",
    "silent",
    "endless-head",
];
const GARBAGE: &[&str] = &["html", "truncated", "null", "no-keys", "object", "octets"];
const REDIRECTS: &[&str] = &["http", "other-host", "loop", "file"];

/// Every name that can be asked for, with its parameters.
pub fn names() -> Vec<String> {
    let with = |(name, parameters, _): &Named| match *parameters {
        [] => vec![(*name).to_owned()],
        parameters => parameters
            .iter()
            .map(|one| format!("{name}:{one}"))
            .collect(),
    };
    NAMES.iter().flat_map(with).collect()
}

/// The scene of a name.
///
/// # Errors
/// No scene has the name, or its parameter makes no sense.
pub fn named(text: &str) -> Result<Scene, SceneError> {
    let (main, places) = text
        .split_once('@')
        .map_or((text, None), |(a, b)| (a, Some(b)));
    let (name, parameter) = main.split_once(':').map_or((main, ""), |(a, b)| (a, b));
    let entry = NAMES.iter().find(|(known, _, _)| *known == name);
    let Some((_, parameters, meaning)) = entry else {
        return Err(SceneError::Unknown {
            name: text.to_owned(),
            known: names(),
        });
    };
    let wrong = |wanted: String| SceneError::Parameter {
        name: text.to_owned(),
        why: wanted,
    };
    if parameters.is_empty() && main.contains(':') {
        return Err(wrong(format!("`{name}` takes no parameter")));
    }
    let word = if parameter.is_empty() {
        parameters.first().copied().unwrap_or_default()
    } else {
        parameter
    };
    let mut scene = of(name, word).ok_or_else(|| {
        let known = parameters.join(", ");
        wrong(format!("`{word}` is not known; known are {known}"))
    })?;
    scene.name = text.to_owned();
    scene.meaning = (*meaning).to_owned();
    if let Some(places) = places {
        scene.at = routes(places).ok_or_else(|| {
            wrong("routes are discovery, keys, authorize, token, end_session, joined by `+`".into())
        })?;
    }
    scene.check()?;
    Ok(scene)
}

fn routes(text: &str) -> Option<Vec<Route>> {
    let parse = |word: &str| serde_json::from_value(json!(word)).ok();
    text.split('+').map(parse).collect()
}

/// `None` where the parameter makes no sense.
fn of(name: &str, word: &str) -> Option<Scene> {
    let still = Scene::default();
    Some(match name {
        "cold" => turned(KeyChange::Fresh),
        "rotate-add" => turned(KeyChange::Add),
        "rotate-remove" => turned(KeyChange::Remove),
        "rotate-in-place" => turned(KeyChange::InPlace),
        "rotate-before-sign" => Scene {
            before_sign: KeyChange::Add,
            ..still
        },
        "outage" => Scene {
            fault: Some(outage(word)?),
            ..still
        },
        "flaky" => Scene {
            fault: Some(status(503)),
            at: vec![Route::Keys],
            first: Some(word.parse().ok()?),
            ..still
        },
        "slow" => Scene {
            delay_ms: word.parse().ok()?,
            at: vec![Route::Discovery, Route::Keys],
            ..still
        },
        "huge" => set(match word {
            "keys" => KeySet::Many(HUGE_KEYS),
            "octets" => KeySet::Padded(HUGE_OCTETS),
            "packed" => KeySet::Packed(HUGE_PACKED),
            _ => return None,
        }),
        "garbage" => garbage(word)?,
        "empty-set" => set(KeySet::Empty),
        "redirect" => Scene {
            fault: Some(Fault::Redirect(redirect(word)?)),
            at: vec![Route::Keys],
            ..still
        },
        "mixed-set" => set(KeySet::Mixed),
        "dup-kid" => set(KeySet::DuplicateKid),
        "issuer-mismatch" => Scene {
            discovery: members(json!({"issuer": "{issuer}/"})),
            ..still
        },
        "jwks-moved" => Scene {
            keys_path: KeysPath("/keys/moved".to_owned()),
            ..still
        },
        "second-idp" => Scene {
            signer: Signer::Second,
            ..still
        },
        "canary" => Scene {
            signer: Signer::Canary,
            token_header: members(json!({"jku": "{canary}/keys", "x5u": "{canary}/certificates"})),
            ..still
        },
        _ => still,
    })
}

fn turned(keys: KeyChange) -> Scene {
    Scene {
        keys,
        ..Scene::default()
    }
}

fn set(key_set: KeySet) -> Scene {
    Scene {
        key_set,
        ..Scene::default()
    }
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn status(code: u16) -> Fault {
    Fault::Status(StatusFault {
        code,
        retry_after_seconds: None,
    })
}

fn outage(word: &str) -> Option<Fault> {
    Some(match word {
        "refused" => Fault::Refused,
        "reset" => Fault::Reset,
        "eof" => Fault::Eof,
        "half" => Fault::Half,
        "drip" => Fault::Drip(DRIP_MS),
        "endless-head" => Fault::EndlessHead(DRIP_MS),
        "silent" => Fault::Silent,
        "500" | "502" | "503" | "504" | "404" => status(word.parse().ok()?),
        // `429:5` asks for five seconds.
        limited => {
            let seconds = match limited.strip_prefix("429")? {
                "" => 1,
                rest => rest.strip_prefix(':')?.parse().ok()?,
            };
            Fault::Status(StatusFault {
                code: 429,
                retry_after_seconds: Some(seconds),
            })
        }
    })
}

fn redirect(word: &str) -> Option<RedirectTo> {
    Some(match word {
        "http" => RedirectTo::Http,
        "other-host" => RedirectTo::OtherHost,
        "loop" => RedirectTo::Loop,
        "file" => RedirectTo::File,
        _ => return None,
    })
}

fn garbage(word: &str) -> Option<Scene> {
    let (content_type, body) = match word {
        "html" => (
            "text/html",
            "<!doctype html><title>Sign in</title><p>Please sign in",
        ),
        "truncated" => (
            "application/json",
            "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB",
        ),
        "null" => ("application/json", "null"),
        "no-keys" => ("application/json", "{}"),
        "object" => ("application/json", "{\"keys\":{}}"),
        "octets" => {
            return Some(Scene {
                fault: Some(Fault::NotHttp),
                at: vec![Route::Keys],
                ..Scene::default()
            });
        }
        _ => return None,
    };
    Some(set(KeySet::Raw(RawDocument {
        content_type: content_type.to_owned(),
        body: body.to_owned(),
    })))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_name_is_a_scene_of_its_own_that_survives_json() {
        let mut seen: Vec<Scene> = Vec::new();
        for name in names() {
            let scene = named(&name).unwrap();
            let text = serde_json::to_string(&scene).unwrap();
            assert_eq!(
                serde_json::from_str::<Scene>(&text).unwrap(),
                scene,
                "{name}"
            );
            let mut bare = scene.clone();
            (bare.name, bare.meaning) = (String::new(), String::new());
            assert!(!seen.contains(&bare), "{name} does what another does");
            assert!(
                name == "steady" || bare != Scene::default(),
                "{name} does nothing"
            );
            seen.push(bare);
        }
        assert_eq!(seen.len(), 41);
    }

    #[test]
    fn parameters_and_places_narrow_a_scene_down() {
        let flaky = named("flaky:3").unwrap();
        assert_eq!((flaky.first, flaky.at), (Some(3), vec![Route::Keys]));
        let limited = named("outage:429:5@keys+discovery").unwrap();
        assert_eq!(limited.at, [Route::Keys, Route::Discovery]);
        let Some(Fault::Status(status)) = limited.fault else {
            panic!("{limited:?}")
        };
        assert_eq!((status.code, status.retry_after_seconds), (429, Some(5)));
        assert_eq!(
            named("outage").unwrap().fault,
            named("outage:503").unwrap().fault
        );
        assert_eq!(named("slow:20").unwrap().delay_ms, 20);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let cases = [
            ("sunny", "no scene named `sunny`"),
            ("outage:501", "`501` is not known; known are 503, 500"),
            ("flaky:many", "`many` is not known"),
            ("steady:very", "`steady` takes no parameter"),
            ("outage:eof@door", "routes are discovery, keys"),
            ("outage:refused@keys", "`refused` is for the whole port"),
        ];
        for (name, wanted) in cases {
            let error = named(name).unwrap_err().to_string();
            assert!(error.contains(wanted), "{name}: {error}");
        }
    }

    #[test]
    fn a_scene_that_contradicts_itself_is_not_played() {
        let cases = [
            json!({"first": 2}),
            json!({"fault": {"status": {"code": 200}}}),
            json!({"keys_path": "/elsewhere"}),
            json!({"key_set_fields": {"a b": "c"}}),
            json!({"key_set_fields": {"a": "c\n"}}),
        ];
        for text in cases {
            let scene: Scene = serde_json::from_value(text.clone()).unwrap();
            assert!(scene.check().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Scene>(r#"{"fautl": "eof"}"#).is_err());
    }
}
