//! Writes business row and outbox row in one SQL transaction of our own, and knows what became of each.

use super::session::{Broken, Fate, Identity, Session, fate};
use super::worker::{Element, Tried, Writer};
use crate::model::chaos::OutboxPlan;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_postgres::Config;

/// A transaction that is held open waits for so many later commits ...
const LATER_COMMITS: u64 = 3;
/// ... and no longer than this.
const LONGEST_HOLD: Duration = Duration::from_secs(1);
/// Pause before a lost transaction is asked after again.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// One connection that writes.
pub(super) struct OutboxWriter {
    plan: OutboxPlan,
    config: Config,
    overlap: f64,
    /// Commits of all writers of the load.
    commits: Arc<watch::Sender<u64>>,
    choice: SmallRng,
    session: Option<Session>,
}

impl OutboxWriter {
    pub(super) fn new(
        plan: &OutboxPlan,
        config: Config,
        overlap: f64,
        commits: Arc<watch::Sender<u64>>,
        seed: u64,
    ) -> Self {
        Self {
            plan: plan.clone(),
            config,
            overlap: overlap.clamp(0.0, 1.0),
            commits,
            choice: SmallRng::seed_from_u64(seed),
            session: None,
        }
    }

    /// An open session: the last one, or a new one.
    async fn session(&mut self) -> Result<Session, Broken> {
        match self.session.take() {
            Some(session) if !session.is_closed() => Ok(session),
            _ => Session::open(&self.config, &self.plan).await,
        }
    }

    /// Holds a share of the transactions open while others commit: their rows
    /// then have lower positions than rows that were there before them.
    async fn hold(&mut self) {
        if !self.choice.random_bool(self.overlap) {
            return;
        }
        let mut commits = self.commits.subscribe();
        let enough = *commits.borrow() + LATER_COMMITS;
        let _ = timeout(LONGEST_HOLD, commits.wait_for(|now| *now >= enough)).await;
    }

    fn committed(&self) -> Tried {
        self.commits.send_modify(|count| *count += 1);
        Tried::ok()
    }

    async fn commit(&mut self, session: Session, identity: &Identity) -> Tried {
        match session.commit().await {
            Ok(()) => {
                self.session = Some(session);
                self.committed()
            }
            Err(broken) if broken.aborted => Tried::fail(broken.detail),
            Err(broken) => {
                // Its socket goes first, so that the server ends what it still runs.
                drop(session);
                self.resolve(identity, &broken).await
            }
        }
    }

    /// Asks after a transaction whose commit got no answer, until that is known;
    /// whoever waits gives up by dropping this.
    async fn resolve(&self, identity: &Identity, lost: &Broken) -> Tried {
        loop {
            match fate(&self.config, identity).await {
                Ok(Fate::Committed) => return self.committed(),
                Ok(Fate::Aborted) => return Tried::fail(format!("aborted: {}", lost.detail)),
                Ok(Fate::Unknown) => return Tried::info(&lost.detail),
                Ok(Fate::Open) | Err(_) => sleep(ASK_AGAIN).await,
            }
        }
    }
}

