//! Memory of a process tree, as the kernel counts it.

use std::fs;

/// Resident memory of a process and everything below it, in octets; `None` where it is gone.
pub fn resident(pid: u32) -> Option<u64> {
    let own = of(pid)?;
    let below = children(pid).into_iter().filter_map(resident);
    Some(own + below.sum::<u64>())
}

fn of(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

/// Children of every thread of a process.
fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let lists = threads.flatten().filter_map(|thread| {
        let path = thread.path().join("children");
        fs::read_to_string(path).ok()
    });
    let lists: Vec<String> = lists.collect();
    let words = lists.iter().flat_map(|list| list.split_whitespace());
    words.filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_process_that_lives_has_memory_and_one_that_does_not_has_none() {
        assert!(resident(std::process::id()).unwrap() > 1024 * 1024);
        assert_eq!(resident(u32::MAX), None);
    }
}
