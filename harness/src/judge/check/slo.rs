//! A fixed limit on one metric of one service, held in every scenario.

use super::{Check, detail, enough, latency, sampled};
use crate::judge::case::Case;
use crate::judge::measured::{Measured, milliseconds};
use crate::judge::outcome::{Outcome, Promise, Undecided};
use crate::judge::{spans, words};
use crate::model::check::CheckClass;
use crate::model::evidence::{Window, all_failed};
use crate::model::load::Scenario;
use crate::model::promise::{Metric, Slo};

/// Every SLO in every scenario.
pub(super) fn checks<'a>(case: &'a Case<'a>) -> Vec<Check<'a>> {
    let plan = case.plan();
    let held = |scenario: &'a Scenario| {
        plan.slos.iter().map(move |slo| {
            let promise = promise(scenario, slo);
            let id = promise.id.clone();
            Check::new(promise, move || decide(case, scenario, slo, &id))
        })
    };
    plan.scenarios.iter().flat_map(held).collect()
}

fn promise(scenario: &Scenario, slo: &Slo) -> Promise {
    let metric = slo.metric;
    let id = format!("{}/{}/{}/slo", slo.service, scenario.name, metric.short());
    let bound = if metric.higher_is_better() {
        "at least"
    } else {
        "at most"
    };
    let limit = words::with_unit(metric, slo.limit);
    let title = format!(
        "{} {} is {bound} {limit} in {}",
        slo.service,
        words::name(metric),
        scenario.name
    );
    Promise::new(id, CheckClass::Slo, title)
        .in_scenario(&scenario.name)
        .of_service(&slo.service)
        .on(metric)
        .wants(format!("{bound} {limit}"), Some(slo.limit))
        .at(&slo.place)
}

fn decide(case: &Case<'_>, scenario: &Scenario, slo: &Slo, id: &str) -> Outcome {
    let found = case.measured(&scenario.name, &slo.service);
    let outcome = match found {
        Err(missing) => return missing.into(),
        Ok(measured) => match slo.metric {
            Metric::CpuPercent | Metric::MemoryMb => resource(case, scenario, slo),
            _ => requests(case, measured, slo),
        },
    };
    match outcome {
        Ok(outcome) if outcome.code.is_some() && outcome.next.is_none() => {
            outcome.next(detail(case, id))
        }
        Ok(outcome) => outcome,
        Err(undecided) => undecided.into(),
    }
}

fn requests(case: &Case<'_>, measured: &Measured<'_>, slo: &Slo) -> Result<Outcome, Undecided> {
    enough(case, measured)?;
    let value = match slo.metric {
        Metric::ThroughputRps => measured.throughput_rps(),
        Metric::ErrorRate => measured.error_rate().unwrap_or(f64::NAN),
        metric => latency(measured, metric)?,
    };
    let holds = holds(slo, value)?;
    let requests = measured.tally.requests;
    if holds {
        let saw = sampled(measured, slo.metric, &words::with_unit(slo.metric, value));
        return Ok(Outcome::pass(saw).measured(value, requests));
    }
    let text = words::beside_limit(slo.metric, value, slo.limit);
    let bad = |window: &&Window| (window.t_s, is_bad(window, slo));
    Ok(
        Outcome::fail(code(slo.metric), sampled(measured, slo.metric, &text))
            .measured(value, requests)
            .when(spans::when(measured.windows.iter().map(bad))),
    )
}

/// CPU by the 95th percentile of its samples, memory by the greatest.
fn resource(case: &Case<'_>, scenario: &Scenario, slo: &Slo) -> Result<Outcome, Undecided> {
    let cpu = slo.metric == Metric::CpuPercent;
    let summary = super::measurement::sampled(case, scenario, &slo.service, slo.metric)?;
    let (value, what) = if cpu {
        (summary.p95, "p95")
    } else {
        (summary.max, "maximum")
    };
    let holds = holds(slo, value)?;
    let text = if holds {
        words::with_unit(slo.metric, value)
    } else {
        words::beside_limit(slo.metric, value, slo.limit)
    };
    let saw = format!(
        "{text} ({what} of {})",
        words::counted(summary.samples, "sample")
    );
    let outcome = if holds {
        Outcome::pass(saw)
    } else {
        Outcome::fail(code(slo.metric), saw)
    };
    Ok(outcome.measured(value, summary.samples))
}

/// Whether a value is within its limit; exactly on it is within.
fn holds(slo: &Slo, value: f64) -> Result<bool, Undecided> {
    if !value.is_finite() || !slo.limit.is_finite() {
        let text = "the value or its limit is not a number";
        return Err(
            Undecided::error("NOT_A_NUMBER", text).next("report it with this run's evidence")
        );
    }
    Ok(match slo.metric.higher_is_better() {
        true => value >= slo.limit,
        false => value <= slo.limit,
    })
}

