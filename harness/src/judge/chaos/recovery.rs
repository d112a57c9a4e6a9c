//! When a probe was good again for good: an interval between the last bad attempt and the first good answer.

use super::measure::FEWEST;
use super::scene::{Between, Blow, Scene};
use crate::model::chaos::{Attempt, ChaosPlan, Connection, ProbeKind};
use std::time::Duration;

/// How long nothing may fail where no validation says.
const HOLD: Duration = Duration::from_secs(2);

/// One attempt, held against the steady state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    invoke_us: u64,
    complete_us: u64,
    /// As the steady state wants it: an answer alone is no recovery.
    good: bool,
}

impl Look {
    /// Counts as [`ChaosPlan::is_steady`] does, so that recovery and steady state mean the same.
    pub fn at(plan: &ChaosPlan, attempt: &Attempt) -> Self {
        Self {
            invoke_us: attempt.invoke_us,
            complete_us: attempt.complete_us,
            good: plan.is_steady(attempt),
        }
    }
}

/// One outage as seen by one probe over one kind of connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outage {
    /// Earliest onset.
    pub onset_us: u64,
    /// When it was mended.
    pub healed: Between,
    /// What follows belongs to the next blow.
    pub until_us: u64,
    /// Time between two attempts.
    pub every_us: u64,
    /// How long nothing may fail.
    pub hold_us: u64,
}

/// How a probe came back.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Return {
    /// Not one bad attempt from the onset on.
    NeverBad {
        /// Attempts during the outage.
        during: u64,
    },
    /// Good again, and it held.
    Back(Back),
    /// Good for a while at the end, and watched for less than the hold time.
    Short(Back),
    /// Never good again, or never for long.
    NotBack {
        /// Stretches of good attempts that did not hold.
        flaps: u32,
        /// Last bad attempt after the heal, in microseconds.
        last_bad_us: u64,
    },
    /// Too few attempts to say anything.
    TooFew {
        /// Attempts during the outage.
        during: u64,
    },
}

/// A return, in microseconds after the heal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Back {
    /// Earliest.
    pub from_us: u64,
    /// Latest.
    pub to_us: u64,
    /// First good answer after the heal, lasting or not.
    pub first_ok_us: u64,
    /// Stretches of good attempts before it that did not hold.
    pub flaps: u32,
    /// Bad attempts after it had held.
    pub relapses: Relapses,
}

/// Bad attempts after a return had held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relapses {
    /// None.
    None,
    /// One alone.
    Once,
    /// More: it flaps.
    Flapping,
}

/// A stretch of good attempts.
struct Stretch {
    /// The bad attempt before it.
    after: Option<u64>,
    /// Its first good answer.
    first_good_us: u64,
    /// The bad attempt that ended it, as a number in the list.
    ended_by: Option<usize>,
}

/// Looks at attempts in order of invocation.
pub(super) fn seen(attempts: &[Look], outage: Outage) -> Return {
    let attempts: Vec<Look> = attempts
        .iter()
        .copied()
        .filter(|a| a.complete_us >= outage.onset_us && a.complete_us < outage.until_us)
        .collect();
    let in_outage = |a: &&Look| a.invoke_us < outage.healed.to;
    let during = attempts.iter().filter(in_outage).count();
    if during < FEWEST {
        let during = during as u64;
        return Return::TooFew { during };
    }
    if attempts.iter().all(|a| a.good) {
        let during = during as u64;
        return Return::NeverBad { during };
    }
    judged(&attempts, outage)
}

