//! A limit relative to the last passed run (the error rate: absolute, with or without one).

use super::{Check, detail, enough, latency, sampled};
use crate::judge::case::Case;
use crate::judge::measured::Measured;
use crate::judge::outcome::{Outcome, Promise, Undecided};
use crate::judge::words;
use crate::model::baseline::{Baseline, Remembered, RunSummary};
use crate::model::check::{CheckClass, ComparedWith};
use crate::model::load::Scenario;
use crate::model::place::Placed;
use crate::model::promise::{Metric, RegressionThresholds};

/// Room for the rounding of a division: a change of exactly the threshold passes.
const ROUNDING: f64 = 1e-9;

/// One limit on a ratio to the last passed run.
#[derive(Clone, Copy)]
struct Rule {
    metric: Metric,
    /// Allowed change, in percent, to the worse side.
    percent: f64,
    /// A change by at most so much, in the metric's unit, holds whatever its percentage.
    least: f64,
    code: &'static str,
}

impl Rule {
    /// The ratio to the baseline at which it just holds.
    fn limit(self) -> f64 {
        match self.metric.higher_is_better() {
            true => 1.0 - self.percent / 100.0,
            false => 1.0 + self.percent / 100.0,
        }
    }

    /// Whether a change is too small to count, though its percentage is not.
    fn is_noise(self, before: f64, current: f64) -> bool {
        !self.holds(current / before) && (current - before).abs() <= self.least
    }

    /// Whether a ratio to the baseline is within the limit.
    fn holds(self, ratio: f64) -> bool {
        match self.metric.higher_is_better() {
            true => ratio >= self.limit() * (1.0 - ROUNDING),
            false => ratio <= self.limit() * (1.0 + ROUNDING),
        }
    }

    /// The limit in words, against a baseline in words: `at most +20 % over 212 ms`.
    fn words(self, baseline: &str) -> String {
        let percent = words::number(self.percent);
        match self.metric.higher_is_better() {
            true => format!("at most {percent} % below {baseline}"),
            false => format!("at most +{percent} % over {baseline}"),
        }
    }
}

/// The written thresholds, for every target in every scenario.
pub(super) fn checks<'a>(case: &'a Case<'a>) -> Vec<Check<'a>> {
    let Some(thresholds) = case.plan().regression.as_ref() else {
        return Vec::new();
    };
    let mut checks = Vec::new();
    for (scenario, service) in case.pairs() {
        for (rule, written) in rules(thresholds) {
            checks.push(relative(case, scenario, service, rule, written));
        }
        if let Some(written) = &thresholds.error_rate_absolute {
            checks.push(absolute(case, scenario, service, written));
        }
    }
    checks
}

fn rules(thresholds: &RegressionThresholds) -> Vec<(Rule, &Placed<f64>)> {
    let p95 = thresholds.p95_latency_increase_percent.as_ref();
    let rate = thresholds.throughput_decrease_percent.as_ref();
    let least = thresholds.p95_latency_increase_min_ms.as_ref();
    let p95 = p95.map(|at| {
        let rule = Rule {
            metric: Metric::P95LatencyMs,
            percent: at.value,
            least: least.map_or(0.0, |least| least.value),
            code: "P95_REGRESSION",
        };
        (rule, at)
    });
    let rate = rate.map(|at| {
        let rule = Rule {
            metric: Metric::ThroughputRps,
            percent: at.value,
            least: 0.0,
            code: "THROUGHPUT_REGRESSION",
        };
        (rule, at)
    });
    p95.into_iter().chain(rate).collect()
}

fn promise(scenario: &Scenario, service: &str, metric: Metric, rule: &str) -> Promise {
    let id = format!("{service}/{}/{}/{rule}", scenario.name, metric.short());
    Promise::new(id, CheckClass::Regression, String::new())
        .in_scenario(&scenario.name)
        .of_service(service)
        .on(metric)
}

fn relative<'a>(
    case: &'a Case<'a>,
    scenario: &'a Scenario,
    service: &'a str,
    rule: Rule,
    written: &Placed<f64>,
) -> Check<'a> {
    let mut promise = promise(scenario, service, rule.metric, "last_passed")
        .wants(rule.words("the last passed run"), Some(rule.limit()))
        .at(&written.place);
    promise.title = format!(
        "{service} {} stays {} in {}",
        words::name(rule.metric),
        rule.words("the last passed run"),
        scenario.name
    );
    let id = promise.id.clone();
    Check::new(promise, move || {
        compare(case, scenario, service, rule, &id).unwrap_or_else(Outcome::from)
    })
}

