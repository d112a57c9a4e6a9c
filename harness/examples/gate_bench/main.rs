//! How long the gate takes over ten thousand reports, and over their JUnit twins as well, beside reading, parsing and hashing alone.
#![allow(missing_docs, clippy::print_stdout)]

mod evidence;

use jiff::Timestamp;
use proofhouse::config::document;
use proofhouse::config::source::SourceText;
use proofhouse::gate::{Case, decide};
use proofhouse::model::decision::{Decision, Question, Waivers};
use proofhouse::release::{Places, gather};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Most milliseconds and MiB that ten thousand reports may take, digests verified.
const MOST: (f64, f64) = (400.0, 128.0);
/// Passes over the evidence; the fastest is told, because others use the machine, too.
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // Making evidence takes memory of its own: the measured process only reads.
    if let [word, folder, reports] = words.as_slice()
        && word == "measure"
    {
        return measure(Path::new(folder), reports.parse().expect("a number"));
    }
    let reports: usize = words
        .first()
        .map_or(10_000, |word| word.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    evidence::make(folder.path(), reports).expect("written evidence");
    let program = std::env::current_exe().expect("its own path");
    let status = std::process::Command::new(program)
        .args([
            "measure",
            &folder.path().display().to_string(),
            &reports.to_string(),
        ])
        .status()
        .expect("started");
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}

fn measure(folder: &Path, reports: usize) -> ExitCode {
    let scale = reports as f64 / 10_000.0;
    let (most_ms, most_mib) = (MOST.0 * scale.max(0.1), MOST.1 * scale.max(0.25));
    let alone = one(folder, reports, Twins::Without);
    let both = one(folder, reports, Twins::With);
    let peak = peak_mib();
    println!(
        "peak {peak:.0} MiB; at most {most_ms:.0} ms for the reports and {most_mib:.0} MiB for all"
    );
    match alone.open && both.open && alone.ms <= most_ms && peak <= most_mib {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Whether the JUnit twins of the reports are read, too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twins {
    With,
    Without,
}

/// What one policy took.
struct Took {
    ms: f64,
    open: bool,
}

fn one(folder: &Path, reports: usize, twins: Twins) -> Took {
    let (floor, bytes) = fastest(|| floor(folder, twins));
    let (took, decision) = fastest(|| gate(folder, twins));
    let ms = milliseconds(took);
    let (what, each) = match twins {
        Twins::With => ("reports with JUnit twins", 2),
        Twins::Without => ("reports", 1),
    };
    println!(
        "{reports} {what}, {} checks and tests, {:.1} MB: {ms:.0} ms; reading, parsing and hashing alone {:.0} ms",
        decision.counts.checks,
        bytes as f64 / 1e6,
        milliseconds(floor)
    );
    let open = decision.exit_code == 0 && decision.counts.counted as usize == reports * each;
    if !open {
        println!("the gate is closed: {:?}", decision.findings.first());
    }
    Took { ms, open }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn fastest<T>(mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut best: Option<(Duration, T)> = None;
    for _ in 0..ROUNDS {
        // Only one result is held at a time: the peak is that of one decision.
        let before = best.take().map(|(time, _)| time);
        let began = Instant::now();
        let result = work();
        let took = began.elapsed();
        best = Some((before.map_or(took, |before| before.min(took)), result));
    }
    best.expect("at least one round")
}

/// What no gate can do without: every file read once and hashed, and every report parsed.
fn floor(folder: &Path, twins: Twins) -> u64 {
    let mut bytes = 0;
    let mut buffer = Vec::new();
    let parts: &[&str] = match twins {
        Twins::With => &["runs", "junit"],
        Twins::Without => &["runs"],
    };
    for part in parts {
        for entry in std::fs::read_dir(folder.join(part)).expect("a folder") {
            let run = entry.expect("an entry").path();
            let names: &[&str] = match *part {
                "junit" => &["junit.xml"],
                _ => &["report.json", "evidence.jsonl"],
            };
            for name in names {
                let Ok(mut file) = std::fs::File::open(run.join(name)) else {
                    continue;
                };
                buffer.clear();
                std::io::Read::read_to_end(&mut file, &mut buffer).expect("read");
                bytes += buffer.len() as u64;
                std::hint::black_box(Sha256::digest(&buffer));
                if *name == "report.json" {
                    let parsed: serde::de::IgnoredAny =
                        serde_json::from_slice(&buffer).expect("JSON");
                    std::hint::black_box(parsed);
                }
            }
        }
    }
    bytes
}

fn gate(folder: &Path, twins: Twins) -> Decision {
    let text = evidence::policy(twins == Twins::With).into_bytes();
    let source = SourceText::from_bytes("bench.gate.yaml", text).expect("text");
    let mut problems = Vec::new();
    let policy = document::policy(&source, &mut problems).expect("a policy");
    assert!(problems.is_empty(), "{problems:?}");
    let runs = folder.join("runs");
    let places = Places {
        folder: &runs,
        working: folder,
    };
    let inputs = gather(places, &policy, evidence::COMMIT).expect("readable folders");
    let question = Question {
        commit: evidence::COMMIT.to_owned(),
        artifact: None,
        now: evidence::NOW.parse::<Timestamp>().expect("a time"),
    };
    decide(
        &policy,
        Case {
            question,
            inputs,
            waivers: Waivers::default(),
        },
    )
}

/// Most memory that this process ever held.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.map_or(f64::INFINITY, |kib| kib / 1024.0)
}
