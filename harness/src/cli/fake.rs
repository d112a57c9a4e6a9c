//! `proofhouse fake`: stands in for somebody else's server until Ctrl-C.

use super::arguments::FakeCommand;
use super::{fake_github, fake_idp};

/// Does what was asked for.
pub(super) async fn run(command: &FakeCommand) -> u8 {
    match command {
        FakeCommand::Idp(arguments) => fake_idp::run(arguments).await,
        FakeCommand::Scenes => fake_idp::scenes(),
        FakeCommand::GitHub(arguments) => fake_github::run(arguments).await,
    }
}