fn compare(
    case: &Case<'_>,
    scenario: &Scenario,
    service: &str,
    rule: Rule,
    id: &str,
) -> Result<Outcome, Undecided> {
    let measured = case.measured(&scenario.name, service)?;
    let baseline = baseline(case, scenario)?;
    let (before, with) = before(baseline, service, rule.metric)?;
    enough(case, measured)?;
    let current = match rule.metric {
        Metric::ThroughputRps => measured.throughput_rps(),
        metric => latency(measured, metric)?,
    };
    let ratio = current / before;
    if !ratio.is_finite() || !rule.limit().is_finite() {
        let text = "the change or its limit is not a number";
        return Err(
            Undecided::error("NOT_A_NUMBER", text).next("report it with this run's evidence")
        );
    }
    let value = words::with_unit(rule.metric, current);
    let mut saw = format!(
        "{}: {}",
        words::change(ratio),
        sampled(measured, rule.metric, &value)
    );
    let outcome = if rule.is_noise(before, current) {
        saw.push_str(&format!(
            "; not counted: a change of {} at most",
            words::with_unit(rule.metric, rule.least)
        ));
        Outcome::pass(saw)
    } else if rule.holds(ratio) {
        Outcome::pass(saw)
    } else {
        Outcome::fail(rule.code, saw).next(detail(case, id))
    };
    Ok(outcome
        .wanted(wanted(rule, &with))
        .measured(current, measured.tally.requests)
        .compared(with, ratio))
}

fn wanted(rule: Rule, with: &ComparedWith) -> String {
    let commit = with.commit.as_deref().unwrap_or("no commit");
    let commit: String = commit.chars().take(8).collect();
    let value = words::with_unit(rule.metric, with.value);
    let wanted = format!("{} (last passed, {commit})", rule.words(&value));
    if rule.least > 0.0 {
        let least = words::with_unit(rule.metric, rule.least);
        return format!("{wanted}, or {least} more");
    }
    wanted
}

/// The latest comparable run, or what stands in its place.
fn baseline<'a>(case: &'a Case<'_>, scenario: &Scenario) -> Result<&'a Baseline, Undecided> {
    let run = case.evidence.started.short_id();
    let accept = format!("proofhouse baseline accept {run} --reason ...");
    let name = scenario.name.as_str();
    let enabled = case.plan().baseline.as_ref().is_some_and(|b| b.enabled);
    match case.memory.get(name) {
        Some(Remembered::LastPassed(baseline)) => comparable(case, name, baseline)
            .map_err(|why| Undecided::error("BASELINE_NOT_COMPARABLE", why).next(accept)),
        Some(Remembered::Nothing) => {
            let text = "no earlier run is stored; this one is, if it passes";
            Err(Undecided::skipped("FIRST_RUN", text))
        }
        Some(Remembered::NotComparable { reason }) => {
            Err(Undecided::error("BASELINE_NOT_COMPARABLE", reason).next(accept))
        }
        Some(Remembered::Unreadable { reason }) => {
            let next = "restore the file from version control; see docs/reference/baselines.md";
            Err(Undecided::error("BASELINE_UNREADABLE", reason).next(next))
        }
        None if enabled => {
            let text = format!("nobody looked for a baseline of `{name}`");
            Err(Undecided::error("BASELINE_UNREADABLE", text)
                .next("report it: a fault of the harness"))
        }
        Some(Remembered::Disabled) | None => {
            let text = "baselines are switched off in the suite";
            Err(Undecided::skipped("BASELINE_DISABLED", text))
        }
    }
}

/// Two runs are compared only when machine and scenario agree, whoever found the baseline.
fn comparable<'a>(
    case: &Case<'_>,
    scenario: &str,
    baseline: &'a Baseline,
) -> Result<&'a Baseline, String> {
    if baseline.fingerprint != case.fingerprint {
        return Err("the baseline is of another machine".into());
    }
    let digest = case.plan().scenario_digests.get(scenario);
    if digest != Some(&baseline.scenario_digest) {
        return Err(format!(
            "`{scenario}`, or what is sent in it, has changed since the baseline"
        ));
    }
    Ok(baseline)
}

