//! Whether the load generator itself was fit to measure.

use super::Check;
use crate::judge::case::Case;
use crate::judge::outcome::{Outcome, Promise};
use crate::judge::words;
use crate::model::check::CheckClass;
use crate::model::evidence::ScenarioFinished;
use crate::model::load::Scenario;

/// Greatest share of its CPU that a generator may use and still be believed.
const CPU_SHARE: f64 = 0.85;
/// Greatest lateness (p99) of its ticker, in microseconds.
const LAG_P99_US: u64 = 10_000;
/// Least share of the planned steady phase that must have happened.
const STEADY_SHARE: f64 = 0.95;

type Rule = fn(&Scenario, &ScenarioFinished) -> Outcome;

const RULES: [(&str, &str, &str, Rule); 4] = [
    (
        "cpu",
        "has CPU to spare",
        "at most 85 % of its CPU share",
        cpu,
    ),
    (
        "lag",
        "is on time",
        "a ticker at most 10 ms late (p99)",
        lag,
    ),
    ("users", "reaches its users", "all users at once", users),
    (
        "steady",
        "keeps its time",
        "at least 95 % of the planned steady phase",
        steady,
    ),
];

/// Four checks for every scenario.
pub(super) fn checks<'a>(case: &'a Case<'a>) -> Vec<Check<'a>> {
    let scenarios = case.plan().scenarios.iter();
    scenarios
        .flat_map(|scenario| {
            RULES.iter().map(move |(rule, title, wanted, decide)| {
                let id = format!("generator/{}/{rule}", scenario.name);
                let title = format!("the load generator {title} in {}", scenario.name);
                let promise = Promise::new(id, CheckClass::Generator, title)
                    .in_scenario(&scenario.name)
                    .wants(*wanted, None);
                Check::new(promise, move || match case.finished(&scenario.name) {
                    Ok(finished) => decide(scenario, finished),
                    Err(missing) => missing.into(),
                })
            })
        })
        .collect()
}

fn cpu(_: &Scenario, finished: &ScenarioFinished) -> Outcome {
    let share = finished.generator_cpu_share;
    if !share.is_finite() || share < 0.0 {
        let text = "the generator's CPU use is not a number";
        return Outcome::error("NOT_A_NUMBER", text).next("report it with this run's evidence");
    }
    let saw = format!("{} of its CPU share", words::share(share));
    if share > CPU_SHARE {
        let text = format!("measured the generator, not the service: {saw}");
        return Outcome::error("GENERATOR_SATURATED", text)
            .next("fewer users, longer think times, or more cores for the generator")
            .measured(share, 1);
    }
    Outcome::pass(saw).measured(share, 1)
}

fn lag(_: &Scenario, finished: &ScenarioFinished) -> Outcome {
    let late = |us: u64| words::number(us as f64 / 1000.0);
    let saw = format!(
        "{} ms late (p99), {} ms at most",
        late(finished.lag_p99_us),
        late(finished.lag_max_us)
    );
    if finished.lag_p99_us > LAG_P99_US {
        let text = format!("measured the generator, not the service: {saw}");
        return Outcome::error("GENERATOR_LATE", text)
            .next("give the generator a quieter machine, or cores of its own");
    }
    Outcome::pass(saw)
}

fn users(_: &Scenario, finished: &ScenarioFinished) -> Outcome {
    let (reached, wanted) = (finished.users_reached, finished.users_wanted);
    let saw = format!("{reached} of {wanted} users");
    if reached < wanted || wanted == 0 {
        let text = format!("the asked load was never applied: {saw}");
        return Outcome::error("USERS_NOT_REACHED", text)
            .next("a longer ramp, or see the open-file limit in the notes");
    }
    Outcome::pass(saw)
}

fn steady(scenario: &Scenario, finished: &ScenarioFinished) -> Outcome {
    let planned = scenario.steady_seconds().len() as f64;
    let seen = finished.steady_us as f64 / 1e6;
    let saw = format!("{} of {}", words::seconds(seen), words::seconds(planned));
    if seen < planned * STEADY_SHARE || seen <= 0.0 {
        let text = format!("the steady phase was cut short: {saw}");
        return Outcome::error("STEADY_TOO_SHORT", text).next("run the suite again");
    }
    Outcome::pass(saw)
}

#[cfg(test)]
mod tests {
    use crate::judge::testdata::{self, verdict_and_code as of};

    fn with(change: impl Fn(&mut super::ScenarioFinished), rule: &str) -> (&'static str, String) {
        let mut evidence = testdata::pass();
        testdata::finished(&mut evidence, change);
        let id = format!("generator/typical_load/{rule}");
        let (verdict, code) = of(&evidence, &id);
        (verdict, code.unwrap_or_default().to_owned())
    }

    #[test]
    fn at_its_limits_it_is_still_believed() {
        let pass = ("pass", String::new());
        assert_eq!(with(|f| f.generator_cpu_share = 0.85, "cpu"), pass);
        assert_eq!(with(|f| f.lag_p99_us = 10_000, "lag"), pass);
        assert_eq!(with(|f| f.steady_us = 28_500_000, "steady"), pass);
        assert_eq!(with(|_| (), "users"), pass);
    }

    #[test]
    fn beyond_them_it_measured_itself() {
        let error = |code: &str| ("error", code.to_owned());
        let saturated = with(|f| f.generator_cpu_share = 0.851, "cpu");
        assert_eq!(saturated, error("GENERATOR_SATURATED"));
        let unknown = with(|f| f.generator_cpu_share = f64::NAN, "cpu");
        assert_eq!(unknown, error("NOT_A_NUMBER"));
        assert_eq!(
            with(|f| f.lag_p99_us = 10_001, "lag"),
            error("GENERATOR_LATE")
        );
        assert_eq!(
            with(|f| f.users_reached -= 1, "users"),
            error("USERS_NOT_REACHED")
        );
        assert_eq!(
            with(|f| f.steady_us = 28_400_000, "steady"),
            error("STEADY_TOO_SHORT")
        );
    }

    #[test]
    fn no_evidence_is_an_error() {
        for rule in ["cpu", "lag", "users", "steady"] {
            let id = format!("generator/typical_load/{rule}");
            assert_eq!(
                of(&testdata::killed(), &id),
                ("error", Some("NOT_EXECUTED"))
            );
        }
    }
}