/// Whether one second by itself is beyond the limit.
fn is_bad(window: &Window, slo: &Slo) -> bool {
    let failed = all_failed(&window.failures);
    let over = |us: Option<u64>| us.is_some_and(|us| milliseconds(us) > slo.limit);
    match slo.metric {
        Metric::P50LatencyMs => over(window.p50_us),
        Metric::P95LatencyMs => over(window.p95_us),
        Metric::P99LatencyMs => over(window.p99_us),
        Metric::ThroughputRps => (window.requests.saturating_sub(failed) as f64) < slo.limit,
        Metric::ErrorRate => failed as f64 > slo.limit * window.requests as f64,
        Metric::CpuPercent | Metric::MemoryMb => false,
    }
}

fn code(metric: Metric) -> &'static str {
    match metric {
        Metric::P50LatencyMs => "P50_ABOVE_SLO",
        Metric::P95LatencyMs => "P95_ABOVE_SLO",
        Metric::P99LatencyMs => "P99_ABOVE_SLO",
        Metric::ThroughputRps => "THROUGHPUT_BELOW_SLO",
        Metric::ErrorRate => "ERROR_RATE_ABOVE_SLO",
        Metric::CpuPercent => "CPU_ABOVE_SLO",
        Metric::MemoryMb => "MEMORY_ABOVE_SLO",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::judge::testdata::{self, Shape, verdict_and_code as of};

    const P95: &str = "search/typical_load/p95/slo";
    const ERRORS: &str = "search/typical_load/errors/slo";
    const RATE: &str = "search/typical_load/throughput/slo";

    #[test]
    fn holds_and_exactly_on_the_limit() {
        let evidence = testdata::pass();
        assert_eq!(of(&evidence, P95), ("pass", None));
        let mut exact = testdata::pass();
        let value = testdata::result(&exact, RATE).current.unwrap();
        testdata::slo(&mut exact, RATE).limit = value;
        assert_eq!(of(&exact, RATE), ("pass", None));
        testdata::slo(&mut exact, RATE).limit = value + 1e-9;
        assert_eq!(of(&exact, RATE), ("fail", Some("THROUGHPUT_BELOW_SLO")));
    }

    #[test]
    fn a_breach_says_how_much_and_when() {
        let result = testdata::result(&testdata::fail(), P95);
        assert_eq!(result.reason_code.as_deref(), Some("P95_ABOVE_SLO"));
        assert!(result.saw.contains("requests"), "{}", result.saw);
        assert!(result.when.unwrap().starts_with("mostly 15 s to 25 s"));
        let next = result.next.unwrap();
        assert!(
            next.ends_with("--check search/typical_load/p95/slo --detail"),
            "{next}"
        );
    }

    #[test]
    fn no_requests_no_answer_too_few() {
        let zero = Shape::steady(0, 0).evidence();
        assert_eq!(of(&zero, P95), ("error", Some("ZERO_REQUESTS")));
        assert_eq!(of(&zero, ERRORS), ("error", Some("ZERO_REQUESTS")));
        let silent = Shape::steady(100, 0).unanswered(100).evidence();
        assert_eq!(of(&silent, P95), ("error", Some("TARGET_NEVER_ANSWERED")));
        assert_eq!(of(&silent, ERRORS), ("fail", Some("ERROR_RATE_ABOVE_SLO")));
        let few = Shape::steady(1, 20_000).evidence();
        assert_eq!(of(&few, P95), ("error", Some("TOO_FEW_SAMPLES")));
    }

    #[test]
    fn a_percentile_among_the_unanswered_is_unknown() {
        let some = Shape::steady(100, 20_000).unanswered(4).evidence();
        assert_eq!(of(&some, P95), ("pass", None));
        assert!(testdata::result(&some, P95).saw.ends_with("120 unanswered"));
        let many = Shape::steady(100, 20_000).unanswered(6).evidence();
        assert_eq!(of(&many, P95), ("error", Some("UNANSWERED_REQUESTS")));
    }

    #[test]
    fn no_evidence_is_an_error_with_its_reason() {
        for (evidence, reason) in [
            (testdata::killed(), "killed"),
            (testdata::interrupted(), "SIGINT"),
            (testdata::never_up(), "port 8080 is taken"),
        ] {
            let result = testdata::result(&evidence, P95);
            assert_eq!(of(&evidence, P95), ("error", Some("NOT_EXECUTED")));
            assert!(result.saw.contains(reason), "{}", result.saw);
        }
    }

    #[test]
    fn a_limit_that_is_no_number_never_passes() {
        let mut evidence = testdata::pass();
        testdata::slo(&mut evidence, P95).limit = f64::NAN;
        assert_eq!(of(&evidence, P95), ("error", Some("NOT_A_NUMBER")));
    }

    #[test]
    fn resources_are_held_against_their_limits() {
        let mut evidence = testdata::pass();
        testdata::slo(&mut evidence, "search/typical_load/cpu/slo").limit = 10.0;
        assert_eq!(
            of(&evidence, "search/typical_load/cpu/slo"),
            ("fail", Some("CPU_ABOVE_SLO"))
        );
        let unseen = testdata::without_samples();
        assert_eq!(
            of(&unseen, "search/typical_load/cpu/slo"),
            ("error", Some("RESOURCE_NOT_SAMPLED"))
        );
    }
}