/// The earlier value; one that is 0 or no number cannot be compared with.
fn before(
    baseline: &Baseline,
    service: &str,
    metric: Metric,
) -> Result<(f64, ComparedWith), Undecided> {
    let next = "proofhouse baseline reject, then run the suite again";
    let Some(summary) = baseline.services.get(service) else {
        let text = format!("the baseline (run {}) has no `{service}`", baseline.run_id);
        return Err(Undecided::error("BASELINE_WITHOUT_SERVICE", text).next(next));
    };
    let value = value(summary, metric);
    if !value.is_finite() || value <= 0.0 {
        let text = format!("the baseline's {} is {value}", words::name(metric));
        return Err(Undecided::error("BASELINE_NOT_A_NUMBER", text).next(next));
    }
    let with = ComparedWith {
        value,
        mode: "last_passed".into(),
        run_id: baseline.run_id.clone(),
        commit: baseline.commit.clone(),
    };
    Ok((value, with))
}

fn value(summary: &RunSummary, metric: Metric) -> f64 {
    match metric {
        Metric::ThroughputRps => summary.throughput_rps,
        _ => summary.p95_latency_ms,
    }
}

fn absolute<'a>(
    case: &'a Case<'a>,
    scenario: &'a Scenario,
    service: &'a str,
    written: &Placed<f64>,
) -> Check<'a> {
    let limit = written.value;
    let metric = Metric::ErrorRate;
    let wanted = format!("at most {}, whatever the baseline", words::share(limit));
    let mut promise = promise(scenario, service, metric, "absolute")
        .wants(wanted, Some(limit))
        .at(&written.place);
    promise.title = format!(
        "{service} error rate is at most {} in {}",
        words::share(limit),
        scenario.name
    );
    let id = promise.id.clone();
    Check::new(promise, move || {
        let decided = case
            .measured(&scenario.name, service)
            .map_err(Undecided::from);
        decided
            .and_then(|measured| errors(case, measured, limit, &id))
            .unwrap_or_else(Outcome::from)
    })
}

