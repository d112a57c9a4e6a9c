//! Parse, call, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(proofhouse::cli::main())
}
