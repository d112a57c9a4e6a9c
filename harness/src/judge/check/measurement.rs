//! What the plan asks to measure was measured: CPU and memory of every target.

use super::Check;
use crate::judge::case::Case;
use crate::judge::measured::summarise;
use crate::judge::outcome::{Outcome, Promise, Undecided};
use crate::judge::words;
use crate::model::check::CheckClass;
use crate::model::load::Scenario;
use crate::model::promise::Metric;
use crate::model::resource::ResourceSummary;

/// One check for every target, scenario and resource among the plan's metrics.
pub(super) fn checks<'a>(case: &'a Case<'a>) -> Vec<Check<'a>> {
    let asked = |metric: &Metric| case.plan().metrics.contains(metric);
    [Metric::CpuPercent, Metric::MemoryMb]
        .into_iter()
        .filter(asked)
        .flat_map(|metric| {
            case.pairs().map(move |(scenario, service)| {
                let promise = promise(scenario, service, metric);
                Check::new(promise, move || decide(case, scenario, service, metric))
            })
        })
        .collect()
}

fn promise(scenario: &Scenario, service: &str, metric: Metric) -> Promise {
    let id = format!("{service}/{}/{}/sampled", scenario.name, metric.short());
    let title = format!(
        "{service} {} is sampled in {}",
        words::name(metric),
        scenario.name
    );
    Promise::new(id, CheckClass::Measurement, title)
        .in_scenario(&scenario.name)
        .of_service(service)
        .on(metric)
        .wants("a sample in at least half of the steady seconds", None)
}

fn decide(case: &Case<'_>, scenario: &Scenario, service: &str, metric: Metric) -> Outcome {
    let summary = match sampled(case, scenario, service, metric) {
        Ok(summary) => summary,
        Err(undecided) => return undecided.into(),
    };
    let saw = format!(
        "mean {}, p95 {}, maximum {} over {}",
        words::number(summary.mean),
        words::number(summary.p95),
        words::with_unit(metric, summary.max),
        words::counted(summary.samples, "sample")
    );
    Outcome::pass(saw).measured(summary.mean, summary.samples)
}

/// The samples of the steady phase, summarised, or why they cannot be.
pub(super) fn sampled(
    case: &Case<'_>,
    scenario: &Scenario,
    service: &str,
    metric: Metric,
) -> Result<ResourceSummary, Undecided> {
    let finished = case.finished(&scenario.name)?;
    let values = values(case, &scenario.name, service, metric);
    let seconds = finished.steady_us / 1_000_000;
    let seen = case.service(&scenario.name, service);
    let why = seen.and_then(|seen| seen.unsampled);
    if values.is_empty() || (values.len() as u64) * 2 < seconds {
        return Err(missing(metric, values.len() as u64, seconds, why));
    }
    summarise(&values).ok_or_else(|| {
        let text = format!("a sample of {} is not a number", words::name(metric));
        Undecided::error("NOT_A_NUMBER", text).next("report it with this run's evidence")
    })
}

/// One resource of one target over the steady phase, in order of time.
pub(crate) fn values(case: &Case<'_>, scenario: &str, service: &str, metric: Metric) -> Vec<f64> {
    let samples = case.samples(scenario, service);
    let value = |s: &&_| -> f64 { of(s, metric) };
    samples.iter().map(value).collect()
}

fn of(sample: &crate::model::resource::ResourceSample, metric: Metric) -> f64 {
    match metric {
        Metric::MemoryMb => sample.memory_mib,
        _ => sample.cpu_percent,
    }
}

fn missing(metric: Metric, samples: u64, seconds: u64, why: Option<&str>) -> Undecided {
    let mut text = format!(
        "{} of {} in {seconds} steady seconds",
        words::counted(samples, "sample"),
        words::name(metric)
    );
    if let Some(why) = why {
        text = format!("{text}: {why}");
    }
    Undecided::error("RESOURCE_NOT_SAMPLED", text)
        .next("name the target's process or container under `resources`, or drop the metric")
}

#[cfg(test)]
mod tests {
    use crate::judge::testdata::{self, verdict_and_code as of};

    const CPU: &str = "search/typical_load/cpu/sampled";

    #[test]
    fn sampled_every_second() {
        let evidence = testdata::pass();
        assert_eq!(of(&evidence, CPU), ("pass", None));
        let saw = testdata::result(&evidence, CPU).saw;
        assert!(saw.ends_with("over 30 samples"), "{saw}");
    }

    #[test]
    fn no_evidence_is_an_error() {
        let evidence = testdata::without_samples();
        assert_eq!(of(&evidence, CPU), ("error", Some("RESOURCE_NOT_SAMPLED")));
        let saw = testdata::result(&evidence, CPU).saw;
        assert!(saw.ends_with("no process with this number"), "{saw}");
        assert_eq!(
            of(&testdata::killed(), CPU),
            ("error", Some("NOT_EXECUTED"))
        );
    }

    #[test]
    fn half_the_seconds_is_the_least() {
        let fifteen = testdata::with_samples(15);
        assert_eq!(of(&fifteen, CPU), ("pass", None));
        let fourteen = testdata::with_samples(14);
        assert_eq!(of(&fourteen, CPU), ("error", Some("RESOURCE_NOT_SAMPLED")));
    }
}