fn judged(attempts: &[Look], outage: Outage) -> Return {
    let healed = outage.healed;
    let first_ok = attempts
        .iter()
        .filter(|a| a.good && a.complete_us >= healed.from)
        .map(|a| a.complete_us)
        .min();
    let first_ok_us = first_ok.map_or(0, |t| t - healed.from);
    let watched = attempts.last().map_or(0, |a| a.invoke_us) + outage.every_us;
    let mut flaps = 0;
    for stretch in stretches(attempts) {
        let ended_us = stretch.ended_by.map(|n| attempts[n].invoke_us);
        if ended_us.is_some_and(|ended| ended <= healed.to) {
            continue;
        }
        let held_until = stretch.first_good_us.max(healed.from) + outage.hold_us;
        let back = Back {
            from_us: stretch.after.map_or(0, |bad| bad.saturating_sub(healed.to)),
            to_us: stretch.first_good_us.saturating_sub(healed.from),
            first_ok_us,
            flaps,
            relapses: stretch
                .ended_by
                .map_or(Relapses::None, |n| relapses(&attempts[n..])),
        };
        match ended_us {
            Some(ended) if ended > held_until => return Return::Back(back),
            Some(_) => flaps += 1,
            None if watched >= held_until => return Return::Back(back),
            None => return Return::Short(back),
        }
    }
    let bad = attempts.iter().rfind(|a| !a.good);
    let last_bad_us = bad.map_or(0, |a| a.invoke_us.saturating_sub(healed.to));
    Return::NotBack { flaps, last_bad_us }
}

/// Stretches of good attempts between bad ones, in order.
fn stretches(attempts: &[Look]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let (mut open, mut after) = (false, None);
    for (n, attempt) in attempts.iter().enumerate() {
        if !attempt.good {
            if let Some(last) = found.last_mut().filter(|_| open) {
                last.ended_by = Some(n);
            }
            (open, after) = (false, Some(attempt.invoke_us));
        } else if open {
            if let Some(last) = found.last_mut() {
                last.first_good_us = last.first_good_us.min(attempt.complete_us);
            }
        } else {
            open = true;
            found.push(Stretch {
                after,
                first_good_us: attempt.complete_us,
                ended_by: None,
            });
        }
    }
    found
}

fn relapses(rest: &[Look]) -> Relapses {
    match rest.iter().filter(|a| !a.good).count() {
        0 => Relapses::None,
        1 => Relapses::Once,
        _ => Relapses::Flapping,
    }
}

/// The kinds of connection that a probe uses; `[None]` for what is no HTTP.
pub(super) fn connections(scene: &Scene<'_>, probe: &str) -> Vec<Option<Connection>> {
    match scene.probe(probe).map(|probe| &probe.kind) {
        Some(ProbeKind::Http { connections, .. }) if !connections.is_empty() => {
            connections.iter().copied().map(Some).collect()
        }
        _ => vec![None],
    }
}

