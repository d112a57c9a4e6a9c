//! The two validations of the ledger: what is stored, and what had its effect.

use super::ledger::{Class, Findings, Meaning, StoreFindings};
use super::scene::Scene;
use crate::judge::outcome::Outcome;
use crate::judge::words;
use crate::model::chaos::{DuplicatePolicy, Store};
use crate::model::verdict::Verdict;

/// Classes in the order in which one names the cause of a failure best.
const CAUSES: [Class; 10] = [
    Class::MarkBeforePublish,
    Class::PositionSkip,
    Class::Torn,
    Class::LostRelay,
    Class::PhantomEvent,
    Class::LostSource,
    Class::Lost,
    Class::Phantom,
    Class::Unexpected,
    Class::Reordered,
];
/// Names that are told of each class.
const TOLD: usize = 3;

/// Stores that the plan says how to read.
pub(super) fn described(scene: &Scene<'_>) -> Vec<Store> {
    let Some(events) = scene.plan.system.events.as_ref() else {
        return Vec::new();
    };
    let all = [
        (Store::Business, events.business_query.is_some()),
        (Store::Outbox, events.outbox_query.is_some()),
        (Store::Stream, scene.plan.system.nats.is_some()),
        (Store::Effects, events.effects_query.is_some()),
    ];
    all.into_iter()
        .filter(|(_, is)| *is)
        .map(|(store, _)| store)
        .collect()
}

/// Everything acknowledged is stored: business row, outbox row, stream.
pub(super) fn data(scene: &Scene<'_>) -> Outcome {
    let mut stores = described(scene);
    stores.retain(|store| *store != Store::Effects);
    judged(scene, &stores, None)
}

/// Everything acknowledged had its effect; copies stay within the policy.
pub(super) fn events(scene: &Scene<'_>, duplicates: DuplicatePolicy) -> Outcome {
    let mut stores = described(scene);
    stores.retain(|store| *store != Store::Business);
    let outcome = judged(scene, &stores, Some(duplicates));
    if stores.contains(&Store::Effects) || outcome.verdict != Verdict::Pass {
        return outcome;
    }
    Outcome {
        saw: format!(
            "{}; effects cannot be read here, so this is the stream",
            outcome.saw
        ),
        ..outcome
    }
}

/// A certain loss is a failure whatever else is unknown; what is unknown is told beside it.
fn judged(scene: &Scene<'_>, stores: &[Store], duplicates: Option<DuplicatePolicy>) -> Outcome {
    let findings = scene.ledger();
    if findings.acked == 0 {
        let text = format!(
            "{} attempted, none acknowledged",
            words::counted(findings.attempted, "event")
        );
        return Outcome::error("NO_EVENTS", text).next("give the scenario a load of events");
    }
    if !stores
        .iter()
        .any(|s| matches!(s, Store::Stream | Store::Effects | Store::Business))
    {
        let text = "the plan does not say where events can be found";
        return Outcome::error("NOT_EXECUTED", text).next("write the queries of `system.events`");
    }
    let unknown = unknown(scene, findings, stores);
    let broken = broken(findings, stores);
    let copies = duplicates.and_then(|policy| too_many(findings, stores, policy));
    let samples = findings.acked;
    let outcome = match (broken, copies) {
        (Some((class, told)), copies) => {
            let copies = copies.map_or(String::new(), |(_, told)| format!("; {told}"));
            Outcome::fail(class.code(), with(format!("{told}{copies}"), &unknown))
        }
        (None, Some((class, told))) => Outcome::fail(class.code(), with(told, &unknown)),
        (None, None) if !unknown.is_empty() => {
            let next = "a longer wait after the heal, then run the scenario again";
            Outcome::error("LEDGER_INCOMPLETE", unknown.join("; ")).next(next)
        }
        (None, None) => Outcome::pass(sound(findings, stores)),
    };
    outcome.measured(0.0, samples)
}

fn with(told: String, unknown: &[String]) -> String {
    match unknown {
        [] => told,
        unknown => format!("{told}; not known: {}", unknown.join("; ")),
    }
}

/// Everything for which a store cannot be believed.
fn unknown(scene: &Scene<'_>, findings: &Findings, stores: &[Store]) -> Vec<String> {
    let mut told = Vec::new();
    for store in stores {
        let word = store.word();
        match findings.stores.get(store) {
            None => told.push(unread(scene, *store)),
            Some(seen) if !seen.whole => told.push(unread(scene, *store)),
            Some(seen) => told.extend(seen.of(Meaning::Unknown).map(|(class, named)| {
                format!("{word}: {}", class_told(class, named.count, &named.names))
            })),
        }
    }
    told
}

