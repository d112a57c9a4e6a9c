//! Reads the checks of a report.
//!
//! A release has hundreds of thousands of checks with some twenty keys each, and to find out which
//! key a name is costs more than its value. A reporter writes them in one order: each name is
//! first held against the one that should come next, and only then against all of them. In any
//! other order they are read as well. What a check is condensed to is made at once.

use super::seen::Text;
use crate::model::check::{CheckClass, Severity};
use crate::model::facts::{Allowed, CheckFacts, Told};
use crate::model::place::Place;
use crate::model::verdict::Verdict;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A key of a check.
#[derive(Clone, Copy)]
enum Key {
    Id,
    Class,
    Severity,
    Verdict,
    Reason,
    Title,
    Wanted,
    Saw,
    Next,
    Unit,
    Current,
    Limit,
    Baseline,
    Ratio,
    Samples,
    Place,
    Waiver,
    /// One that decides nothing.
    Ignored,
}

macro_rules! keys {
    ($($at:literal $name:literal $key:ident,)*) => {
        /// The keys of a check, in the order in which a report has them.
        const KEYS: &[(&str, Key)] = &[$(($name, Key::$key),)*];

        /// Whether a name is that of the key at a place. Against a name that the compiler knows
        /// this is one comparison, and no call.
        fn is_key(at: usize, name: &str) -> bool {
            match at {
                $($at => name == $name,)*
                _ => false,
            }
        }
    };
}

keys! {
    0 "id" Id,
    1 "class" Class,
    2 "severity" Severity,
    3 "verdict" Verdict,
    4 "reason_code" Reason,
    5 "service" Ignored,
    6 "scenario" Ignored,
    7 "metric" Ignored,
    8 "title" Title,
    9 "wanted" Wanted,
    10 "saw" Saw,
    11 "when" Ignored,
    12 "next" Next,
    13 "unit" Unit,
    14 "current" Current,
    15 "limit" Limit,
    16 "baseline" Baseline,
    17 "ratio" Ratio,
    18 "samples" Samples,
    19 "place" Place,
    20 "source" Ignored,
    21 "waiver" Waiver,
}
/// How many of them every check has; the others may be left out.
const NEEDED: usize = 20;

/// All checks of a report.
///
/// # Errors
/// A key that is missing, unknown or there twice; a value of another kind.
pub(super) fn all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<CheckFacts>, D::Error> {
    deserializer.deserialize_seq(List)
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Vec<CheckFacts>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of checks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<CheckFacts>, A::Error> {
        let mut checks = Vec::new();
        while let Some(check) = list.next_element_seed(One)? {
            checks.push(check);
        }
        // A decision keeps all checks of all reports.
        checks.shrink_to_fit();
        Ok(checks)
    }
}

struct One;

impl<'de> DeserializeSeed<'de> for One {
    type Value = CheckFacts;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<CheckFacts, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = CheckFacts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a check")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CheckFacts, A::Error> {
        let mut read = Read::default();
        let mut next = 0;
        while let Some(at) = map.next_key_seed(Guess(next))? {
            read.value(at, &mut map)?;
            next = at + 1;
        }
        read.whole()
    }
}

/// Finds out which key a name is; the one that should come next is tried first.
struct Guess(usize);

impl<'de> DeserializeSeed<'de> for Guess {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Guess {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key of a check")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        if is_key(self.0, name) {
            return Ok(self.0);
        }
        let at = (0..KEYS.len()).find(|at| is_key(*at, name));
        at.ok_or_else(|| E::custom(format_args!("unknown field `{name:.80}` of a check")))
    }
}

/// What was read of a check so far.
#[derive(Default)]
struct Read<'a> {
    /// A bit for each key that was there.
    seen: u32,
    id: String,
    class: Option<CheckClass>,
    severity: Option<Severity>,
    verdict: Option<Verdict>,
    reason: Option<Text<'a>>,
    title: Option<Text<'a>>,
    wanted: Option<Text<'a>>,
    saw: Option<Text<'a>>,
    next: Option<Text<'a>>,
    unit: Option<Text<'a>>,
    current: Option<f64>,
    limit: Option<f64>,
    baseline: Option<SeenBaseline>,
    ratio: Option<f64>,
    samples: Option<u64>,
    place: Option<Place>,
    waiver: Option<Allowed>,
}

#[derive(Deserialize)]
struct SeenBaseline {
    value: f64,
}

