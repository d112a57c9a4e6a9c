//! Latency truth: what the engine says against what the server did to its users.

use super::generators::measure;
use super::server::{self, Delay};
use proofhouse::model::evidence::Event;
use proofhouse::model::series::Latencies;
use std::time::Duration;

/// Prints percentiles of the engine and of the server's own log.
pub fn print() {
    println!("\nresponse times in ms           p50      p95      p99      max");
    fixed("20 ms for every answer", |_| Duration::from_millis(20));
    fixed("frozen for 1 s every 5 s", |since| {
        let within = Duration::from_micros((since.as_micros() % 5_000_000) as u64);
        Duration::from_secs(5)
            .checked_sub(within)
            .filter(|left| *left <= Duration::from_secs(1))
            .unwrap_or_default()
    });
}

fn fixed(name: &str, delay: Delay) {
    let (url, log) = server::spawn(delay);
    let events = measure(&url, 10, 10, Duration::from_millis(20));
    let mut own = Latencies::new();
    for took in log.lock().expect("no panic held it").iter() {
        own.record(took.as_micros() as u64);
    }
    let engine = events.iter().find_map(|event| match event {
        Event::Summary(summary) => Latencies::from_base64(&summary.total.histogram).ok(),
        _ => None,
    });
    println!("{name}");
    row("  server", &own);
    row("  engine", &engine.expect("a summary"));
}

fn row(name: &str, times: &Latencies) {
    let ms = |us: Option<u64>| us.unwrap_or(0) as f64 / 1000.0;
    println!(
        "{name:<25} {:>8.1} {:>8.1} {:>8.1} {:>8.1}",
        ms(times.percentile_us(50.0)),
        ms(times.percentile_us(95.0)),
        ms(times.percentile_us(99.0)),
        ms(times.max_us())
    );
}
