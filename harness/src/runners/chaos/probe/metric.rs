//! The sum of a Prometheus metric over its labels.

use super::{Answer, Question, client};
use crate::model::chaos::{AttemptClass, Connection};
use crate::runners::chaos::access::AccessError;
use crate::runners::chaos::trouble::Trouble;
use reqwest::{Client, Url};
use serde_json::Value;

/// One metric of a page.
pub(super) struct Page {
    client: Client,
    url: Url,
    metric: String,
}

impl Page {
    pub(super) fn new(url: Url, metric: &str) -> Result<Self, AccessError> {
        Ok(Self {
            client: client(Connection::Fresh)?,
            url,
            metric: metric.to_owned(),
        })
    }

    async fn text(&self) -> Result<(u16, String), reqwest::Error> {
        let response = self.client.get(self.url.clone()).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }
}

#[async_trait::async_trait]
impl Question for Page {
    async fn ask(&self) -> Answer {
        let (status, text) = match self.text().await {
            Ok(page) => page,
            Err(error) => return Trouble::of(&error.without_url()).into(),
        };
        let mut answer: Answer = if (200..300).contains(&status) {
            value(&text, &self.metric).into()
        } else {
            Trouble::new(AttemptClass::Status, format!("{status}: {text}")).into()
        };
        answer.status = Some(status);
        answer
    }
}

fn value(page: &str, metric: &str) -> Result<Value, Trouble> {
    let sum = sum(page, metric).map_err(|why| Trouble::new(AttemptClass::Body, why))?;
    Ok(Value::from(sum))
}

/// Adds up a metric's samples on a page of the Prometheus text format.
///
/// # Errors
/// Where the page has none, or one that is no finite number.
pub(in crate::runners::chaos) fn sum(page: &str, metric: &str) -> Result<f64, String> {
    let samples: Vec<f64> = page
        .lines()
        .filter_map(|line| sample(line.trim(), metric))
        .collect();
    let sum: f64 = samples.iter().sum();
    match (samples.is_empty(), sum.is_finite()) {
        (true, _) => Err(format!("the page has no metric `{metric}`")),
        (false, false) => Err(format!("metric `{metric}` has no finite sum")),
        (false, true) => Ok(sum),
    }
}

/// The value of a line, where it is a sample of the metric; NaN where it is no number.
fn sample(line: &str, metric: &str) -> Option<f64> {
    let rest = line.strip_prefix(metric)?;
    let values = match rest.chars().next()? {
        '{' => &rest[labels_end(rest)?..],
        c if c.is_whitespace() => rest,
        // A metric with a longer name.
        _ => return None,
    };
    let number = values.split_whitespace().next()?;
    Some(number.parse().unwrap_or(f64::NAN))
}

/// Where `{...}` ends: a label's value may hold braces and escaped quotes.
fn labels_end(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '}' if !quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PAGE: &str = "# HELP dropped_total Dropped.\n# TYPE dropped_total counter\n\
        dropped_total{reason=\"full }\\\" \"} 2 1700000000\n\
        dropped_total{reason=\"other\"} 3.5\n\
        dropped_total_ever 99\n\
        up 1\nbroken NaN\n";

    #[test]
    fn samples_of_one_name_add_up() {
        assert_eq!(sum(PAGE, "dropped_total").unwrap(), 5.5);
        assert_eq!(sum(PAGE, "up").unwrap(), 1.0);
    }

    #[test]
    fn a_missing_metric_is_no_zero() {
        assert!(sum(PAGE, "dropped").unwrap_err().contains("no metric"));
        assert!(sum(PAGE, "broken").unwrap_err().contains("no finite sum"));
        assert!(sum("", "up").is_err());
    }
}
