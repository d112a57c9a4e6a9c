//! Fewer points than seconds: neighbours become one, and the worst of them is kept.

use crate::model::charts::SecondSeen;

/// Seconds, some together.
pub(crate) struct Thinned {
    /// How many seconds each point stands for.
    pub width_s: u32,
    /// Points in order.
    pub seconds: Vec<Second>,
}

/// One second, or several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Second {
    /// Start, since the load began.
    pub from_s: u32,
    /// Whether all of it is judged.
    pub steady: bool,
    /// Requests per second.
    pub rate: f64,
    /// Good ones per second.
    pub good: f64,
    /// Requests.
    pub requests: u64,
    /// Failed requests.
    pub failed: u64,
    /// Greatest median of the seconds.
    pub p50_ms: Option<f64>,
    /// Greatest 95th percentile: percentiles are never averaged.
    pub p95_ms: Option<f64>,
    /// Greatest 99th percentile.
    pub p99_ms: Option<f64>,
}

/// At most `most` points, and one more for a rest; each stands for the same number of seconds.
pub(crate) fn seconds(seen: &[SecondSeen], most: usize) -> Thinned {
    let first = seen.first().map_or(0, |second| second.t_s);
    let last = seen.last().map_or(0, |second| second.t_s);
    let span = (last - first) as usize + 1;
    let width_s = span.div_ceil(most.max(1)).max(1) as u32;
    let mut points: Vec<Second> = Vec::new();
    for second in seen {
        let from_s = first + (second.t_s - first) / width_s * width_s;
        if points.last().is_none_or(|point| point.from_s != from_s) {
            points.push(empty(from_s));
        }
        if let Some(point) = points.last_mut() {
            add(point, second, width_s);
        }
    }
    Thinned {
        width_s,
        seconds: points,
    }
}

fn empty(from_s: u32) -> Second {
    Second {
        from_s,
        steady: true,
        rate: 0.0,
        good: 0.0,
        requests: 0,
        failed: 0,
        p50_ms: None,
        p95_ms: None,
        p99_ms: None,
    }
}

fn add(point: &mut Second, second: &SecondSeen, width_s: u32) {
    let good = second.requests.saturating_sub(second.failed);
    point.steady &= second.steady;
    point.rate += second.requests as f64 / f64::from(width_s);
    point.good += good as f64 / f64::from(width_s);
    point.requests += second.requests;
    point.failed += second.failed;
    point.p50_ms = worse(point.p50_ms, second.p50_ms);
    point.p95_ms = worse(point.p95_ms, second.p95_ms);
    point.p99_ms = worse(point.p99_ms, second.p99_ms);
}

fn worse(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_neighbours_is_kept_and_nothing_is_lost() {
        let seen: Vec<SecondSeen> = (0..600)
            .map(|t_s| SecondSeen {
                t_s,
                steady: t_s >= 10,
                requests: 100,
                failed: u64::from(t_s == 77),
                p50_ms: Some(5.0),
                p95_ms: Some(if t_s == 321 { 900.0 } else { 10.0 }),
                p99_ms: None,
            })
            .collect();
        let thinned = seconds(&seen, 60);
        assert_eq!((thinned.width_s, thinned.seconds.len()), (10, 60));
        assert_eq!(thinned.seconds[32].p95_ms, Some(900.0));
        assert_eq!(thinned.seconds.iter().map(|s| s.failed).sum::<u64>(), 1);
        assert_eq!(
            thinned.seconds.iter().map(|s| s.requests).sum::<u64>(),
            60_000
        );
        assert!((thinned.seconds[3].rate - 100.0).abs() < 1e-9);
        assert!(!thinned.seconds[0].steady && thinned.seconds[1].steady);
        assert_eq!(seconds(&seen[..30], 60).width_s, 1);
        assert!(seconds(&[], 60).seconds.is_empty());
    }
}