fn errors(
    case: &Case<'_>,
    measured: &Measured<'_>,
    limit: f64,
    id: &str,
) -> Result<Outcome, Undecided> {
    enough(case, measured)?;
    let rate = measured.error_rate().unwrap_or(f64::NAN);
    if !rate.is_finite() || !limit.is_finite() {
        let text = "the error rate or its limit is not a number";
        return Err(
            Undecided::error("NOT_A_NUMBER", text).next("report it with this run's evidence")
        );
    }
    let holds = rate <= limit;
    let text = match holds {
        true => words::with_unit(Metric::ErrorRate, rate),
        false => words::beside_limit(Metric::ErrorRate, rate, limit),
    };
    let saw = sampled(measured, Metric::ErrorRate, &text);
    let outcome = match holds {
        true => Outcome::pass(saw),
        false => Outcome::fail("ERROR_RATE_TOO_HIGH", saw).next(detail(case, id)),
    };
    Ok(outcome.measured(rate, measured.tally.requests))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::judge::testdata::{self, Shape, with_memory};
    use crate::model::baseline::{Memory, Remembered};

    const P95: &str = "search/typical_load/p95/last_passed";
    const RATE: &str = "search/typical_load/throughput/last_passed";
    const ERRORS: &str = "search/typical_load/errors/absolute";

    fn against(p95: f64, rps: f64, id: &str) -> (&'static str, Option<String>) {
        let evidence = testdata::pass();
        let memory = testdata::remembered(&evidence, |summary| {
            summary.p95_latency_ms = p95;
            summary.throughput_rps = rps;
        });
        with_memory(&evidence, &memory, id)
    }

    fn current(id: &str) -> f64 {
        let evidence = testdata::pass();
        testdata::result_with(&evidence, &testdata::remembered(&evidence, |_| ()), id)
            .current
            .unwrap()
    }

    #[test]
    fn exactly_the_threshold_passes_and_more_fails() {
        let (p95, rps) = (current(P95), current(RATE));
        assert_eq!(against(p95 / 1.2, rps, P95).0, "pass");
        let more = against(p95 / 1.2001, rps, P95);
        assert_eq!(more, ("fail", Some("P95_REGRESSION".into())));
        assert_eq!(against(p95, rps / 0.85, RATE).0, "pass");
        let less = against(p95, rps / 0.8499, RATE);
        assert_eq!(less, ("fail", Some("THROUGHPUT_REGRESSION".into())));
    }

    #[test]
    fn a_change_of_at_most_the_least_one_is_not_counted() {
        let mut evidence = testdata::pass();
        let p95 = current(P95);
        let mut judge = |least: f64| {
            testdata::least_growth_ms(&mut evidence, least);
            let memory = testdata::remembered(&evidence, |summary| {
                summary.p95_latency_ms = p95 / 2.0;
            });
            with_memory(&evidence, &memory, P95)
        };
        assert_eq!(judge(p95 / 2.0), ("pass", None));
        let more = judge(p95 / 2.0 - 0.01);
        assert_eq!(more, ("fail", Some("P95_REGRESSION".into())));
    }

    #[test]
    fn a_first_run_is_skipped_and_errors_are_judged_without_a_baseline() {
        let evidence = testdata::pass();
        let memory = testdata::memory(Remembered::Nothing);
        let first = with_memory(&evidence, &memory, P95);
        assert_eq!(first, ("skipped", Some("FIRST_RUN".into())));
        assert_eq!(with_memory(&evidence, &memory, ERRORS).0, "pass");
        let bad = Shape::steady(100, 20_000).failed(6).evidence();
        let failed = with_memory(&bad, &memory, ERRORS);
        assert_eq!(failed, ("fail", Some("ERROR_RATE_TOO_HIGH".into())));
    }

    #[test]
    fn no_comparable_baseline_is_an_error() {
        let evidence = testdata::pass();
        let reason = || "cpu_model differs".to_owned();
        for (found, code) in [
            (
                Remembered::NotComparable { reason: reason() },
                "BASELINE_NOT_COMPARABLE",
            ),
            (
                Remembered::Unreadable { reason: reason() },
                "BASELINE_UNREADABLE",
            ),
        ] {
            let result = with_memory(&evidence, &testdata::memory(found), P95);
            assert_eq!(result, ("error", Some(code.into())));
        }
        let nobody = with_memory(&evidence, &Memory::new(), P95);
        assert_eq!(nobody, ("error", Some("BASELINE_UNREADABLE".into())));
        let off = testdata::memory(Remembered::Disabled);
        assert_eq!(with_memory(&evidence, &off, P95).0, "skipped");
    }

    #[test]
    fn a_baseline_of_something_else_is_never_used() {
        let evidence = testdata::pass();
        let mut memory = testdata::remembered(&evidence, |_| ());
        testdata::edit(&mut memory, |baseline| {
            baseline.fingerprint = "other".into()
        });
        assert_eq!(with_memory(&evidence, &memory, P95).0, "error");
        let mut memory = testdata::remembered(&evidence, |_| ());
        testdata::edit(&mut memory, |baseline| {
            baseline.scenario_digest = "other".into()
        });
        assert_eq!(with_memory(&evidence, &memory, P95).0, "error");
        let mut memory = testdata::remembered(&evidence, |_| ());
        testdata::edit(&mut memory, |baseline| baseline.services.clear());
        let missing = with_memory(&evidence, &memory, P95);
        assert_eq!(missing, ("error", Some("BASELINE_WITHOUT_SERVICE".into())));
    }

    #[test]
    fn nothing_to_divide_by_is_an_error() {
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let result = against(value, value, P95);
            assert_eq!(result, ("error", Some("BASELINE_NOT_A_NUMBER".into())));
        }
    }

    #[test]
    fn no_evidence_is_an_error() {
        let evidence = testdata::killed();
        let memory = testdata::memory(Remembered::Nothing);
        for id in [P95, RATE, ERRORS] {
            assert_eq!(with_memory(&evidence, &memory, id).0, "error");
        }
        let zero = Shape::steady(0, 0).evidence();
        let memory = testdata::remembered(&testdata::pass(), |_| ());
        for id in [P95, RATE, ERRORS] {
            assert_eq!(with_memory(&zero, &memory, id).0, "error");
        }
    }
}
