//! A tool in a target's network namespace that is spoken with, line by line: we own its input, and
//! it ends with us.

use super::FaultError;
use crate::runners::chaos::netns::Resident;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long an answer, or an end, may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The tool, and both ends of what is said.
#[derive(Debug)]
pub(super) struct Dialogue {
    tool: &'static str,
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Dialogue {
    /// Starts a tool in the namespace; errors call it `tool`.
    pub(super) fn start(
        resident: &Resident,
        tool: &'static str,
        command: &[&str],
    ) -> Result<Self, FaultError> {
        Self::of(resident.command(command)?, tool)
    }

    fn of(mut command: Command, tool: &'static str) -> Result<Self, FaultError> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| FaultError::Kernel(format!("{tool}: {error}")))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(FaultError::Kernel(format!("{tool} has no pipes")));
        };
        Ok(Self {
            tool,
            child,
            input,
            output: BufReader::new(output).lines(),
        })
    }

    /// Says a text, which ends its own lines.
    pub(super) async fn say(&mut self, text: &str) -> Result<(), FaultError> {
        match self.input.write_all(text.as_bytes()).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.broken(&error.to_string()).await),
        }
    }

    /// The next line of what it answers. A call that is cancelled loses none.
    pub(super) async fn line(&mut self) -> Result<String, FaultError> {
        match self.output.next_line().await {
            Ok(Some(line)) => Ok(line),
            Ok(None) => Err(self.broken(&format!("{} ended", self.tool)).await),
            Err(error) => Err(FaultError::Kernel(error.to_string())),
        }
    }

    /// How it ended, where it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until it has ended by itself.
    pub(super) async fn wait(&mut self) -> Result<(), FaultError> {
        match tokio::time::timeout(PATIENCE, self.child.wait()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(FaultError::Kernel(error.to_string())),
            Err(_) => Err(self.late()),
        }
    }

    /// Ends it; answers when it has ended.
    pub(super) async fn kill(&mut self) {
        let _ = self.child.kill().await;
    }

    /// It did not answer in time.
    pub(super) fn late(&self) -> FaultError {
        FaultError::Kernel(format!("{} did not answer within {PATIENCE:?}", self.tool))
    }

    async fn broken(&mut self, what: &str) -> FaultError {
        let mut told = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let read = stderr.read_to_string(&mut told);
            let _ = tokio::time::timeout(Duration::from_secs(1), read).await;
        }
        FaultError::Kernel(format!("{what}: {}", told.trim()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shell(script: &str) -> Dialogue {
        let mut command = Command::new("sh");
        command.args(["-c", script]).kill_on_drop(true);
        Dialogue::of(command, "sh").unwrap()
    }

    #[tokio::test]
    async fn what_is_said_is_answered_line_by_line() {
        let mut dialogue = shell("while read word; do echo heard $word; echo and more; done");
        dialogue.say("one\n").await.unwrap();
        assert_eq!(dialogue.line().await.unwrap(), "heard one");
        assert_eq!(dialogue.line().await.unwrap(), "and more");
        assert_eq!(dialogue.ended(), None);
        dialogue.kill().await;
        assert!(dialogue.ended().is_some_and(|status| !status.success()));
    }

    #[tokio::test]
    async fn a_tool_that_ends_has_said_why() {
        let mut dialogue = shell("echo no such table >&2; exit 3");
        let error = dialogue.line().await.unwrap_err().to_string();
        assert_eq!(error, "sh ended: no such table");
        dialogue.wait().await.unwrap();
        assert_eq!(dialogue.ended().and_then(|status| status.code()), Some(3));
    }

    #[tokio::test]
    async fn who_is_late_is_named() {
        let error = shell("exit").late().to_string();
        assert_eq!(error, "sh did not answer within 5s");
    }
}