fn unread(scene: &Scene<'_>, store: Store) -> String {
    let word = store.word();
    let mut failed = scene.unread.iter().rev();
    match failed.find(|(name, _)| *name == word) {
        Some((_, reason)) => format!("{word} could not be read: {reason}"),
        None => format!("{word} was not read to its end"),
    }
}

/// All that is certainly broken, and the class that names the cause best.
fn broken(findings: &Findings, stores: &[Store]) -> Option<(Class, String)> {
    let mut told = Vec::new();
    let mut worst: Option<Class> = None;
    for class in CAUSES {
        for (store, seen) in of(findings, stores) {
            let Some(named) = seen.classes.get(&class) else {
                continue;
            };
            worst = worst.or(Some(class));
            let mut text = class_told(class, named.count, &named.names);
            if matches!(class, Class::Lost | Class::LostSource) {
                text = format!("{text}{}", lie(seen));
            }
            told.push(format!("{}: {text}", store.word()));
        }
    }
    worst.map(|class| (class, told.join("; ")))
}

fn lie(seen: &StoreFindings) -> String {
    let losses = &seen.losses;
    format!(
        " [{} at the start of their writer, {} in the middle, {} at the end]",
        losses.prefix, losses.middle, losses.postfix
    )
}

fn class_told(class: Class, count: u64, names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(TOLD).map(String::as_str).collect();
    let more = if count as usize > shown.len() {
        ", ..."
    } else {
        ""
    };
    format!(
        "{} {} ({}{more})",
        words::count(count),
        class.word(),
        shown.join(", ")
    )
}

fn too_many(
    findings: &Findings,
    stores: &[Store],
    policy: DuplicatePolicy,
) -> Option<(Class, String)> {
    let budget = match policy {
        DuplicatePolicy::Forbidden => 0,
        DuplicatePolicy::Budget(budget) => budget,
        DuplicatePolicy::Allowed => return None,
    };
    let mut found = Vec::new();
    let mut extra = 0;
    for (store, seen) in of(findings, stores) {
        extra += seen.extra_copies;
        found.extend(seen.of(Meaning::Copies).map(|(class, named)| {
            let told = class_told(class, named.count, &named.names);
            (class, format!("{}: {told}", store.word()))
        }));
    }
    let class = found.iter().map(|(class, _)| *class).max()?;
    let told: Vec<String> = found.into_iter().map(|(_, told)| told).collect();
    let told = format!(
        "{extra} extra copies, {budget} allowed: {}",
        told.join("; ")
    );
    (extra > budget).then_some((class, told))
}

fn of<'f>(
    findings: &'f Findings,
    stores: &'f [Store],
) -> impl Iterator<Item = (Store, &'f StoreFindings)> {
    let seen = |store: &'f Store| Some((*store, findings.stores.get(store)?));
    stores.iter().filter_map(seen)
}

fn sound(findings: &Findings, stores: &[Store]) -> String {
    let each = of(findings, stores).map(|(store, seen)| {
        let extra = match seen.extra_copies {
            0 => String::new(),
            n => format!(" and {n} extra copies"),
        };
        let ok = words::count(seen.count(Class::Ok));
        format!("{} {ok}{extra}", store.word())
    });
    let each: Vec<String> = each.collect();
    format!(
        "{} acknowledged, {} unknown, {} refused; there: {}",
        words::counted(findings.acked, "event"),
        words::count(findings.unknown),
        words::count(findings.failed),
        each.join(", ")
    )
}

/// Whether a store was read whole and after everything had come.
pub(super) fn read(scene: &Scene<'_>, store: Store) -> Outcome {
    let Some(seen) = scene.ledger().stores.get(&store).filter(|seen| seen.whole) else {
        return Outcome::error("READ_FAILED", unread(scene, store)).next("run the scenario again");
    };
    let told = format!("{} of our events", words::count(seen.count(Class::Ok)));
    match seen.drained {
        true => Outcome::pass(format!("{told}, after everything had come")),
        false => {
            let text = format!("{told}, while more was on its way or the way cannot be seen");
            Outcome::error("NOT_DRAINED", text).next("a longer wait after the heal")
        }
    }
}
