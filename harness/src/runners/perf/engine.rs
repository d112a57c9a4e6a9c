//! The engine: one thread with one runtime, on which goose starts the users and the users send.
//!
//! Why so, with measurements: `docs/decisions/0003-load-engine.md`.

use super::health;
use super::ledger::{self, Book, Ledger};
use super::phases::Phases;
use super::script::{Script, step_names};
use super::session::Session;
use super::user;
use super::{Beside, LoadRequest, PerfError, Stop};
use crate::model::recorder::Recorder;
use goose::GooseAttack;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction};
use reqwest::Client;
use reqwest::redirect::Policy;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long requests on their way may take to come home after the planned end.
/// They are not counted; it only spares the service broken connections.
const GRACE: Duration = Duration::from_secs(2);

/// The same after a stop.
const STOP_GRACE: Duration = Duration::from_millis(300);

/// A scenario compiled and ready to start.
pub(super) struct Attack {
    scenario: String,
    phases: Phases,
    scripts: Vec<Arc<Script>>,
    books: Vec<Book>,
    client: Client,
    recorder: Recorder,
    stop: Stop,
    beside: Option<Beside>,
    open_files: u64,
}

/// A load that runs on its own thread. Dropping it ends the load.
pub(super) struct Engine {
    thread: Option<JoinHandle<Result<(), PerfError>>>,
    done: oneshot::Receiver<()>,
    /// Closed when the caller is gone.
    _caller: oneshot::Sender<()>,
}

impl Attack {
    /// Compiles a scenario; nothing is sent yet.
    ///
    /// # Errors
    /// A scenario that cannot be measured, or a step that cannot be sent.
    pub(super) fn prepare(
        request: &LoadRequest<'_>,
        recorder: &Recorder,
        stop: Stop,
    ) -> Result<Self, PerfError> {
        let phases = Phases::of(request.scenario, request.targets.len())?;
        let mut scripts = Vec::with_capacity(request.targets.len());
        let mut books = Vec::with_capacity(request.targets.len());
        for (number, resolved) in request.targets.iter().enumerate() {
            let script = Script::compile(number, request.scenario, resolved, request.seed)?;
            scripts.push(Arc::new(script));
            let target = resolved.target;
            books.push(Book::new(&target.name, step_names(target)));
        }
        Ok(Self {
            scenario: request.scenario.name.clone(),
            phases,
            scripts,
            books,
            client: client().map_err(engine_error)?,
            recorder: recorder.clone(),
            stop,
            beside: request.beside.clone(),
            open_files: health::raise_open_files(),
        })
    }

    /// Starts the load on a thread of its own; `began` tells when.
    ///
    /// # Errors
    /// No thread could be started.
    pub(super) fn start(self, began: oneshot::Sender<()>) -> Result<Engine, PerfError> {
        let (done_tx, done) = oneshot::channel();
        let (caller_tx, caller) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("load-engine".to_owned())
            .spawn(move || {
                // Dropped at the end, also by a panic: that is what `ended` waits for.
                let _done = done_tx;
                self.run(began, caller)
            })
            .map_err(engine_error)?;
        Ok(Engine {
            thread: Some(thread),
            done,
            _caller: caller_tx,
        })
    }

    /// The engine's thread.
    fn run(
        mut self,
        began: oneshot::Sender<()>,
        caller: oneshot::Receiver<()>,
    ) -> Result<(), PerfError> {
        silence();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(engine_error)?;
        let (phases, books) = (self.phases.clone(), std::mem::take(&mut self.books));
        let attack = {
            let _inside = runtime.enter();
            self.goose()?
        };
        let seen = self.beside.as_ref().map(|beside| Arc::clone(&beside.seen));
        let ledger = Ledger::new(self.recorder.clone(), &self.scenario, phases, books);
        ledger::open(ledger.showing(seen));
        // Nobody listens any more when the caller is gone; then the load ends at once.
        let _ = began.send(());
        let outcome = runtime.block_on(self.attack(attack, caller));
        // Drops the users. Name look-ups that still run are not waited for.
        runtime.shutdown_background();
        if matches!(outcome, Ok(Outcome::Finished)) {
            ledger::with(|ledger| ledger.summarise(self.open_files));
        }
        outcome.map(|_| ())
    }

    async fn attack(
        &mut self,
        attack: GooseAttack,
        caller: oneshot::Receiver<()>,
    ) -> Result<Outcome, PerfError> {
        let ticker = tokio::spawn(health::tick());
        let began = ledger::with(|ledger| ledger.began()).unwrap_or_else(Instant::now);
        let end = tokio::time::sleep_until((began + self.phases.end).into());
        let mut until = self.beside.as_ref().map(|beside| beside.until.clone());
        let outcome = tokio::select! {
            ended = Box::pin(attack.execute()) => Err(PerfError::Engine(match ended {
                Ok(_) => "goose ended before its time".to_owned(),
                Err(error) => error.to_string(),
            })),
            () = end => Ok(Outcome::Finished),
            () = told(&mut until) => Ok(Outcome::Finished),
            () = stopped(&mut self.stop) => Ok(Outcome::Stopped),
            _ = caller => Ok(Outcome::Stopped),
        };
        ledger::with(Ledger::close);
        ticker.abort();
        drain(match outcome {
            Ok(Outcome::Finished) => GRACE,
            _ => STOP_GRACE,
        })
        .await;
        outcome
    }

