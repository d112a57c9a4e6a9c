//! The screen while a run goes on: live lines on a terminal, plain ones elsewhere.

use super::chaos_line;
use crate::model::evidence::{Event, Timed, Window};
use crate::model::load::Scenario;
use crate::model::plan::Plan;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

/// Seconds between two plain lines of the same target.
const PLAIN_EVERY_S: u32 = 10;

/// Shows a run's events to a person. Never decides anything, and its output
/// goes to standard error, so that standard output stays the report's.
pub struct Progress {
    lengths: BTreeMap<String, u64>,
    live: Option<Live>,
    quiet: bool,
}

struct Live {
    screen: MultiProgress,
    head: Option<ProgressBar>,
    targets: BTreeMap<String, ProgressBar>,
}

impl Progress {
    /// Live where standard error is a terminal and `CI` is not set, else plain.
    pub fn new(plan: &Plan, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let live = (terminal && !quiet).then(|| Live {
            screen: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
            head: None,
            targets: BTreeMap::new(),
        });
        let lengths = plan
            .performance
            .scenarios
            .iter()
            .map(|s| (s.name.clone(), length_s(s)))
            .collect();
        Self {
            lengths,
            live,
            quiet,
        }
    }

    /// A line that stays.
    pub fn say(&self, line: &str) {
        if self.quiet {
            return;
        }
        match &self.live {
            Some(live) => {
                let _ = live.screen.println(line);
            }
            None => anstream::eprintln!("{line}"),
        }
    }

    /// Shows one event.
    pub fn event(&mut self, timed: &Timed) {
        match &timed.event {
            Event::ScenarioStarted { scenario } => self.begin(scenario),
            Event::Window(window) => self.window(window),
            Event::ScenarioFinished(finished) => self.finish(&finished.scenario),
            Event::EnvironmentUp { services } if !services.is_empty() => {
                let names: Vec<_> = services
                    .iter()
                    .map(|s| format!("{} at {}", s.name, s.url))
                    .collect();
                self.say(&format!("  ready    {}", names.join(", ")));
            }
            Event::ServiceDied { service, detail } => {
                self.say(&format!("  died     {service}: {detail}"));
            }
            Event::ResourceMissing {
                service, reason, ..
            } => {
                self.say(&format!("  missing  cpu and memory of {service}: {reason}"));
            }
            Event::Chaos(event) => {
                if let Some(line) = chaos_line::line(event) {
                    self.say(&line);
                }
            }
            Event::Interrupted { signal } => {
                self.clear();
                self.say(&format!(
                    "  {signal}: ending the load and keeping the evidence"
                ));
            }
            _ => {}
        }
    }

    fn begin(&mut self, scenario: &str) {
        let Some(length) = self.lengths.get(scenario).copied() else {
            // A load beside a story ends when that does.
            return self.say(&format!("  load     {scenario}"));
        };
        let Some(live) = &mut self.live else {
            return self.say(&format!("  load     {scenario}, {length} s"));
        };
        live.targets.clear();
        let head = live.screen.add(ProgressBar::new(length));
        if let Ok(style) =
            ProgressStyle::with_template("  {prefix:<16} {bar:24} {pos:>3} s of {len} s, {msg}")
        {
            head.set_style(style.progress_chars("=> "));
        }
        head.set_prefix(scenario.to_owned());
        live.head = Some(head);
    }

    fn window(&mut self, window: &Window) {
        let Some(length) = self.lengths.get(&window.scenario).copied() else {
            return;
        };
        let done = u64::from(window.t_s) + 1;
        let line = describe(window);
        let Some(live) = &mut self.live else {
            if (window.t_s + 1).is_multiple_of(PLAIN_EVERY_S) {
                self.say(&format!("  {:>4} s   {line}", window.t_s + 1));
            }
            return;
        };
        if let Some(head) = &live.head {
            head.set_position(done.min(length));
            head.set_message(format!("{} s left", length.saturating_sub(done)));
        }
        let screen = &live.screen;
        let bar = live
            .targets
            .entry(window.service.clone())
            .or_insert_with(|| target_bar(screen));
        bar.set_message(line);
        bar.tick();
    }

    fn finish(&mut self, scenario: &str) {
        self.clear();
        self.say(&format!("  done     {scenario}"));
    }

    /// Takes the live lines off the screen.
    pub fn clear(&mut self) {
        if let Some(live) = &mut self.live {
            for bar in live.targets.values().chain(live.head.iter()) {
                bar.finish_and_clear();
            }
            live.targets.clear();
            live.head = None;
        }
    }
}

fn target_bar(screen: &MultiProgress) -> ProgressBar {
    let bar = screen.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("    {msg}") {
        bar.set_style(style);
    }
    bar
}

/// Ramp and steady phase together, in whole seconds.
fn length_s(scenario: &Scenario) -> u64 {
    let staged: Duration = scenario.stages.iter().map(|stage| stage.duration).sum();
    let load = if scenario.stages.is_empty() {
        scenario.duration
    } else {
        staged
    };
    (scenario.ramp + load).as_secs()
}

/// `search   101 req/s   p95 4.1 ms   0 errors`
fn describe(window: &Window) -> String {
    let failed: u64 = window.failures.values().sum();
    let p95 = window.p95_us.map_or("no answer".to_owned(), |us| {
        format!("p95 {}", milliseconds(us))
    });
    let warm = if window.steady { "" } else { "   (warm-up)" };
    format!(
        "{:<24} {:>6} req/s   {p95:<14} {failed} errors{warm}",
        window.service, window.requests
    )
}

#[allow(clippy::cast_precision_loss)]
fn milliseconds(us: u64) -> String {
    let ms = us as f64 / 1000.0;
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{ms:.0} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_reads_as_a_line() {
        let window = Window {
            scenario: "s".into(),
            service: "search".into(),
            t_s: 3,
            steady: true,
            requests: 101,
            failures: BTreeMap::new(),
            users: 10,
            in_flight: 1,
            p50_us: Some(900),
            p95_us: Some(4_120),
            p99_us: None,
            max_us: None,
        };
        assert_eq!(
            describe(&window),
            "search                      101 req/s   p95 4.1 ms     0 errors"
        );
        assert_eq!(milliseconds(212_400), "212 ms");
    }
}
