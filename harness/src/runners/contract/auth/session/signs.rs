//! What the target shows of itself beside answers: metrics, its log, signs of life.

use super::Session;
use crate::runners::contract::auth::ask::Ask;
use crate::runners::contract::auth::scrape::Scrape;
use std::time::Duration;

impl Session<'_> {
    /// The target's metrics.
    ///
    /// # Errors
    /// In words: it declares none, or they cannot be read.
    pub async fn scrape(&self) -> Result<Scrape, String> {
        let path = self.stage.plan.target.metrics_path.as_deref();
        let path = path.ok_or("the target declares no metrics")?;
        let reply = self.send(&Ask::new("GET", path)).await;
        let reply = reply.map_err(|silence| format!("metrics: {silence}"))?;
        match reply.status {
            200 => Scrape::parse(&reply.text()),
            status => Err(format!("metrics: status {status}")),
        }
    }

    /// What the target logged so far; `None` where its log cannot be read.
    pub fn log(&self) -> Option<String> {
        if let Some(path) = &self.stage.plan.target.log_file {
            let octets = std::fs::read(path).ok()?;
            return Some(String::from_utf8_lossy(&octets).into_owned());
        }
        Some(self.target.as_ref()?.output())
    }

    /// Whether the target still answers: its open path where it declares one, a connection otherwise.
    pub async fn alive(&self) -> Result<String, String> {
        if let Some(target) = &self.target
            && let Some(ended) = target.ended(Duration::ZERO).await
        {
            return Err(format!("the process ended: {}", ended.how));
        }
        let path = self.plan.open_path.as_deref().unwrap_or("/");
        match self.send(&Ask::new("GET", path)).await {
            Ok(reply) if reply.status < 500 => Ok(format!("{} for {path}", reply.status)),
            Ok(reply) => Err(format!("{} for {path}", reply.status)),
            Err(silence) => Err(format!("{path}: {silence}")),
        }
    }
}
