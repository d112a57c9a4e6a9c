//! Our handle on the process that holds packets in a target's network namespace
//! ([`crate::runners::chaos::delay`]): we own its input, and it ends with us.

use super::{Between, FaultError, table};
use crate::runners::chaos::delay::{Order, Tally};
use crate::runners::chaos::netns::Resident;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

const PATIENCE: Duration = Duration::from_secs(5);
const WATCH: Duration = Duration::from_millis(100);

/// A process that is ready to hold packets, or does.
#[derive(Debug)]
pub(super) struct Holder {
    resident: Resident,
    table: String,
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Holder {
    /// Starts it; its rules are there and match nothing yet.
    pub(super) async fn start(resident: &Resident, order: &Order) -> Result<Self, FaultError> {
        let program = std::env::current_exe();
        let program = program.map_err(|error| FaultError::Kernel(error.to_string()))?;
        let program: &str = &program.to_string_lossy();
        let order_text = serde_json::to_string(order);
        let order_text = order_text.map_err(|error| FaultError::Kernel(error.to_string()))?;
        let mut child = resident
            .command(&[program, "delay-packets", "--order", &order_text])?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| FaultError::Kernel(format!("delay-packets: {error}")))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(FaultError::Kernel("delay-packets has no pipes".to_owned()));
        };
        let mut holder = Self {
            resident: resident.clone(),
            table: order.table.clone(),
            child,
            input,
            output: BufReader::new(output).lines(),
        };
        holder.hear("ready").await?;
        Ok(holder)
    }

    /// Lets the rules match for so long; answers when they are in force. The kernel ends it,
    /// whatever becomes of us.
    pub(super) async fn begin(&mut self, lasts: Duration) -> Result<(), FaultError> {
        self.say(&format!("begin {}\n", lasts.as_millis().max(1)))
            .await?;
        self.hear("begun").await.map(drop)
    }

    /// How long packets were held so far.
    pub(super) async fn tally(&mut self) -> Result<Tally, FaultError> {
        self.say("tally\n").await?;
        let line = self.hear("tally").await?;
        let tally = Tally::parse(&line);
        tally.ok_or_else(|| FaultError::Kernel(format!("delay-packets said `{line}`")))
    }

    /// Ends it: what is held goes at once. Answers when its rules are seen to be gone.
    pub(super) async fn end(&mut self) -> Result<Between, FaultError> {
        let from = Instant::now();
        let to = match self.finish().await {
            Ok(to) => to,
            // The kernel ends the rules with the process, and drops what it held.
            Err(_) => {
                let _ = self.child.kill().await;
                Instant::now()
            }
        };
        table::gone(&self.resident, &self.table).await?;
        Ok(Between { from, to })
    }

    async fn finish(&mut self) -> Result<Instant, FaultError> {
        if let Ok(Some(_)) = self.child.try_wait() {
            return Ok(Instant::now());
        }
        self.say("end\n").await?;
        self.hear("ended").await?;
        let to = Instant::now();
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.map_err(|_| late())?.map_err(|error| {
            let error = error.to_string();
            FaultError::Kernel(error)
        })?;
        Ok(to)
    }

    /// Waits until packets are no longer only late though nobody ended it; says why.
    pub(super) async fn vanished(&mut self) -> String {
        loop {
            tokio::time::sleep(WATCH).await;
            if !self.resident.is_there() {
                return "the container was started anew, and its rules are gone".to_owned();
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return format!("the process that held packets ended ({status})");
            }
            match self.tally().await {
                Ok(Tally { lost: 0, .. }) => {}
                Ok(Tally { lost, .. }) => {
                    return format!("more packets came than the kernel's queue takes: {lost} lost");
                }
                Err(error) => return error.to_string(),
            }
        }
    }

    async fn say(&mut self, text: &str) -> Result<(), FaultError> {
        match self.input.write_all(text.as_bytes()).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.broken(&error.to_string()).await),
        }
    }

    /// The answer that begins with a word. Others are passed over: whoever asked for them was cancelled.
    async fn hear(&mut self, word: &str) -> Result<String, FaultError> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            match tokio::time::timeout_at(until, self.output.next_line()).await {
                Ok(Ok(Some(line))) if line.split(' ').next() == Some(word) => return Ok(line),
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => return Err(self.broken("delay-packets ended").await),
                Ok(Err(error)) => return Err(FaultError::Kernel(error.to_string())),
                Err(_) => return Err(late()),
            }
        }
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

fn late() -> FaultError {
    FaultError::Kernel(format!("delay-packets did not answer within {PATIENCE:?}"))
}
