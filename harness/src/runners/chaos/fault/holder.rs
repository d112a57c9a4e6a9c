//! Our handle on the process that holds packets in a target's network namespace
//! ([`crate::runners::chaos::delay`]): we own its input, and it ends with us.

use super::dialogue::{Dialogue, PATIENCE};
use super::{Between, FaultError, table};
use crate::runners::chaos::delay::{Order, Tally};
use crate::runners::chaos::netns::Resident;
use std::time::{Duration, Instant};

const WATCH: Duration = Duration::from_millis(100);

/// A process that is ready to hold packets, or does.
#[derive(Debug)]
pub(super) struct Holder {
    resident: Resident,
    table: String,
    dialogue: Dialogue,
}

impl Holder {
    /// Starts it; its rules are there and match nothing yet.
    pub(super) async fn start(resident: &Resident, order: &Order) -> Result<Self, FaultError> {
        let program = std::env::current_exe();
        let program = program.map_err(|error| FaultError::Kernel(error.to_string()))?;
        let program: &str = &program.to_string_lossy();
        let order_text = serde_json::to_string(order);
        let order_text = order_text.map_err(|error| FaultError::Kernel(error.to_string()))?;
        let command = [program, "delay-packets", "--order", &order_text];
        let mut holder = Self {
            resident: resident.clone(),
            table: order.table.clone(),
            dialogue: Dialogue::start(resident, "delay-packets", &command)?,
        };
        holder.hear("ready").await?;
        Ok(holder)
    }

    /// Lets the rules match for so long; answers when they are in force. The kernel ends it,
    /// whatever becomes of us.
    pub(super) async fn begin(&mut self, lasts: Duration) -> Result<(), FaultError> {
        self.dialogue
            .say(&format!("begin {}\n", lasts.as_millis().max(1)))
            .await?;
        self.hear("begun").await.map(drop)
    }

    /// How long packets were held so far.
    pub(super) async fn tally(&mut self) -> Result<Tally, FaultError> {
        self.dialogue.say("tally\n").await?;
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
                self.dialogue.kill().await;
                Instant::now()
            }
        };
        table::gone(&self.resident, &self.table).await?;
        Ok(Between { from, to })
    }

    async fn finish(&mut self) -> Result<Instant, FaultError> {
        if self.dialogue.ended().is_some() {
            return Ok(Instant::now());
        }
        self.dialogue.say("end\n").await?;
        self.hear("ended").await?;
        let to = Instant::now();
        self.dialogue.wait().await?;
        Ok(to)
    }

    /// Waits until packets are no longer only late though nobody ended it; says why.
    pub(super) async fn vanished(&mut self) -> String {
        loop {
            tokio::time::sleep(WATCH).await;
            if !self.resident.is_there() {
                return "the container was started anew, and its rules are gone".to_owned();
            }
            if let Some(status) = self.dialogue.ended() {
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

    /// The answer that begins with a word. Others are passed over: whoever asked for them was cancelled.
    async fn hear(&mut self, word: &str) -> Result<String, FaultError> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let line = tokio::time::timeout_at(until, self.dialogue.line()).await;
            let line = line.map_err(|_| self.dialogue.late())??;
            if line.split(' ').next() == Some(word) {
                return Ok(line);
            }
        }
    }
}