/// How a probe came back from one blow. `None` while the fault was never healed.
pub(super) fn from_blow(
    scene: &Scene<'_>,
    blow: &Blow<'_>,
    probe: &str,
    connection: Option<Connection>,
    hold_for: Option<Duration>,
) -> Option<Return> {
    let healed = blow.healed()?;
    let onset_us = match (blow.onset(), blow.called()) {
        (Some((onset, _)), _) => onset.from,
        (None, called) => called?,
    };
    let micros = |d: Duration| u64::try_from(d.as_micros()).unwrap_or(u64::MAX);
    let next = scene.blows.iter().filter_map(Blow::called);
    let outage = Outage {
        onset_us,
        healed,
        until_us: next.filter(|t| *t > healed.from).min().unwrap_or(u64::MAX),
        every_us: scene.probe(probe).map_or(0, |p| micros(p.every)),
        hold_us: micros(hold_for.unwrap_or(HOLD)),
    };
    let attempts = scene.over(probe, connection).into_iter();
    let looks: Vec<Look> = attempts.map(|one| Look::at(scene.plan, one)).collect();
    Some(seen(&looks, outage))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1000;

    /// Attempts every 20 ms over 20 s; each answers 2 ms later, or not within 500 ms where `bad`.
    fn probed(bad: impl Fn(u64) -> bool) -> Vec<Look> {
        let at = |seq: u64| {
            let invoke_us = seq * 20 * MS;
            let good = !bad(invoke_us / MS);
            let took = if good { 2 * MS } else { 500 * MS };
            Look {
                invoke_us,
                complete_us: invoke_us + took,
                good,
            }
        };
        (0..1000).map(at).collect()
    }

    fn outage() -> Outage {
        Outage {
            onset_us: 3000 * MS,
            healed: Between {
                from: 6000 * MS,
                to: 6001 * MS,
            },
            until_us: u64::MAX,
            every_us: 20 * MS,
            hold_us: 2000 * MS,
        }
    }

    fn of(bad: impl Fn(u64) -> bool) -> Return {
        seen(&probed(bad), outage())
    }

    fn back(of: Return) -> Back {
        match of {
            Return::Back(back) => back,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn the_truth_lies_in_a_narrow_interval() {
        for truth in [6003_u64, 6500, 7777, 9991] {
            let seen = back(of(|ms| (3000..truth).contains(&ms)));
            let (from, to) = (seen.from_us + 6001 * MS, seen.to_us + 6000 * MS);
            assert!(from <= truth * MS && truth * MS <= to, "{truth}: {seen:?}");
            assert!(to - from <= 50 * MS, "{truth}: {seen:?}");
            assert_eq!(seen.relapses, Relapses::None);
        }
    }

    #[test]
    fn never_bad_is_no_recovery_time_at_all() {
        assert_eq!(of(|_| false), Return::NeverBad { during: 151 });
    }

    #[test]
    fn good_again_before_the_heal_is_at_once() {
        let seen = back(of(|ms| (3000..5000).contains(&ms)));
        assert_eq!((seen.from_us, seen.to_us), (0, 0));
    }

    #[test]
    fn bad_to_the_end_never_came_back() {
        let seen = of(|ms| ms >= 3000);
        assert!(matches!(seen, Return::NotBack { flaps: 0, .. }), "{seen:?}");
    }

    #[test]
    fn flapping_is_never_a_return() {
        // One second good, 200 ms bad, for ever: never good for two seconds.
        let seen = of(|ms| (3000..6500).contains(&ms) || (ms > 6500 && ms % 1200 < 200));
        match seen {
            Return::NotBack { flaps, .. } => assert!(flaps > 5),
            Return::Short(back) => assert!(back.flaps > 5),
            other => unreachable!("{other:?}"),
        }
        // Slower than the hold time: it is seen as a relapse.
        let slow = back(of(|ms| {
            (3000..6500).contains(&ms) || (ms > 9000 && ms % 3000 < 200)
        }));
        assert_eq!(slow.relapses, Relapses::Flapping);
    }

    #[test]
    fn flaps_before_it_settles_move_the_return() {
        let bad = |ms| (3000..6500).contains(&ms) || (7000..7100).contains(&ms);
        let seen = back(of(bad));
        assert_eq!(seen.flaps, 1);
        assert!(seen.from_us >= 1070 * MS, "{seen:?}");
        assert!(seen.first_ok_us < 600 * MS, "{seen:?}");
    }

    #[test]
    fn a_single_bad_attempt_much_later_is_told_apart() {
        let seen = back(of(|ms| (3000..6500).contains(&ms) || ms == 15_000));
        assert_eq!(seen.relapses, Relapses::Once);
    }

    #[test]
    fn watched_for_less_than_the_hold_time_is_not_known() {
        let seen = of(|ms| (3000..18_500).contains(&ms));
        assert!(matches!(seen, Return::Short(_)), "{seen:?}");
    }

    #[test]
    fn what_the_next_blow_does_is_not_ours() {
        let attempts = probed(|ms| (3000..6500).contains(&ms) || ms > 12_000);
        let outage = Outage {
            until_us: 12_000 * MS,
            ..outage()
        };
        let seen = back(seen(&attempts, outage));
        assert_eq!(seen.relapses, Relapses::None);
    }

    #[test]
    fn too_few_attempts_say_nothing() {
        let attempts = probed(|_| false);
        let few = &attempts[299..301];
        assert_eq!(seen(few, outage()), Return::TooFew { during: 2 });
        assert_eq!(seen(&[], outage()), Return::TooFew { during: 0 });
    }
}
