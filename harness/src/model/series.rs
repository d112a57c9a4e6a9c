//! Response times as mergeable HDR histograms, in microseconds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use std::io::Read as _;

/// Longest response time a histogram can hold: one hour, in microseconds.
pub const LONGEST_US: u64 = 3_600_000_000;
/// Significant digits of a histogram.
const DIGITS: u8 = 3;
/// Bytes of a stored histogram before its counts: cookie, length, offset, digits, bounds, ratio.
const HEADER: usize = 40;
/// Most bytes of a histogram without its compression: all its counts at their longest are a fifth of it.
const MOST_BYTES: u64 = 1 << 20;
/// What a compressed histogram begins with, and what one without its compression.
const COMPRESSED: [u8; 4] = [0x1c, 0x84, 0x93, 0x14];
const PLAIN: [u8; 4] = [0x1c, 0x84, 0x93, 0x13];

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
        let histogram = hdrhistogram::Histogram::new_with_bounds(1, LONGEST_US, DIGITS)
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
        let bytes = unpacked(&bytes).map_err(|why| bad(&why))?;
        let read: hdrhistogram::Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|e| bad(&format!("{e:?}")))?;
        let mut latencies = Self::new();
        latencies.0.add(&read).map_err(|e| bad(&e))?;
        Ok(latencies)
    }
}

/// A histogram without its compression, if it is one of these bounds and as long as it says.
///
/// Who reads it makes room for what it says of itself before anything is read: a few bytes
/// of somebody's evidence would ask for 4 GiB.
fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let (Some(cookie), Some(length), Some(packed)) =
        (bytes.get(..4), number(bytes, 4), bytes.get(8..))
    else {
        return Err("it is cut off".to_owned());
    };
    if cookie != COMPRESSED {
        return Err("it is not compressed".to_owned());
    }
    let packed = packed.get(..length).unwrap_or(packed);
    let mut plain = Vec::new();
    let unpacked = ZlibDecoder::new(packed)
        .take(MOST_BYTES)
        .read_to_end(&mut plain);
    unpacked.map_err(|error| error.to_string())?;
    if plain.get(..4) != Some(&PLAIN[..]) {
        return Err("there is none in it".to_owned());
    }
    let bounds = [1, LONGEST_US].map(u64::to_be_bytes).concat();
    let digits = u32::from(DIGITS).to_be_bytes();
    if plain.get(12..16) != Some(&digits[..]) || plain.get(16..32) != Some(&bounds[..]) {
        return Err("it has other bounds".to_owned());
    }
    let counts = plain.len().checked_sub(HEADER);
    match number(&plain, 4).is_some_and(|said| counts.is_some_and(|there| said <= there)) {
        true => Ok(plain),
        false => Err("it is shorter than it says".to_owned()),
    }
}

/// The four bytes at a place as a number.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write as _;

    /// As somebody writes it who wants the reader to make room for more than there is.
    fn packed(plain: &[u8]) -> String {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        let body = encoder.finish().unwrap();
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        STANDARD.encode([&COMPRESSED[..], &length, &body].concat())
    }

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
        assert_eq!(Latencies::from_base64(&empty.to_base64()).unwrap(), empty);
    }

    #[test]
    fn a_histogram_is_no_larger_than_its_bytes() {
        let mut some = Latencies::new();
        (1..=1000).for_each(|n| some.record(n * 100));
        let stored = STANDARD.decode(some.to_base64()).unwrap();
        let plain = unpacked(&stored).unwrap();
        assert_eq!(Latencies::from_base64(&packed(&plain)).unwrap(), some);
        let changed = |at: usize, with: &[u8]| {
            let mut other = plain.clone();
            other[at..at + with.len()].copy_from_slice(with);
            Latencies::from_base64(&packed(&other)).unwrap_err().0
        };
        assert_eq!(changed(4, &[0xff; 4]), "it is shorter than it says");
        assert_eq!(changed(0, &COMPRESSED), "there is none in it");
        assert_eq!(changed(12, &[0, 0, 0, 5]), "it has other bounds");
        assert_eq!(changed(24, &[0x7f; 8]), "it has other bounds");
        let cut = Latencies::from_base64(&packed(&plain[..50])).unwrap_err();
        assert_eq!(cut.0, "it is shorter than it says");
        let bomb = Latencies::from_base64(&packed(&vec![0; 64 << 20])).unwrap_err();
        assert_eq!(bomb.0, "there is none in it");
        let bare = Latencies::from_base64(&STANDARD.encode(&plain)).unwrap_err();
        assert_eq!(bare.0, "it is not compressed");
        assert!(Latencies::from_base64("").is_err());
    }
}
