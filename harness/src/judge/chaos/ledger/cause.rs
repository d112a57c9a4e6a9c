//! Findings that need two stores at once: torn transactions, the relay's losses, phantoms, order.

use super::class::Class;
use super::operations::{Element, Fate, NEVER};
use super::reads::{NONE, Read, Reads};
use super::settle::Findings;
use crate::model::chaos::Store;

/// A row that is not sent so long after one behind it was published was skipped, not late:
/// many times the poll period of any relay.
const SKIP_US: i64 = 2_000_000;
/// How far a store's clock and ours may be apart.
const CLOCKS_US: i64 = 1_000_000;

/// Business xor outbox. Certain where the row is missing from the read that came
/// second, or was acknowledged before the read that lacks it.
pub(super) fn torn(reads: &Reads<'_, '_>, findings: &mut Findings) {
    let (Some(business), Some(outbox)) = (reads.last(Store::Business), reads.last(Store::Outbox))
    else {
        return;
    };
    let elements = reads.operations().elements().iter().enumerate();
    let Some(seen) = findings.stores.get_mut(&Store::Outbox) else {
        return;
    };
    for (at, element) in elements.filter(|(_, e)| e.fate() != Fate::Failed) {
        let (with, without) = match (business.has(at), outbox.has(at)) {
            (true, false) => (business, outbox),
            (false, true) => (outbox, business),
            _ => continue,
        };
        let certain = with.ended_us <= without.began_us || element.ack_us <= without.began_us;
        match (without.whole, certain) {
            (true, true) => seen.note(Class::Torn, element.name),
            (true, false) => seen.note(Class::Late, element.name),
            (false, _) => {}
        }
    }
}

/// Rows of the outbox that are not in the stream, by what the relay did wrong.
pub(super) fn relay(reads: &Reads<'_, '_>, wall_us: Option<i64>, findings: &mut Findings) {
    let (Some(outbox), Some(stream)) = (reads.last(Store::Outbox), reads.last(Store::Stream))
    else {
        return;
    };
    if !stream.whole {
        return;
    }
    let Some(seen) = findings.stores.get_mut(&Store::Stream) else {
        return;
    };
    let elements = reads.operations().elements();
    let later = outbox.ended_us <= stream.began_us;
    let skipped = skipped(reads, outbox, stream, wall_us);
    for (at, element) in elements.iter().enumerate() {
        if !outbox.has(at) || stream.has(at) || element.fate() == Fate::Failed {
            continue;
        }
        if outbox.sent[at] == Some(true) && later {
            seen.note(Class::MarkBeforePublish, element.name);
        } else if skipped.binary_search(&(at as u32)).is_ok() {
            seen.note(Class::PositionSkip, element.name);
        } else if stream.drained && later {
            seen.note(Class::LostRelay, element.name);
        }
    }
}

/// Acknowledged rows that are not sent although a row of a higher position was published
/// after their acknowledgement and long before the outbox was read; sorted.
fn skipped(reads: &Reads<'_, '_>, outbox: &Read, stream: &Read, wall_us: Option<i64>) -> Vec<u32> {
    let Some(wall_us) = wall_us else {
        return Vec::new();
    };
    let elements = reads.operations().elements();
    let on_wall = |us: u64| wall_us.saturating_add(i64::try_from(us).unwrap_or(i64::MAX));
    let until = on_wall(outbox.began_us) - SKIP_US;
    let mut rows: Vec<u32> = (0..elements.len() as u32)
        .filter(|at| outbox.position[*at as usize] != NONE)
        .collect();
    rows.sort_unstable_by_key(|at| std::cmp::Reverse(outbox.position[*at as usize]));
    let mut published = NONE;
    let mut found = Vec::new();
    for at in rows {
        let (n, element) = (at as usize, &elements[at as usize]);
        let is_waiting = outbox.sent[n] == Some(false) && !stream.has(n) && element.ack_us != NEVER;
        if is_waiting && published != NONE && published > on_wall(element.ack_us) {
            found.push(at);
        }
        if stream.has(n) && stream.at_us[n] != NONE && stream.at_us[n] <= until {
            published = published.max(stream.at_us[n]);
        }
    }
    found.sort_unstable();
    found
}

/// In the stream and not in an outbox that was read later, or long after the copy was stored.
pub(super) fn phantom_events(reads: &Reads<'_, '_>, wall_us: Option<i64>, findings: &mut Findings) {
    let (Some(outbox), Some(stream)) = (reads.last(Store::Outbox), reads.last(Store::Stream))
    else {
        return;
    };
    if !outbox.whole {
        return;
    }
    let Some(seen) = findings.stores.get_mut(&Store::Stream) else {
        return;
    };
    let began = i64::try_from(outbox.began_us).unwrap_or(i64::MAX);
    let began = wall_us.map(|wall| wall.saturating_add(began) - CLOCKS_US);
    for (at, element) in reads.operations().elements().iter().enumerate() {
        if !stream.has(at) || outbox.has(at) || element.fate() == Fate::Failed {
            continue;
        }
        let stored = stream.at_us[at];
        let before = stored != NONE && began.is_some_and(|began| stored < began);
        let certain =
            before || stream.ended_us <= outbox.began_us || element.ack_us <= outbox.began_us;
        if certain {
            seen.note(Class::PhantomEvent, element.name);
        }
    }
}

/// Per key: an event that stands behind one which was sent only after it was acknowledged.
///
/// The order of commits is known for certain only between such pairs; two events that
/// were on their way at once may stand either way.
pub(super) fn order(reads: &Reads<'_, '_>, findings: &mut Findings) {
    let Some(stream) = reads.last(Store::Stream) else {
        return;
    };
    let Some(seen) = findings.stores.get_mut(&Store::Stream) else {
        return;
    };
    let elements = reads.operations().elements();
    let mut rows: Vec<u32> = (0..elements.len() as u32)
        .filter(|at| stream.position[*at as usize] != NONE)
        .collect();
    rows.sort_unstable_by_key(|at| {
        let n = *at as usize;
        (elements[n].key, stream.position[n])
    });
    let (mut key, mut sent_last) = (None, 0);
    for at in rows {
        let element = &elements[at as usize];
        if key != Some(element.key) {
            (key, sent_last) = (Some(element.key), 0);
        }
        if element.ack_us < sent_last && element.key != Element::NO_KEY {
            seen.note(Class::Reordered, element.name);
        }
        sent_last = sent_last.max(element.invoke_us);
    }
}
