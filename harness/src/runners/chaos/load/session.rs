//! A database session of an outbox writer: prepared statements, one transaction at a time, and what became of a lost one.

use crate::model::chaos::OutboxPlan;
use crate::runners::chaos::trouble::told;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls, Statement};

use super::worker::Element;

/// Longest wait for one answer of the server.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// The transaction's own id, and since when the server keeps its log of transactions.
///
/// After a crash the server may give the id of a transaction that was never made
/// durable to another one. A checkpointer that started later than the session
/// tells of a crash; a user who may not see it sees the server's own start.
const IDENTITY: &str = "SELECT pg_current_xact_id()::text, (\
    coalesce((SELECT min(backend_start) FROM pg_stat_activity \
    WHERE backend_type = 'checkpointer'), pg_postmaster_start_time()))::text";

/// What became of transaction `$1`; whether the server is up since `$2` without a
/// crash; and whether the commit is older than the last start, where commit times are kept.
const FATE: &str = "WITH up AS (SELECT coalesce((SELECT min(backend_start) \
    FROM pg_stat_activity WHERE backend_type = 'checkpointer'), \
    pg_postmaster_start_time()) AS since) \
    SELECT pg_xact_status($1::text::xid8), since::text = $2::text, \
    CASE WHEN current_setting('track_commit_timestamp') = 'on' \
    AND pg_xact_status($1::text::xid8) = 'committed' \
    THEN pg_xact_commit_timestamp($1::text::xid8::xid) < since END FROM up";

/// A statement that did not succeed.
#[derive(Debug)]
pub(super) struct Broken {
    /// In words.
    pub(super) detail: String,
    /// Whether the server itself said that the transaction is aborted.
    pub(super) aborted: bool,
}

impl Broken {
    fn of(error: &tokio_postgres::Error) -> Self {
        // Class 57 (operator intervention), 08 (connection) and XX (internal) may
        // come after the commit took effect; every other code is an abort.
        let unclear = |code: &str| ["57", "08", "XX"].iter().any(|c| code.starts_with(c));
        Self {
            detail: told(error),
            aborted: error.code().is_some_and(|code| !unclear(code.code())),
        }
    }

    fn silent() -> Self {
        Self {
            detail: format!("no answer within {PATIENCE:?}"),
            aborted: false,
        }
    }
}

/// Who a transaction is, for asking after it later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    xid: String,
    up_since: String,
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Committed,
    Aborted,
    /// Still open: asked again later.
    Open,
    /// Nobody can say any more.
    Unknown,
}

/// One connection, dropped with its socket.
pub(super) struct Session {
    client: Client,
    statements: Vec<Statement>,
    _driver: JoinSet<Result<(), tokio_postgres::Error>>,
}

impl Session {
    pub(super) async fn open(config: &Config, plan: &OutboxPlan) -> Result<Self, Broken> {
        let (client, driver) = connect(config).await?;
        let mut statements = Vec::new();
        for statement in &plan.statements {
            // All three are always there, used or not.
            let types = [Type::TEXT, Type::TEXT, Type::INT8];
            statements.push(within(client.prepare_typed(statement, &types)).await?);
        }
        Ok(Self {
            client,
            statements,
            _driver: driver,
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Begins and runs the statements; the transaction stays open.
    pub(super) async fn prepare(&self, element: &Element) -> Result<Identity, Broken> {
        within(self.client.batch_execute("BEGIN")).await?;
        let counter = i64::try_from(element.counter).unwrap_or(i64::MAX);
        let parameters: [&(dyn ToSql + Sync); 3] = [&element.id, &element.key, &counter];
        for statement in &self.statements {
            within(self.client.execute(statement, &parameters)).await?;
        }
        let row = within(self.client.query_one(IDENTITY, &[])).await?;
        Ok(Identity {
            xid: row.get(0),
            up_since: row.get(1),
        })
    }

    pub(super) async fn commit(&self) -> Result<(), Broken> {
        within(self.client.batch_execute("COMMIT")).await
    }

    pub(super) async fn rollback(&self) -> Result<(), Broken> {
        within(self.client.batch_execute("ROLLBACK")).await
    }
}

/// Asks, on a connection of its own, what became of a transaction.
pub(super) async fn fate(config: &Config, identity: &Identity) -> Result<Fate, Broken> {
    let (client, _driver) = connect(config).await?;
    let parameters: [&(dyn ToSql + Sync); 2] = [&identity.xid, &identity.up_since];
    let answer = within(client.query_one(FATE, &parameters)).await;
    match answer {
        Ok(row) => Ok(read(row.get(0), row.get(1), row.get(2))),
        // An id in the future was given before a crash and never made durable.
        Err(broken) if broken.detail.contains("in the future") => Ok(Fate::Aborted),
        Err(broken) => Err(broken),
    }
}

fn read(status: Option<String>, same_server: Option<bool>, older: Option<bool>) -> Fate {
    match status.as_deref() {
        Some("aborted") => Fate::Aborted,
        Some("in progress") => Fate::Open,
        // Ours, unless the id was given away again after a crash.
        Some("committed") if same_server == Some(true) || older == Some(true) => Fate::Committed,
        // Committed by another one: then ours was not.
        Some("committed") if older == Some(false) => Fate::Aborted,
        _ => Fate::Unknown,
    }
}

type Driver = JoinSet<Result<(), tokio_postgres::Error>>;

async fn connect(config: &Config) -> Result<(Client, Driver), Broken> {
    let (client, connection) = within(config.connect(NoTls)).await?;
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    Ok((client, driver))
}

async fn within<T>(
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Broken> {
    match timeout(PATIENCE, work).await {
        Ok(result) => result.map_err(|error| Broken::of(&error)),
        Err(_) => Err(Broken::silent()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_committed_id_counts_only_when_it_is_ours() {
        let fate = |status: &str, same, older| read(Some(status.to_owned()), same, older);
        assert_eq!(fate("aborted", Some(false), None), Fate::Aborted);
        assert_eq!(fate("in progress", Some(true), None), Fate::Open);
        assert_eq!(fate("committed", Some(true), None), Fate::Committed);
        assert_eq!(fate("committed", Some(false), Some(true)), Fate::Committed);
        assert_eq!(fate("committed", Some(false), Some(false)), Fate::Aborted);
        assert_eq!(fate("committed", Some(false), None), Fate::Unknown);
        assert_eq!(read(None, Some(true), None), Fate::Unknown);
    }
}