    /// One goose attack with a scenario for each target: goose gives each the
    /// same number of users, in turns.
    fn goose(&self) -> Result<GooseAttack, PerfError> {
        let told = |error: goose::GooseError| PerfError::Engine(error.to_string());
        let mut attack = GooseAttack::initialize_with_config(self.configuration())
            .and_then(|attack| {
                // Users send with our client; this one is shared, so that none
                // of them gets one built for it alone.
                attack
                    .set_client_builder_without_cookies(GooseClientBuilder::new().without_cookies())
            })
            .map_err(told)?;
        for script in &self.scripts {
            let name = format!("target {}", script.target);
            let scenario = Scenario::new(&name)
                .register_transaction(Transaction::new(turns(script, &self.client)));
            attack = attack.register_scenario(scenario);
        }
        Ok(attack)
    }

    /// goose's options: start all users at once, and nothing else. It runs until
    /// it is dropped.
    #[allow(clippy::field_reassign_with_default)] // some of its fields are private
    fn configuration(&self) -> GooseConfiguration {
        let mut configuration = GooseConfiguration::default();
        // Asked for, and never used: our requests carry their own addresses.
        configuration.host = Some("http://localhost/".to_owned());
        configuration.users = Some(self.phases.users_wanted as usize);
        // As fast as it can.
        configuration.increase_rate = Some("1000000".to_owned());
        // With a test plan or `no_reset_metrics` it would print lines on the screen.
        configuration.quiet = 1;
        configuration.no_metrics = true;
        configuration.no_transaction_metrics = true;
        configuration.no_scenario_metrics = true;
        configuration.no_print_metrics = true;
        configuration.no_error_summary = true;
        configuration.no_telnet = true;
        configuration
    }
}

/// How a load ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Finished,
    Stopped,
}

impl Engine {
    /// Waits for the load to end.
    ///
    /// # Errors
    /// What made it fail.
    pub(super) async fn ended(mut self) -> Result<(), PerfError> {
        // It is never sent to, only dropped.
        let _ = (&mut self.done).await;
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        match thread.join() {
            Ok(ended) => ended,
            Err(panic) => Err(PerfError::Engine(panic_text(&*panic))),
        }
    }
}

/// What one transaction of goose does: one turn of its user.
fn turns(script: &Arc<Script>, client: &Client) -> TransactionFunction {
    let (script, client) = (script.clone(), client.clone());
    Arc::new(move |goose_user: &mut GooseUser| {
        let (script, client) = (script.clone(), client.clone());
        Box::pin(async move {
            if goose_user.get_session_data::<Session>().is_none() {
                goose_user.set_session_data(user::arrive(&script));
            }
            if let Some(session) = goose_user.get_session_data_mut::<Session>() {
                user::turn(&script, &client, session).await;
            }
            Ok(())
        })
    })
}

/// The one client of all users: connections are shared, kept, and never fewer than users.
fn client() -> Result<Client, reqwest::Error> {
    Client::builder()
        .user_agent(concat!("proofhouse/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .tcp_nodelay(true)
        .pool_idle_timeout(None)
        .pool_max_idle_per_host(usize::MAX)
        // Over HTTP/2 all users would share one connection.
        .http1_only()
        // The service's bytes are read as they come, compressed or not.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .build()
}

/// Waits for the end of what the load accompanies; for ever where that is nothing.
async fn told(until: &mut Option<Stop>) {
    match until {
        Some(until) => stopped(until).await,
        None => std::future::pending().await,
    }
}

async fn stopped(stop: &mut Stop) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // Nobody can stop it any more.
        std::future::pending::<()>().await;
    }
}

/// Waits for requests on their way, but not longer than `grace`.
async fn drain(grace: Duration) {
    let until = Instant::now() + grace;
    while Instant::now() < until && ledger::with(|ledger| ledger.in_flight()) > Some(0) {
        tokio::time::sleep(health::TICK).await;
    }
}

/// goose brings a logger that prints on the screen; the screen belongs to the face.
fn silence() {
    struct Silent;
    impl log::Log for Silent {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            false
        }
        fn log(&self, _: &log::Record<'_>) {}
        fn flush(&self) {}
    }
    // A logger that is there already is somebody's own choice.
    let _ = log::set_logger(&Silent);
}

fn engine_error(error: impl std::error::Error) -> PerfError {
    PerfError::Engine(error.to_string())
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it panicked")
        .to_owned()
}
