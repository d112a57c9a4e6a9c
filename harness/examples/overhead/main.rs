//! What a request costs: our engine against a bare goose program and goose as it comes.
//!
//! `cargo run --release -p proofhouse --example overhead [ROUNDS] [SECONDS]`
//!
//! Each generator runs as a process of its own, in turns, against one server in
//! a process of its own. CPU time is counted, not wall time, so that a busy
//! machine disturbs little. Ends with status 1 when a bound is not kept.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

mod generators;
mod server;
mod truth;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

/// What one run of one generator used.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// CPU seconds, user and system, of the whole process for a million requests.
    pub cpu: f64,
    /// Greatest resident set, in MiB.
    pub rss: f64,
}

/// The generators, in the order of the table.
const GENERATORS: [&str; 3] = ["ours", "bare", "stock"];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["server"] => server::serve_forever(),
        ["ours", url, users, seconds] => generators::ours(url, number(users), number(seconds)),
        ["bare", url, users, seconds] => generators::bare(url, users, seconds),
        ["stock", url, users, seconds] => generators::stock(url, users, seconds),
        [] => return compare(5, 6),
        [rounds, seconds] => return compare(number(rounds), number(seconds)),
        _ => panic!("usage: overhead [ROUNDS SECONDS]"),
    }
    ExitCode::SUCCESS
}

fn number(word: &str) -> u32 {
    word.parse().expect("a number")
}

fn compare(rounds: u32, seconds: u32) -> ExitCode {
    let (mut server, url) = start_server();
    println!("{rounds} rounds of {seconds} s, 50 users, no think time");
    let cpu = medians(&url, 50, rounds, seconds, |cost| cost.cpu);
    println!("3 rounds of {seconds} s, 1000 users, no think time");
    let rss = medians(&url, 1000, 3, seconds, |cost| cost.rss);
    server.kill().expect("the server runs");
    server.wait().expect("the server was killed");

    println!("\ngenerator   CPU s / 1M requests   peak RSS at 1000 users");
    for ((name, cpu), rss) in GENERATORS.iter().zip(cpu).zip(rss) {
        println!("{name:<10} {cpu:>20.1} {rss:>20.1} MiB");
    }
    println!();
    let kept = [
        bound("CPU ours / bare goose", cpu[0] / cpu[1], 1.10),
        bound("CPU ours / goose as it comes", cpu[0] / cpu[2], 0.85),
        bound(
            "RSS ours / the leaner goose",
            rss[0] / rss[1].min(rss[2]),
            1.25,
        ),
    ];
    truth::print();
    ExitCode::from(u8::from(kept.contains(&false)))
}

fn bound(what: &str, ratio: f64, most: f64) -> bool {
    let kept = ratio <= most;
    let word = if kept { "kept" } else { "NOT KEPT" };
    println!("{what:<30} {ratio:.2} (at most {most:.2}: {word})");
    kept
}

/// Medians over rounds, one for each generator; every round begins with another one.
fn medians(
    url: &str,
    users: u32,
    rounds: u32,
    seconds: u32,
    part: impl Fn(&Cost) -> f64,
) -> [f64; 3] {
    let mut seen: [Vec<f64>; 3] = Default::default();
    for round in 0..rounds as usize {
        for turn in 0..GENERATORS.len() {
            let which = (round + turn) % GENERATORS.len();
            let cost = run(GENERATORS[which], url, users, seconds);
            println!(
                "  {:<6} {:.1} s / 1M, {:.1} MiB",
                GENERATORS[which], cost.cpu, cost.rss
            );
            seen[which].push(part(&cost));
        }
    }
    seen.map(|mut values| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    })
}

fn own(words: &[&str]) -> Child {
    Command::new(std::env::current_exe().expect("this program has a path"))
        .args(words)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this program can be started again")
}

fn start_server() -> (Child, String) {
    let mut server = own(&["server"]);
    let mut url = String::new();
    let out = server.stdout.take().expect("its output is piped");
    BufReader::new(out)
        .read_line(&mut url)
        .expect("it tells its address");
    (server, url.trim().to_owned())
}

fn run(generator: &str, url: &str, users: u32, seconds: u32) -> Cost {
    let child = own(&[generator, url, &users.to_string(), &seconds.to_string()]);
    let out = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&out.stdout);
    let line = text.lines().rfind(|line| line.starts_with("result "));
    let line = line.unwrap_or_else(|| panic!("{generator} told no result: {text}"));
    let numbers: Vec<f64> = line
        .split(' ')
        .skip(1)
        .map(|word| word.parse().expect("a number"))
        .collect();
    Cost {
        cpu: numbers[1] / numbers[0] * 1e6,
        rss: numbers[2],
    }
}
