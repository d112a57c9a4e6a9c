//! A SQL query on a connection of its own for each attempt.

use super::{Answer, Question};
use crate::model::chaos::AttemptClass;
use crate::runners::chaos::trouble::Trouble;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage};

/// One query.
pub(super) struct Query {
    config: Config,
    query: String,
}

impl Query {
    pub(super) fn new(config: Config, query: &str) -> Self {
        Self {
            config,
            query: query.trim_end().trim_end_matches(';').to_owned(),
        }
    }

    async fn answer(&self) -> Result<Option<Value>, Error> {
        let (client, connection) = self.config.connect(NoTls).await?;
        // Ends with this attempt, also when it is given up.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let value = first_value(&client, &self.query).await?;
        // Says goodbye in its own time.
        drop(client);
        driver.detach_all();
        Ok(value)
    }
}

#[async_trait::async_trait]
impl Question for Query {
    async fn ask(&self) -> Answer {
        let answer = self.answer().await;
        let value = answer.map_err(|error| Trouble::of(&error));
        let missing = || Trouble::new(AttemptClass::Body, "the query answered no row");
        value.and_then(|value| value.ok_or_else(missing)).into()
    }
}

/// First column of the first row; `None` without a row.
///
/// The type comes from the prepared statement and the value as text, so that
/// every type can be read, `numeric` included.
async fn first_value(client: &Client, query: &str) -> Result<Option<Value>, Error> {
    let statement = client.prepare(query).await?;
    let Some(column) = statement.columns().first() else {
        return Ok(None);
    };
    let messages = client.simple_query(query).await?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(row.map(|row| json(column.type_(), row.get(0))))
}

/// A value in PostgreSQL's text format as JSON.
fn json(kind: &Type, text: Option<&str>) -> Value {
    let Some(text) = text else {
        return Value::Null;
    };
    let as_text = || Value::from(text);
    match *kind {
        Type::BOOL => Value::from(text == "t"),
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => {
            text.parse::<i64>().map_or_else(|_| as_text(), Value::from)
        }
        Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC => {
            text.parse::<f64>().map_or_else(|_| as_text(), Value::from)
        }
        Type::JSON | Type::JSONB => serde_json::from_str(text).unwrap_or_else(|_| as_text()),
        _ => as_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_keep_their_type() {
        for (kind, text, wanted) in [
            (Type::INT8, Some("12"), json!(12)),
            (Type::NUMERIC, Some("12.5"), json!(12.5)),
            (Type::BOOL, Some("t"), json!(true)),
            (Type::BOOL, Some("f"), json!(false)),
            (Type::TEXT, Some("12"), json!("12")),
            (Type::JSONB, Some("{\"a\": 1}"), json!({"a": 1})),
            (Type::INT8, None, json!(null)),
        ] {
            assert_eq!(json(&kind, text), wanted);
        }
    }
}
