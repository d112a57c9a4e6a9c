//! Response times as mergeable HDR histograms, in microseconds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};

/// Longest response time a histogram can hold: one hour, in microseconds.
pub const LONGEST_US: u64 = 3_600_000_000;

/// A histogram of response times in microseconds: 3 significant digits, 1 µs to 1 h.
///
/// Percentiles follow `HdrHistogram`: the smallest recorded value (to its
/// bucket's highest equivalent) such that at least the given share of all
/// recorded values is at or below it (nearest rank, not interpolated).
#[derive(Debug, Clone, PartialEq)]
pub struct Latencies(hdrhistogram::Histogram<u64>);

/// A stored histogram that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("histogram is not V2 compressed base64: {0}")]
pub struct BadHistogram(String);

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

impl Latencies {
    /// An empty histogram.
    #[allow(clippy::expect_used)]
    pub fn new() -> Self {
        let histogram = hdrhistogram::Histogram::new_with_bounds(1, LONGEST_US, 3)
            .expect("1 us to 1 h with 3 digits are valid bounds");
        Self(histogram)
    }

    /// Records one response time; longer than an hour counts as an hour, 0 as 1 µs.
    pub fn record(&mut self, microseconds: u64) {
        self.0.saturating_record(microseconds.clamp(1, LONGEST_US));
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Latencies) {
        // Both sides have the same bounds, so adding cannot fail.
        let _ = self.0.add(&other.0);
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.0.reset();
    }

    /// How many response times were recorded.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The response time in microseconds at a percentile (0 to 100); `None` when empty.
    pub fn percentile_us(&self, percentile: f64) -> Option<u64> {
        (self.count() > 0).then(|| self.0.value_at_percentile(percentile))
    }

    /// The longest response time in microseconds; `None` when empty.
    pub fn max_us(&self) -> Option<u64> {
        (self.count() > 0).then(|| self.0.max())
    }

    /// The mean in microseconds; `None` when empty.
    pub fn mean_us(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.0.mean())
    }

    /// The V2 compressed form (`HdrHistogram` interchange format) in base64.
    pub fn to_base64(&self) -> String {
        let mut bytes = Vec::new();
        // Writing into memory has no way to fail.
        let _ = V2DeflateSerializer::new().serialize(&self.0, &mut bytes);
        STANDARD.encode(bytes)
    }

    /// Reads [`Latencies::to_base64`].
    ///
    /// # Errors
    /// Text that is not base64, or bytes that are not a V2 histogram of these bounds.
    pub fn from_base64(text: &str) -> Result<Self, BadHistogram> {
        let bad = |error: &dyn std::fmt::Display| BadHistogram(error.to_string());
        let bytes = STANDARD.decode(text).map_err(|e| bad(&e))?;
        let read: hdrhistogram::Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|e| bad(&format!("{e:?}")))?;
        let mut latencies = Self::new();
        latencies.0.add(&read).map_err(|e| bad(&e))?;
        Ok(latencies)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn survives_storage_and_merges() {
        let mut a = Latencies::new();
        (1..=1000).for_each(|n| a.record(n * 100));
        let read = Latencies::from_base64(&a.to_base64()).unwrap();
        assert_eq!(read, a);
        let mut b = Latencies::new();
        b.record(5_000_000);
        b.merge(&read);
        assert_eq!(b.count(), 1001);
        assert!(b.max_us().unwrap() >= 5_000_000);
    }

    #[test]
    fn empty_has_no_percentiles() {
        let empty = Latencies::new();
        assert_eq!(empty.percentile_us(95.0), None);
        assert_eq!(empty.max_us(), None);
        assert!(Latencies::from_base64("no").is_err());
    }
}
