//! Metrics in the Prometheus text format, as much of it as the suite looks at.

use std::collections::BTreeMap;

/// Suffixes that exporters add to a metric's name.
const SUFFIXES: [&str; 4] = ["", "_total", "_seconds", "_seconds_total"];

/// Labels of a sample.
pub type Labels = BTreeMap<String, String>;

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Name as it stands there, `_total`, `_count` and so on included.
    pub name: String,
    /// Labels.
    pub labels: Labels,
    /// Value.
    pub value: f64,
}

/// One scrape.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scrape {
    /// Samples in order.
    pub samples: Vec<Sample>,
    /// Types by name, as `# TYPE` has them.
    pub types: BTreeMap<String, String>,
}

impl Scrape {
    /// Reads a scrape.
    ///
    /// # Errors
    /// The first line that is no sample and no comment.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut scrape = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let mut words = rest.split_whitespace();
                if let (Some(name), Some(kind)) = (words.next(), words.next()) {
                    scrape.types.insert(name.to_owned(), kind.to_owned());
                }
            } else if !line.is_empty() && !line.starts_with('#') {
                let sample = sample(line);
                let broken = || format!("line {} of the metrics is no sample: {line}", number + 1);
                scrape.samples.push(sample.ok_or_else(broken)?);
            }
        }
        Ok(scrape)
    }

    /// Samples of a metric: an optional prefix, and the usual suffixes, are allowed for.
    pub fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Sample> {
        self.samples
            .iter()
            .filter(move |sample| is(&sample.name, name, ""))
    }

    /// The sum of a counter or gauge over all its labels; `None` where it has no sample.
    pub fn sum(&self, name: &str) -> Option<f64> {
        total(self.of(name))
    }

    /// A counter's samples by one of its labels.
    pub fn by(&self, name: &str, label: &str) -> BTreeMap<String, f64> {
        let mut values = BTreeMap::new();
        for sample in self.of(name) {
            let key = sample.labels.get(label).cloned().unwrap_or_default();
            *values.entry(key).or_default() += sample.value;
        }
        values
    }

    /// The count of a histogram; `None` where it has none.
    pub fn count(&self, name: &str) -> Option<f64> {
        total(
            self.samples
                .iter()
                .filter(|sample| is(&sample.name, name, "_count")),
        )
    }

    /// The sum of a histogram's observations; `None` where it has none.
    pub fn observed(&self, name: &str) -> Option<f64> {
        total(
            self.samples
                .iter()
                .filter(|sample| is(&sample.name, name, "_sum")),
        )
    }
}

fn total<'a>(samples: impl Iterator<Item = &'a Sample>) -> Option<f64> {
    let values: Vec<f64> = samples.map(|sample| sample.value).collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

/// Whether a sample's name is a metric's, followed by `tail`.
fn is(found: &str, name: &str, tail: &str) -> bool {
    SUFFIXES.iter().any(|suffix| {
        let rest = found.strip_suffix(&format!("{name}{suffix}{tail}"));
        rest.is_some_and(|prefix| prefix.is_empty() || prefix.ends_with(['_', ':']))
    })
}

fn sample(line: &str) -> Option<Sample> {
    let end = line.find(['{', ' ', '\t'])?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Labels::new(), rest),
    };
    let value = rest.split_whitespace().next()?;
    let value = match value {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        value => value.parse().ok()?,
    };
    (!name.is_empty()).then(|| Sample {
        name: name.to_owned(),
        labels,
        value,
    })
}

/// Labels up to the closing brace, and what stands behind it.
fn labels(text: &str) -> Option<(Labels, &str)> {
    let mut labels = Labels::new();
    let mut rest = text.trim_start_matches([',', ' ']);
    while !rest.starts_with('}') {
        let (name, value) = rest.split_once('=')?;
        let (value, behind) = quoted(value.strip_prefix('"')?)?;
        labels.insert(name.trim().to_owned(), value);
        rest = behind.trim_start_matches([',', ' ']);
    }
    Some((labels, &rest[1..]))
}

/// A value up to its closing quote, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "# HELP a b\n# TYPE app_auth_success_total counter\napp_auth_success_total 3\nauth_failure_total{reason=\"a \\\"b\\\"\",x=\"1\"} 2 1700000000\nauth_failure_total{reason=\"c\"} 1e1\njwks_fetch_duration_seconds_bucket{le=\"+Inf\"} 4\njwks_fetch_duration_seconds_sum 0.5\njwks_fetch_duration_seconds_count 4\n";

    #[test]
    fn metrics_are_found_with_prefix_and_suffix() {
        let scrape = Scrape::parse(TEXT).unwrap();
        assert_eq!(scrape.sum("auth_success"), Some(3.0));
        assert_eq!(scrape.sum("auth_failure"), Some(12.0));
        assert_eq!(scrape.sum("success_rate"), None);
        assert_eq!(scrape.by("auth_failure", "reason")["a \"b\""], 2.0);
        assert_eq!(scrape.count("jwks_fetch_duration"), Some(4.0));
        assert_eq!(scrape.observed("jwks_fetch_duration"), Some(0.5));
        assert_eq!(scrape.types["app_auth_success_total"], "counter");
    }

    #[test]
    fn what_is_no_sample_is_told() {
        for text in ["<html>", "a{b=c} 1", "a{b=\"c} 1", "a x"] {
            assert!(Scrape::parse(text).is_err(), "{text}");
        }
    }
}