#[async_trait::async_trait]
impl Writer for OutboxWriter {
    async fn write(&mut self, element: &Element) -> Tried {
        let session = match self.session().await {
            Ok(session) => session,
            Err(broken) => return Tried::fail(broken.detail),
        };
        match session.prepare(element).await {
            Ok(identity) => {
                self.hold().await;
                self.commit(session, &identity).await
            }
            // COMMIT was never sent: nothing of it can happen, whatever broke.
            Err(broken) => {
                if broken.aborted && session.rollback().await.is_ok() {
                    self.session = Some(session);
                }
                Tried::fail(broken.detail)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::chaos::OperationOutcome;
    use crate::runners::chaos::servers::Postgres;

    fn plan() -> OutboxPlan {
        let statements = [
            "INSERT INTO orders (id, key) VALUES ($1, $2)",
            "INSERT INTO outbox (id, key, n) VALUES ($1, $2, $3)",
        ];
        OutboxPlan {
            statements: statements.map(str::to_owned).into(),
        }
    }

    async fn database() -> Postgres {
        let postgres = Postgres::start().await;
        let tables = "CREATE TABLE orders (id text PRIMARY KEY, key text); \
            CREATE TABLE outbox (position bigserial, id text UNIQUE, key text, n bigint); \
            CREATE TABLE slow (id int PRIMARY KEY); INSERT INTO slow VALUES (1)";
        postgres.client().await.batch_execute(tables).await.unwrap();
        postgres
    }

    fn writer(postgres: &Postgres, overlap: f64) -> OutboxWriter {
        let commits = Arc::new(watch::Sender::new(0));
        OutboxWriter::new(&plan(), postgres.config(), overlap, commits, 1)
    }

    fn element(counter: u64) -> Element {
        Element {
            id: format!("run.0.{counter}"),
            key: "k".to_owned(),
            counter,
        }
    }

    async fn count(postgres: &Postgres) -> i64 {
        let query = "SELECT count(*) FROM outbox JOIN orders USING (id)";
        let row = postgres.client().await.query_one(query, &[]).await.unwrap();
        row.get(0)
    }

    #[tokio::test]
    async fn a_write_is_both_rows_or_none() {
        let postgres = database().await;
        let mut writer = writer(&postgres, 0.0);
        assert_eq!(writer.write(&element(1)).await, Tried::ok());
        assert_eq!(count(&postgres).await, 1);
        // The same id again is refused for certain, and the session goes on.
        let again = writer.write(&element(1)).await;
        assert_eq!(again.outcome, OperationOutcome::Fail);
        assert!(again.detail.unwrap().contains("duplicate key"));
        assert_eq!(writer.write(&element(2)).await, Tried::ok());
        assert_eq!(count(&postgres).await, 2);
    }

    #[tokio::test]
    async fn a_transaction_that_is_killed_before_commit_failed_for_certain() {
        let mut postgres = database().await;
        let mut writer = writer(&postgres, 0.0);
        assert_eq!(writer.write(&element(1)).await, Tried::ok());
        postgres.server.kill();
        let refused = writer.write(&element(2)).await;
        assert_eq!(refused.outcome, OperationOutcome::Fail, "{refused:?}");
        postgres.server.spawn();
        postgres.until_up().await;
        assert_eq!(writer.write(&element(2)).await, Tried::ok());
        assert_eq!(count(&postgres).await, 2);
    }

    #[tokio::test]
    async fn a_lost_commit_is_asked_after() {
        let mut postgres = database().await;
        let config = postgres.config();
        let writer = writer(&postgres, 0.0);
        let lost = Broken {
            detail: "connection closed".to_owned(),
            aborted: false,
        };
        let session = Session::open(&config, &plan()).await.unwrap();
        let done = session.prepare(&element(1)).await.unwrap();
        session.commit().await.unwrap();
        let undone = session.prepare(&element(2)).await.unwrap();
        assert_eq!(fate(&config, &done).await.unwrap(), Fate::Committed);
        assert_eq!(fate(&config, &undone).await.unwrap(), Fate::Open);
        drop(session);
        assert_eq!(writer.resolve(&done, &lost).await, Tried::ok());
        let tried = writer.resolve(&undone, &lost).await;
        assert_eq!(tried.outcome, OperationOutcome::Fail);
        // After a crash it is still known, by the times of commits.
        postgres.server.kill();
        postgres.server.spawn();
        postgres.until_up().await;
        assert_eq!(fate(&config, &done).await.unwrap(), Fate::Committed);
        assert_eq!(fate(&config, &undone).await.unwrap(), Fate::Aborted);
    }

    #[tokio::test]
    async fn an_open_transaction_is_overtaken_by_later_ones() {
        let postgres = database().await;
        let mut held = writer(&postgres, 1.0);
        let commits = Arc::clone(&held.commits);
        let mut other = OutboxWriter::new(&plan(), postgres.config(), 0.0, Arc::clone(&commits), 2);
        let holding = tokio::spawn(async move { held.write(&element(1)).await });
        // Others commit until the one that is held has had enough.
        let mut counter = 1;
        while !holding.is_finished() {
            counter += 1;
            assert_eq!(other.write(&element(counter)).await, Tried::ok());
        }
        assert_eq!(holding.await.unwrap(), Tried::ok());
        let query = "SELECT count(*) FROM outbox later, outbox held WHERE held.id = 'run.0.1' \
            AND later.position > held.position \
            AND pg_xact_commit_timestamp(later.xmin) < pg_xact_commit_timestamp(held.xmin)";
        let row = postgres.client().await.query_one(query, &[]).await.unwrap();
        let overtook: i64 = row.get(0);
        assert!(overtook >= 1, "{overtook}");
    }
}
