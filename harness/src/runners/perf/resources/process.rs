//! CPU and memory of a process tree, from procfs (Linux, proc(5)).

use super::Reading;
use crate::model::resource::MemoryKind;
use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Instant;

/// Ticks a second of `utime` and `stime`: `USER_HZ` is 100 on every architecture
/// that this runs on, whatever the kernel's own clock is.
const TICKS_A_SECOND: f64 = 100.0;

/// A process tree and what it had used when it was last read.
#[derive(Debug)]
pub(super) struct Tree {
    root: u32,
    /// Start time of the root in ticks since boot: a number may be given to another process.
    root_started: u64,
    last: HashMap<u32, Used>,
    at: Instant,
}

/// What one process had used.
#[derive(Debug, Clone, Copy)]
struct Used {
    started: u64,
    ticks: u64,
}

/// The fields of `/proc/PID/stat` that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    state: u8,
    parent: u32,
    ticks: u64,
    started: u64,
}

impl Tree {
    /// Reads the tree for the first time.
    ///
    /// # Errors
    /// Why there is no such process.
    pub(super) fn open(root: u32) -> Result<Self, String> {
        let stat = alive(root)?;
        let mut tree = Self {
            root,
            root_started: stat.started,
            last: HashMap::new(),
            at: Instant::now(),
        };
        tree.read()?;
        Ok(tree)
    }

    /// Reads the tree again: CPU since the last time, memory now.
    ///
    /// A process that appeared counts with all that it used; one that ended
    /// between two readings takes what it used since the first with it, and
    /// never makes the sum smaller.
    ///
    /// # Errors
    /// The root is gone.
    pub(super) fn read(&mut self) -> Result<Reading, String> {
        if alive(self.root)?.started != self.root_started {
            return Err(gone(self.root));
        }
        let at = Instant::now();
        let mut now = HashMap::new();
        let (mut ticks, mut memory_bytes) = (0, 0);
        for pid in members(self.root) {
            // A process may end while it is being read.
            let Some(stat) = stat(pid).ok().filter(|stat| stat.state != b'Z') else {
                continue;
            };
            let before = self.last.get(&pid);
            let before = before.filter(|used| used.started == stat.started);
            ticks += stat
                .ticks
                .saturating_sub(before.map_or(0, |used| used.ticks));
            memory_bytes += resident(pid);
            let (started, ticks) = (stat.started, stat.ticks);
            now.insert(pid, Used { started, ticks });
        }
        let seconds = at.saturating_duration_since(self.at).as_secs_f64();
        let processes = u32::try_from(now.len()).unwrap_or(u32::MAX);
        (self.last, self.at) = (now, at);
        Ok(Reading {
            cpu_percent: ticks as f64 / TICKS_A_SECOND / seconds.max(0.001) * 100.0,
            memory_bytes,
            memory_kind: MemoryKind::ResidentSet,
            processes,
        })
    }
}

/// The number in a file.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read_pid_file(path: &str) -> Result<u32, String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("process number file {path} cannot be read: {error}"))?;
    text.trim()
        .parse()
        .map_err(|_| format!("process number file {path} holds no number"))
}

fn gone(pid: u32) -> String {
    format!("process {pid} has ended")
}

/// The state of a process that still runs.
fn alive(pid: u32) -> Result<Stat, String> {
    match stat(pid) {
        Ok(stat) if !matches!(stat.state, b'Z' | b'X') => Ok(stat),
        Ok(_) => Err(gone(pid)),
        Err(ErrorKind::NotFound) if !Path::new("/proc/self/stat").exists() => {
            Err("this system has no /proc to read processes from".to_owned())
        }
        Err(ErrorKind::NotFound) => Err(format!("there is no process {pid}")),
        Err(kind) => Err(format!("process {pid} cannot be read: {kind}")),
    }
}

fn stat(pid: u32) -> Result<Stat, ErrorKind> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).map_err(|error| error.kind())?;
    parse_stat(&text).ok_or(ErrorKind::InvalidData)
}

/// Field numbers as in proc(5); the name in field 2 may hold spaces and brackets.
fn parse_stat(text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Stat {
        state: *fields.first()?.as_bytes().first()?,
        parent: u32::try_from(number(4)?).ok()?,
        ticks: number(14)? + number(15)?,
        started: number(22)?,
    })
}

