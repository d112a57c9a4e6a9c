//! Reads business rows, outbox rows and effects by the queries of the system's plan.

use super::{Part, Reading, since_1970};
use crate::model::chaos::{Row, Store};
use crate::runners::chaos::trouble::told;
use futures_util::StreamExt;
use std::pin::pin;
use std::time::{Duration, SystemTime};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{Client, Error, NoTls};

/// Longest wait for a connection, and for each row.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause before a read is tried again.
const AGAIN: Duration = Duration::from_millis(300);

/// Why a read did not succeed.
enum Failure {
    /// Worth another try.
    Away(String),
    /// The query or its rows are not as they should be.
    Wrong(String),
}

impl Failure {
    /// The server's own word about a query is final; a server that is not up yet may come.
    fn of(error: &Error) -> Self {
        let starting = |code: &str| code.starts_with("57") || code.starts_with("08");
        match error.code() {
            Some(code) if !starting(code.code()) => Self::Wrong(told(error)),
            _ => Self::Away(told(error)),
        }
    }
}

/// Reads one store, again and again until the deadline where the server is away.
pub(super) async fn read(mut part: Part<'_>, deadline: Instant) {
    let Some(query) = query(&part) else {
        return;
    };
    loop {
        part.begin();
        match Box::pin(rows(&mut part, &query)).await {
            Ok(()) => return part.finish(),
            Err(Failure::Away(_)) if Instant::now() < deadline => sleep(AGAIN).await,
            Err(Failure::Away(reason) | Failure::Wrong(reason)) => return part.fail(reason),
        }
    }
}

/// The plan's query with types that are known: a bare `null` is text to PostgreSQL.
fn query(part: &Part<'_>) -> Option<String> {
    let plan = part.reading.system.events.as_ref()?;
    let (query, column, kind) = match part.store {
        Store::Business => (plan.business_query.as_ref()?, "", ""),
        Store::Outbox => (plan.outbox_query.as_ref()?, ", sent", "::boolean"),
        Store::Effects => (plan.effects_query.as_ref()?, ", copies", "::bigint"),
        Store::Stream => return None,
    };
    let query = query.trim_end().trim_end_matches(';');
    Some(format!(
        "SELECT id::text, key::text, position::bigint, at::timestamptz{column}{kind} \
         FROM ({query}\n) AS t (id, key, position, at{column}) ORDER BY 3 NULLS LAST, 1"
    ))
}

async fn rows(part: &mut Part<'_>, query: &str) -> Result<(), Failure> {
    let (client, _driver) = connect(part.reading).await?;
    let prefix = part.reading.prefix();
    let parameters: [&str; 1] = [&prefix];
    let answer = within(client.query_raw(query, parameters)).await?;
    let mut answer = pin!(answer);
    loop {
        let next = timeout(PATIENCE, answer.next()).await;
        match next {
            Err(_) => return Err(Failure::Away(format!("no row within {PATIENCE:?}"))),
            Ok(None) => return Ok(()),
            Ok(Some(Err(error))) => return Err(Failure::of(&error)),
            Ok(Some(Ok(row))) => {
                let row = element(part.store, &row);
                part.push(row.map_err(|error| Failure::Wrong(told(&error)))?);
            }
        }
    }
}

fn element(store: Store, row: &tokio_postgres::Row) -> Result<Row, Error> {
    let at: Option<SystemTime> = row.try_get(3)?;
    let copies: Option<i64> = match store {
        Store::Effects => row.try_get(4)?,
        _ => None,
    };
    Ok(Row {
        element: row.try_get(0)?,
        key: row.try_get(1)?,
        position: row.try_get(2)?,
        at_us: at.and_then(since_1970),
        sent: match store {
            Store::Outbox => row.try_get(4)?,
            _ => None,
        },
        copies: copies.map_or(1, |copies| u64::try_from(copies).unwrap_or_default()),
    })
}

pub(super) fn has_unsent(reading: Reading<'_>) -> bool {
    let plan = reading.system.events.as_ref();
    plan.is_some_and(|plan| plan.unsent_query.is_some())
}

/// Rows of the outbox that wait.
pub(super) async fn unsent(reading: Reading<'_>) -> Result<u64, String> {
    let plan = reading.system.events.as_ref();
    let query = plan.and_then(|plan| plan.unsent_query.as_ref());
    let query = query.ok_or("the scenario has no `unsent_query`")?;
    let query = query.trim_end().trim_end_matches(';');
    let number = format!("SELECT n::bigint FROM ({query}\n) AS t (n)");
    match count(reading, &number).await {
        Ok(count) => u64::try_from(count).map_err(|_| format!("{count} rows wait")),
        Err(Failure::Away(reason) | Failure::Wrong(reason)) => Err(reason),
    }
}

async fn count(reading: Reading<'_>, query: &str) -> Result<i64, Failure> {
    let (client, _driver) = connect(reading).await?;
    let row = within(client.query_one(query, &[])).await?;
    row.try_get(0).map_err(|error| Failure::Wrong(told(&error)))
}

type Driver = JoinSet<Result<(), Error>>;

async fn connect(reading: Reading<'_>) -> Result<(Client, Driver), Failure> {
    let config = reading.access.database();
    let config = config.map_err(|error| Failure::Wrong(error.to_string()))?;
    let (client, connection) = within(config.connect(NoTls)).await?;
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    Ok((client, driver))
}

async fn within<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match timeout(PATIENCE, work).await {
        Ok(result) => result.map_err(|error| Failure::of(&error)),
        Err(_) => Err(Failure::Away(format!("no answer within {PATIENCE:?}"))),
    }
}
