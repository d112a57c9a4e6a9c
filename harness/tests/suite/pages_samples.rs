//! Reports and series for looking at pages: golden reports with made-up seconds behind them.

use proofhouse::model::chaos::Phase;
use proofhouse::model::charts::{
    BaselineSeries, ChaosSeries, Charts, CurvePoint, FaultSpan, LoadSeries, PastRun, ProbeSeries,
    SecondSeen, SlotSeen,
};
use proofhouse::model::report::Report;

/// A golden report.
pub fn golden(name: &str) -> Report {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/report");
    serde_json::from_slice(&std::fs::read(format!("{folder}/{name}.json")).unwrap()).unwrap()
}

/// A wave without chance: pages look the same every time.
fn wave(n: u32, by: u32, of: u32) -> f64 {
    f64::from(n * by % of) / f64::from(of)
}

/// The golden `fail` and what may have been behind it: ten slow seconds of `search`.
pub fn load() -> (Report, Charts) {
    let service = |name: &str, slow| LoadSeries {
        scenario: "typical_load".into(),
        service: name.into(),
        seconds: (0..32).map(|t| second(t, slow)).collect(),
        curve: curve(if slow { 1.9 } else { 1.0 }),
        baseline: Some(BaselineSeries {
            run_id: "0195f2d4-7c1a-7b3e-9d21-0a6f3c4e9a3f".into(),
            commit: Some("4f2c1e0a".repeat(5)),
            p95_ms: 43.2,
            throughput_rps: 100.0,
            band_ms: Some((39.0, 47.0)),
            curve: curve(0.9),
        }),
        history: (0..14).map(past_run).collect(),
    };
    let charts = Charts {
        loads: vec![service("orders", false), service("search", true)],
        chaos: None,
    };
    (golden("fail"), charts)
}

fn second(t: u32, slow: bool) -> SecondSeen {
    let burst = slow && (15..25).contains(&t);
    let factor = if burst { 20.0 } else { 1.0 };
    SecondSeen {
        t_s: t,
        steady: t >= 2,
        requests: if burst { 40 } else { 97 + u64::from(t % 5) },
        failed: u64::from(slow),
        p50_ms: Some(factor * (34.0 + 6.0 * wave(t, 7, 11))),
        p95_ms: Some(factor * (46.0 + 8.0 * wave(t, 5, 13))),
        p99_ms: Some(factor * (55.0 + 14.0 * wave(t, 3, 17))),
    }
}

fn curve(factor: f64) -> Vec<CurvePoint> {
    let percentiles = [
        0.0, 25.0, 50.0, 75.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.9, 99.99, 100.0,
    ];
    let point = |percentile: f64| CurvePoint {
        percentile,
        ms: factor * (18.0 + 12.0 / (1.02 - percentile / 100.0).powf(0.9)),
    };
    percentiles.map(point).to_vec()
}

fn past_run(n: u32) -> PastRun {
    PastRun {
        at: "2026-02-01T00:00:00Z".parse().unwrap(),
        commit: None,
        p95_ms: 38.0 + f64::from(n) * 0.5 + 3.0 * wave(n, 5, 7),
        throughput_rps: 100.0,
        accepted: (n == 3).then(|| "a slower and safer search".to_owned()),
    }
}

/// The golden `chaos_fail` with a partition over two probes.
pub fn chaos() -> (Report, Charts) {
    let probes = [("api", true), ("decide", false)].map(|(name, cut)| ProbeSeries {
        name: name.into(),
        slot_s: 0.1,
        slots: (0..150).map(|n| slot(n, cut)).collect(),
    });
    let story = ChaosSeries {
        length_s: 15.0,
        phases: vec![(Phase::Pre, 0.0), (Phase::During, 5.0), (Phase::Post, 8.0)],
        faults: vec![FaultSpan {
            action: "cut".into(),
            what: "network_partition of nats".into(),
            from_s: 5.002,
            to_s: Some(8.005),
            witnessed: true,
        }],
        probes: probes.to_vec(),
    };
    let charts = Charts {
        loads: vec![],
        chaos: Some(story),
    };
    (golden("chaos_fail"), charts)
}

fn slot(n: u32, cut: bool) -> SlotSeen {
    let silent = cut && (50..83).contains(&n);
    let wrong = cut && (83..86).contains(&n);
    SlotSeen {
        from_s: f64::from(n) / 10.0,
        ok: if silent || wrong { 0 } else { 5 },
        bad: if wrong { 5 } else { 0 },
        unanswered: if silent { 5 } else { 0 },
        longest_ms: (!silent).then(|| 2.0 + 3.0 * wave(n, 7, 19)),
    }
}