/// Resident set in bytes; 0 for a process that ends just now.
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// The root and all that descend from it.
fn members(root: u32) -> Vec<u32> {
    let scanned = match fs::exists(format!("/proc/{root}/task/{root}/children")) {
        Ok(true) => None,
        // A kernel without CONFIG_PROC_CHILDREN: every process is asked for its parent.
        _ => Some(parents()),
    };
    let mut members = vec![root];
    let mut next = 0;
    while let Some(&pid) = members.get(next) {
        let children = match &scanned {
            None => listed_children(pid),
            Some(parents) => parents.get(&pid).cloned().unwrap_or_default(),
        };
        members.extend(children.into_iter().filter(|child| *child != root));
        next += 1;
    }
    members
}

/// Children of every thread of a process.
fn listed_children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let lists = threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| numbers(&list).collect::<Vec<_>>())
        .collect()
}

fn numbers(list: &str) -> impl Iterator<Item = u32> {
    list.split_whitespace().filter_map(|word| word.parse().ok())
}

/// Children by parent, over all processes.
fn parents() -> HashMap<u32, Vec<u32>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let Ok(entries) = fs::read_dir("/proc") else {
        return children;
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    for pid in names.filter_map(|name| name.to_str()?.parse::<u32>().ok()) {
        if let Ok(stat) = stat(pid) {
            children.entry(stat.parent).or_default().push(pid);
        }
    }
    children
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    fn shell(script: &str) -> Child {
        Command::new("sh")
            .args(["-c", script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Waits until the shell has written a line; returns it.
    fn line(child: &mut Child) -> String {
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn end(mut child: Child, also: &str) {
        let _ = Command::new("kill").args(["-9", also]).status();
        let _ = child.kill();
        child.wait().unwrap();
    }

    #[test]
    fn a_busy_child_is_seen() {
        let mut root = shell("(while :; do :; done) & echo $!; wait");
        let busy = line(&mut root);
        let mut tree = Tree::open(root.id()).unwrap();
        let begun = Instant::now();
        // The busy child gets its ticks sooner or later, however full the machine is.
        let mut most: f64 = 0.0;
        while most < 5.0 && begun.elapsed().as_secs() < 20 {
            std::thread::sleep(std::time::Duration::from_millis(100));
            let reading = tree.read().unwrap();
            assert_eq!(reading.processes, 2);
            assert!(reading.memory_bytes > 100_000);
            most = most.max(reading.cpu_percent);
        }
        assert!(most >= 5.0, "{most} %");
        // Its end does not make the sum negative.
        assert!(
            Command::new("kill")
                .args(["-9", &busy])
                .status()
                .unwrap()
                .success()
        );
        assert!(tree.read().map_or(0.0, |reading| reading.cpu_percent) >= 0.0);
        end(root, &busy);
    }

    #[test]
    fn a_dead_process_is_missing_with_a_reason() {
        let mut child = shell("echo; exec sleep 60");
        line(&mut child);
        let mut tree = Tree::open(child.id()).unwrap();
        child.kill().unwrap();
        // Not waited for yet: it is a zombie or about to become one.
        let begun = Instant::now();
        while tree.read().is_ok() && begun.elapsed().as_secs() < 10 {}
        assert!(tree.read().unwrap_err().contains("has ended"));
        child.wait().unwrap();
        assert!(Tree::open(child.id()).unwrap_err().contains("no process"));
    }

    #[test]
    fn names_with_brackets_do_not_confuse() {
        let text = "7 (a) b) S 3 7 7 0 -1 4194560 1 2 3 4 50 6 7 8 20 0 1 0 99 1 2";
        let stat = parse_stat(text).unwrap();
        assert_eq!((stat.state, stat.parent), (b'S', 3));
        assert_eq!((stat.ticks, stat.started), (56, 99));
        assert_eq!(parse_stat("nonsense"), None);
    }

    #[test]
    fn process_number_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pid");
        let path = path.to_str().unwrap();
        assert!(read_pid_file(path).unwrap_err().contains("cannot be read"));
        fs::write(path, "12\n").unwrap();
        assert_eq!(read_pid_file(path), Ok(12));
        fs::write(path, "x").unwrap();
        assert!(read_pid_file(path).unwrap_err().contains("no number"));
    }
}