impl<'de> Read<'de> {
    fn value<A: MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error> {
        let (name, key) = KEYS[at];
        if self.seen & (1 << at) != 0 {
            return Err(A::Error::duplicate_field(name));
        }
        self.seen |= 1 << at;
        match key {
            Key::Id => self.id = map.next_value::<Text<'_>>()?.owned(),
            Key::Class => self.class = Some(map.next_value()?),
            Key::Severity => self.severity = Some(map.next_value()?),
            Key::Verdict => self.verdict = Some(map.next_value()?),
            Key::Reason => self.reason = map.next_value()?,
            Key::Title => self.title = Some(map.next_value()?),
            Key::Wanted => self.wanted = Some(map.next_value()?),
            Key::Saw => self.saw = Some(map.next_value()?),
            Key::Next => self.next = map.next_value()?,
            Key::Unit => self.unit = map.next_value()?,
            Key::Current => self.current = map.next_value()?,
            Key::Limit => self.limit = map.next_value()?,
            Key::Baseline => self.baseline = map.next_value()?,
            Key::Ratio => self.ratio = map.next_value()?,
            Key::Samples => self.samples = map.next_value()?,
            Key::Place => self.place = map.next_value()?,
            Key::Waiver => self.waiver = map.next_value()?,
            Key::Ignored => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    /// The check, if every key was there that every check has.
    fn whole<E: Error>(self) -> Result<CheckFacts, E> {
        let missing = (!self.seen).trailing_zeros() as usize;
        let (Some(class), Some(severity), Some(verdict)) =
            (self.class, self.severity, self.verdict)
        else {
            return Err(E::missing_field(KEYS[missing.min(NEEDED)].0));
        };
        if missing < NEEDED {
            return Err(E::missing_field(KEYS[missing].0));
        }
        let text = |text: Option<Text<'_>>| text.map(Text::owned);
        // The words of what passed are never told again, but a rule may still close on it.
        let told = (verdict != Verdict::Pass).then(|| {
            Box::new(Told {
                title: text(self.title).unwrap_or_default(),
                wanted: text(self.wanted).unwrap_or_default(),
                saw: text(self.saw).unwrap_or_default(),
                next: text(self.next),
                unit: text(self.unit),
                place: self.place,
                allowed: self.waiver,
            })
        });
        Ok(CheckFacts {
            id: self.id,
            class,
            severity,
            verdict,
            reason: text(self.reason),
            current: self.current,
            limit: self.limit,
            baseline: self.baseline.map(|baseline| baseline.value),
            ratio: self.ratio,
            samples: self.samples,
            told,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Map, Value};

    const GOLDEN: &str = include_str!("../../tests/golden/report/fail.json");

    fn read(text: &str) -> Result<Vec<CheckFacts>, String> {
        all(&mut serde_json::Deserializer::from_str(text)).map_err(|error| error.to_string())
    }

    fn checks() -> Vec<Map<String, Value>> {
        let report: Value = serde_json::from_str(GOLDEN).unwrap();
        let checks = report["checks"].as_array().unwrap().iter();
        checks
            .map(|check| check.as_object().unwrap().clone())
            .collect()
    }

    fn written(checks: &[Vec<(String, Value)>]) -> String {
        let check = |keys: &Vec<(String, Value)>| {
            let keys = keys
                .iter()
                .map(|(key, value)| format!("\"{key}\": {value}"));
            format!("{{{}}}", keys.collect::<Vec<_>>().join(","))
        };
        let checks: Vec<String> = checks.iter().map(check).collect();
        format!("[{}]", checks.join(","))
    }

    /// The names and values of each check, turned around or not.
    fn ordered(turned: bool) -> Vec<Vec<(String, Value)>> {
        let keys = |check: Map<String, Value>| {
            let mut keys: Vec<_> = check.into_iter().collect();
            let place = |key: &str| KEYS.iter().position(|(name, _)| *name == key);
            keys.sort_by_key(|(key, _)| place(key));
            if turned {
                keys.reverse();
            }
            keys
        };
        checks().into_iter().map(keys).collect()
    }

    /// The order is a guess that only makes it faster, and nothing that is asked for.
    #[test]
    fn keys_are_read_in_any_order() {
        let straight = read(&written(&ordered(false))).unwrap();
        assert_eq!(straight.len(), checks().len());
        assert!(straight.iter().any(|check| check.told.is_some()));
        assert!(straight.iter().any(|check| check.told.is_none()));
        assert_eq!(read(&written(&ordered(true))).unwrap(), straight);
    }

    /// What a reporter writes is what is looked for, in the order that it is guessed in.
    #[test]
    fn the_keys_are_those_of_a_report() {
        let text = GOLDEN.split_once("\"checks\": [").unwrap().1;
        let mut from = 0;
        for (key, _) in &KEYS[..NEEDED] {
            let at = text[from..].find(&format!("\"{key}\":"));
            from += at.unwrap_or_else(|| panic!("`{key}` is not where it should be"));
        }
    }

    #[test]
    fn every_key_has_its_place() {
        for (at, (key, _)) in KEYS.iter().enumerate() {
            let places: Vec<usize> = (0..KEYS.len() + 1).filter(|at| is_key(*at, key)).collect();
            assert_eq!(places, [at]);
        }
    }

    #[test]
    fn each_key_is_there_once() {
        let good = ordered(false);
        for (at, (key, _)) in KEYS.iter().enumerate() {
            let mut without = good.clone();
            without[0].retain(|(name, _)| name != key);
            let read_without = read(&written(&without));
            match at < NEEDED {
                true => {
                    let why = read_without.unwrap_err();
                    assert!(why.contains(&format!("missing field `{key}`")), "{why}");
                }
                false => assert!(read_without.is_ok()),
            }
            let Some(one) = good[0].iter().find(|(name, _)| name == key).cloned() else {
                continue;
            };
            let mut twice = good.clone();
            twice[0].push(one);
            let why = read(&written(&twice)).unwrap_err();
            assert!(why.contains(&format!("duplicate field `{key}`")), "{why}");
        }
        let mut more = good;
        more[0].push(("verdicts".into(), Value::Null));
        let why = read(&written(&more)).unwrap_err();
        assert!(why.contains("unknown field `verdicts`"), "{why}");
    }
}
