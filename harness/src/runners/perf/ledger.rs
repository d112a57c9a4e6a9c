//! Everything the engine's thread counts, kept without locks: one ledger a thread, touched only between awaits.

use super::health::Health;
use super::phases::Phases;
use super::tally::Count;
use crate::model::evidence::{
    Event, FailureClass, FailureExample, Response, ScenarioFinished, Summary, Window,
};
use crate::model::recorder::Recorder;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Failed requests kept with their answer, for each target and class.
const EXAMPLES: u8 = 3;

thread_local! {
    static LEDGER: RefCell<Option<Ledger>> = const { RefCell::new(None) };
}

/// Opens the ledger of this thread.
pub(super) fn open(ledger: Ledger) {
    LEDGER.set(Some(ledger));
}

/// Does something with this thread's ledger; `None` where it is not open.
pub(super) fn with<R>(act: impl FnOnce(&mut Ledger) -> R) -> Option<R> {
    // Users may be dropped after the thread's own data.
    LEDGER
        .try_with(|ledger| ledger.try_borrow_mut().ok()?.as_mut().map(act))
        .ok()
        .flatten()
}

/// Who is shown every response.
pub(super) type Seen = Arc<dyn Fn(&Response) + Send + Sync>;

/// Counts of one scenario.
pub(super) struct Ledger {
    recorder: Recorder,
    /// Where every response is an event of its own: who is shown it.
    seen: Option<Seen>,
    scenario: String,
    phases: Phases,
    began: Instant,
    /// The second whose window is open.
    second: u32,
    over: bool,
    users: u32,
    users_reached: u32,
    health: Health,
    books: Vec<Book>,
}

/// Counts of one target.
#[derive(Debug)]
pub(super) struct Book {
    service: String,
    window: Count,
    steps: Vec<StepBook>,
    users_seen: u32,
    users: u32,
    in_flight: u32,
    examples: [u8; FailureClass::ALL.len()],
}

/// Counts of one step: of the steady phase, or of the whole run for setup.
#[derive(Debug)]
struct StepBook {
    name: String,
    setup: bool,
    count: Count,
}

impl Book {
    /// An empty book; steps are named and told apart from setup, in the order of their numbers.
    pub(super) fn new(service: &str, steps: Vec<(String, bool)>) -> Self {
        let step = |(name, setup)| StepBook {
            name,
            setup,
            count: Count::default(),
        };
        Self {
            service: service.to_owned(),
            window: Count::default(),
            steps: steps.into_iter().map(step).collect(),
            users_seen: 0,
            users: 0,
            in_flight: 0,
            examples: Default::default(),
        }
    }
}

/// One request that ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    /// Number of the target.
    pub(super) target: usize,
    /// Number of the step in the target.
    pub(super) step: usize,
    /// When the last byte, the error or the timeout came.
    pub(super) at: Instant,
    /// Time since just before it was sent.
    pub(super) took: Duration,
    /// Why it does not count as good.
    pub(super) failure: Option<FailureClass>,
}

impl Ledger {
    /// Load begins now.
    pub(super) fn new(
        recorder: Recorder,
        scenario: &str,
        phases: Phases,
        books: Vec<Book>,
    ) -> Self {
        recorder.record(Event::ScenarioStarted {
            scenario: scenario.to_owned(),
        });
        let mut ledger = Self {
            recorder,
            seen: None,
            scenario: scenario.to_owned(),
            phases,
            began: Instant::now(),
            second: 0,
            over: false,
            users: 0,
            users_reached: 0,
            health: Health::default(),
            books,
        };
        ledger.enter_second();
        ledger
    }

    /// Records every response as an event of its own, and shows it.
    pub(super) fn showing(mut self, seen: Option<Seen>) -> Self {
        self.seen = seen;
        self
    }

    /// When the load began.
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    /// Whether the load is over: users send nothing more.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// The number of a target's next user, from 1.
    pub(super) fn next_user(&mut self, target: usize) -> u32 {
        self.books[target].users_seen += 1;
        self.books[target].users_seen
    }

    /// A user of a target started.
    pub(super) fn user_came(&mut self, target: usize) {
        self.books[target].users += 1;
        self.users += 1;
        self.users_reached = self.users_reached.max(self.users);
    }

    /// A user of a target stopped.
    pub(super) fn user_left(&mut self, target: usize) {
        self.books[target].users -= 1;
        self.users -= 1;
    }

    /// A request of a target is on its way.
    pub(super) fn sent(&mut self, target: usize) {
        self.books[target].in_flight += 1;
    }

    /// A request of a target is not on its way any more.
    pub(super) fn landed(&mut self, target: usize) {
        self.books[target].in_flight -= 1;
    }

    /// Requests on their way, over all targets.
    pub(super) fn in_flight(&self) -> u32 {
        self.books.iter().map(|book| book.in_flight).sum()
    }

    /// Records a response where that is wanted, also one that came after the end.
    fn respond(&self, request: &Ended) {
        let (book, step) = (
            &self.books[request.target],
            &self.books[request.target].steps[request.step],
        );
        let Some(seen) = self.seen.as_ref().filter(|_| !step.setup) else {
            return;
        };
        let us = |at: Instant| {
            let since = at.saturating_duration_since(self.recorder.began());
            u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
        };
        let complete_us = us(request.at);
        let took_us = u64::try_from(request.took.as_micros()).unwrap_or(u64::MAX);
        let response = Response {
            service: book.service.clone(),
            step: step.name.clone(),
            invoke_us: complete_us.saturating_sub(took_us),
            complete_us,
            failure: request.failure,
        };
        seen(&response);
        self.recorder.record(Event::Response(response));
    }

