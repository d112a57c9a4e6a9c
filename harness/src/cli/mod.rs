//! One file a command; the only place that turns errors into text and exit codes.

mod again;
mod arguments;
mod baseline;
mod chaos;
mod chaos_line;
mod chaos_plan;
pub mod check;
mod checks;
mod decide;
mod detail;
pub mod doctor;
mod drift;
pub mod exit;
mod fake;
mod fake_github;
mod fake_idp;
mod gate;
mod gate_files;
pub mod init;
pub mod interrupt;
mod keys;
mod pages;
pub mod problems;
pub mod progress;
mod prove;
mod run;
pub mod schema;
mod screen;
mod verify;

use crate::config::document::Kind;
use crate::environment::keeper;
use crate::runners::chaos::{delay, netns, reaper};
use arguments::{Arguments, Command};
use clap::Parser;
use std::io::Write;
use std::panic::catch_unwind;
use std::time::Duration;

/// The whole program: parses, calls, and answers the exit code. Never 0 on a panic.
pub fn main() -> u8 {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                exit::USAGE
            } else {
                exit::PASS
            };
        }
    };
    catch_unwind(|| dispatch(arguments.command)).unwrap_or_else(|_| {
        anstream::eprintln!(
            "error: this is a fault of proofhouse itself; please report the lines above"
        );
        exit::INTERNAL
    })
}

fn dispatch(command: Command) -> u8 {
    let mut out = anstream::stdout();
    match command {
        Command::Keep { grace_ms, program } => {
            keeper::keep(&program, Duration::from_millis(grace_ms))
        }
        Command::Reap { journal } => block_on(reaper::reap(&journal)),
        Command::InjectNs {
            pid,
            pid_start,
            namespace,
            parent,
            tool,
        } => {
            let resident = netns::Resident {
                pid,
                pid_start,
                namespace,
            };
            netns::enter(&resident, parent, &tool)
        }
        Command::DelayPackets { order } => delay::delay_packets(&order),
        Command::Run(arguments) | Command::Perf(arguments) => block_on(run::run(&arguments)),
        Command::Prove(arguments) => block_on(prove::run(&arguments)),
        Command::Drift(arguments) => block_on(drift::run(&arguments)),
        Command::Chaos { command } => block_on(chaos::run(&command)),
        Command::Fake { command } => block_on(fake::run(&command)),
        Command::Doctor => written(block_on(doctor::run(&mut out))),
        Command::Init(arguments) => {
            let init = init::Init {
                url: &arguments.url,
                path: &arguments.path,
                name: &arguments.name,
                folder: &arguments.folder,
            };
            written(init::run(&init, &mut out))
        }
        Command::Judge(arguments) => again::judge(&arguments),
        Command::Report(arguments) => again::report(&arguments),
        Command::Baseline { command } => baseline::run(&command),
        Command::Check { paths } => {
            let mut err = anstream::stderr();
            // Colours are always written here; the streams take them out where nobody sees them.
            written(check::run(
                &paths,
                &mut check::Screen {
                    out: &mut out,
                    err: &mut err,
                    color: true,
                },
            ))
        }
        Command::Gate { command, arguments } => gate::run(command.as_ref(), &arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Checks { suites } => written(checks::run(&suites, &mut out)),
        Command::Schema { kind } => schema_of(&kind, &mut out),
    }
}

fn schema_of(word: &str, out: &mut dyn Write) -> u8 {
    if word == schema::REPORT {
        return written(schema::report(out));
    }
    let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == word) else {
        let mut known: Vec<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        known.push(schema::REPORT);
        anstream::eprintln!(
            "error: no schema named `{word}`\n  = known: {}",
            known.join(", ")
        );
        return exit::USAGE;
    };
    written(schema::run(kind, out))
}

/// The caller's runtime: one thread, because load has a thread of its own, and
/// because a service ends with the thread that started it.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => std::panic::panic_any(format!("no runtime: {error}")),
    }
}

/// A screen that cannot be written to (a closed pipe) is nobody's verdict.
fn written(outcome: std::io::Result<u8>) -> u8 {
    outcome.unwrap_or_else(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => exit::PASS,
        _ => exit::INTERNAL,
    })
}
