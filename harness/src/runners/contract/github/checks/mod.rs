//! How each check is asked, and which share a lane.
//!
//! Lanes run at once, each with a fake and a target of its own; the checks of a lane run one after
//! another, each on the repository as it was at first. Those that wait are spread over the lanes.

mod content;
mod errors;
mod hygiene;
mod idempotency;
mod pace;
mod pull;

pub(super) use errors::secrets;

use super::lane::Lane;
use super::trouble::Outcome;
use futures_util::future::BoxFuture;

/// Asks one check, or several that share what is done.
pub(super) type Asking = for<'l, 'a> fn(&'l Lane<'a>) -> BoxFuture<'l, Outcome>;

/// The checks that an asking decides, and how they are asked.
pub(super) type Row = (&'static [&'static str], Asking);

macro_rules! rows {
    ($($($id:literal)+ => $ask:path),+ $(,)?) => {
        &[$((&[$($id),+], |lane| Box::pin($ask(lane)))),+]
    };
}

/// The lanes: what they are about, and their rows.
pub(super) const LANES: [(&str, &[Row]); 6] = [
    (
        "requests and content",
        rows! {
            "A1" => hygiene::a1,
            "A2" => hygiene::a2,
            "A3" => hygiene::a3,
            "A5" => hygiene::a5,
            "B1" => content::b1,
            "B2" => content::b2,
            "B3" => content::b3,
            "B4" => content::b4,
            "B5" => content::b5,
            "B6" => content::b6,
            "B7" => content::b7,
            "B8" => content::b8,
            "B9" => content::b9,
            "B10" => content::b10,
            "B11" => content::b11,
            "B12" => content::b12,
            "B13" => content::b13,
            "B14" => content::b14,
        },
    ),
    (
        "idempotency",
        rows! {
            "D1" => idempotency::d1,
            "D2" => idempotency::d2,
            "D3" => idempotency::d3,
            "D4" => idempotency::d4,
            "D5" => idempotency::d5,
            "D6" => idempotency::d6,
            "D7" => idempotency::d7,
            "D8" => idempotency::d8,
            "D9" => idempotency::d9,
            "D10" => idempotency::d10,
            "D11" => idempotency::d11,
            "D12" => idempotency::d12,
            "E8" => pace::e8,
            "A6" => hygiene::a6,
            "A7" => hygiene::a7,
            "A8" => hygiene::a8,
        },
    ),
    (
        "pull requests and broken reads",
        rows! {
            "C1" => pull::c1,
            "C2" => pull::c2,
            "C3" => pull::c3,
            "C4" => pull::c4,
            "C5" => pull::c5,
            "C6" => pull::c6,
            "E5" => pace::e5,
            "E7" => pace::e7,
            "E6" => pace::e6,
        },
    ),
    (
        "errors and audit",
        rows! {
            "F1" => errors::f1,
            "F2" => errors::f2,
            "F3" => errors::f3,
            "F4" => errors::f4,
            "F7" => errors::f7,
            "F8" => errors::f8,
            "F9" => errors::f9,
            "F12" => errors::f12,
            "F10" => errors::f10,
            "F6" => errors::f6,
        },
    ),
    (
        "limits",
        rows! {
            "E1" => pace::e1,
            "E2" => pace::e2,
            "E3" => pace::e3,
            "E4" => pace::e4,
            "E14" => pace::e14,
            "E9" => pace::e9,
        },
    ),
    (
        "targets of their own",
        rows! {
            "E10" => pace::e10,
            "A4" => hygiene::a4,
            "B15" => content::b15,
            "D13" => idempotency::d13,
            "E11" => pace::e11,
            "E12" "F5" => pace::e12,
            "E13" => pace::e13,
            "F11" => errors::f11,
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::super::catalogue;
    use super::LANES;
    use std::collections::BTreeSet;

    #[test]
    fn every_check_of_the_catalogue_is_asked_once() {
        let rows = LANES.iter().flat_map(|(_, rows)| rows.iter());
        let asked: Vec<&str> = rows.flat_map(|(ids, _)| ids.iter().copied()).collect();
        let all: BTreeSet<&str> = catalogue::all().map(|check| check.id).collect();
        assert_eq!(asked.len(), all.len());
        assert_eq!(asked.into_iter().collect::<BTreeSet<_>>(), all);
    }
}