    /// A request that was on its way when the load's time was over: nobody answered it.
    pub(super) fn unanswered(&mut self, target: usize, step: usize, sent: Instant) {
        let at = Instant::now();
        self.respond(&Ended {
            target,
            step,
            at,
            took: at.saturating_duration_since(sent),
            failure: Some(FailureClass::Timeout),
        });
    }

    /// Counts a request in the second in which it ended; after the end it is not counted.
    pub(super) fn ended(&mut self, request: Ended) {
        self.respond(&request);
        let since = request.at.saturating_duration_since(self.began);
        if self.over || since >= self.phases.end {
            return;
        }
        self.roll(since);
        let took_us = u64::try_from(request.took.as_micros()).unwrap_or(u64::MAX);
        let steady = self.phases.is_steady(self.second);
        let book = &mut self.books[request.target];
        let step = &mut book.steps[request.step];
        if step.setup || steady {
            step.count.add(request.failure, took_us);
        }
        if !step.setup {
            book.window.add(request.failure, took_us);
        }
    }

    /// Whether an example of this failure is still wanted; asking takes its place.
    pub(super) fn wants_example(&mut self, target: usize, class: FailureClass) -> bool {
        let taken = &mut self.books[target].examples[class as usize];
        let wanted = *taken < EXAMPLES && !self.over;
        *taken += u8::from(wanted);
        wanted
    }

    /// Records a failed request; the names of scenario, target and step are filled in.
    pub(super) fn example(&mut self, target: usize, step: usize, mut example: FailureExample) {
        let book = &self.books[target];
        example.scenario.clone_from(&self.scenario);
        example.service.clone_from(&book.service);
        example.step.clone_from(&book.steps[step].name);
        self.recorder.record(Event::Failure(example));
    }

    /// A tick of the health ticker that was late.
    pub(super) fn tick(&mut self, now: Instant, late: Duration) {
        if self.over {
            return;
        }
        self.roll(
            now.saturating_duration_since(self.began)
                .min(self.phases.end),
        );
        if self.phases.is_steady(self.second) {
            let late_us = u64::try_from(late.as_micros()).unwrap_or(u64::MAX);
            self.health.lateness.record(late_us);
        }
    }

    /// Closes every window whose second is over.
    fn roll(&mut self, since: Duration) {
        while u64::from(self.second) < since.as_secs() {
            self.close_windows(self.phases.is_steady(self.second));
            self.second += 1;
            self.enter_second();
        }
    }

    fn enter_second(&mut self) {
        if self.second == self.phases.steady_from_s {
            self.health.begin();
            self.recorder.record(Event::SteadyStarted {
                scenario: self.scenario.clone(),
            });
        } else if self.second == self.phases.steady_to_s {
            self.health.end();
        }
    }

    fn close_windows(&mut self, steady: bool) {
        for book in &mut self.books {
            let times = &book.window.latencies;
            let window = Window {
                scenario: self.scenario.clone(),
                service: book.service.clone(),
                t_s: self.second,
                steady,
                requests: book.window.requests,
                failures: book.window.failures(),
                users: book.users,
                in_flight: book.in_flight,
                p50_us: times.percentile_us(50.0),
                p95_us: times.percentile_us(95.0),
                p99_us: times.percentile_us(99.0),
                max_us: times.max_us(),
            };
            self.recorder.record(Event::Window(window));
            book.window.clear();
        }
    }

    /// Ends the load: nothing is counted any more. A second that is cut short
    /// gets a window that is not judged.
    pub(super) fn close(&mut self) {
        let since = self.began.elapsed().min(self.phases.end);
        self.roll(since);
        if since.subsec_nanos() > 0 {
            self.close_windows(false);
        }
        if self.phases.end_early(self.second) {
            self.health.end();
        }
        self.over = true;
    }

    /// Records how the generator did and the totals of every target.
    pub(super) fn summarise(&self, open_files_limit: u64) {
        let late = &self.health.lateness;
        self.recorder
            .record(Event::ScenarioFinished(ScenarioFinished {
                scenario: self.scenario.clone(),
                steady_us: self.phases.steady_us(),
                users_wanted: self.phases.users_wanted,
                users_reached: self.users_reached,
                generator_cpu_share: self.health.cpu_share(),
                lag_p99_us: late.percentile_us(99.0).unwrap_or(0),
                lag_max_us: late.max_us().unwrap_or(0),
                open_files_limit,
            }));
        // Where every response is there by itself there is nothing to sum up.
        let summed = self.books.iter().filter(|_| self.seen.is_none());
        for book in summed {
            self.recorder.record(Event::Summary(self.summary(book)));
        }
    }

    fn summary(&self, book: &Book) -> Summary {
        let mut total = Count::default();
        for step in book.steps.iter().filter(|step| !step.setup) {
            total.merge(&step.count);
        }
        let named = |step: &StepBook| match step.setup {
            true => format!("setup: {}", step.name),
            false => step.name.clone(),
        };
        Summary {
            scenario: self.scenario.clone(),
            service: book.service.clone(),
            total: total.to_tally(),
            by_step: (book.steps.iter())
                .map(|step| (named(step), step.count.to_tally()))
                .collect(),
        }
    }
}
