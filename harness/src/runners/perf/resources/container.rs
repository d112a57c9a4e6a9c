//! CPU and memory of a container, from the Docker stats stream (API 1.41 and later).

use super::{Reading, Sink};
use crate::model::resource::MemoryKind;
use bollard::Docker;
use bollard::models::{ContainerCpuStats, ContainerMemoryStats, ContainerStatsResponse};
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::StreamExt;

/// Samples a container, about once a second as the daemon sends; returns why it cannot any more.
pub(super) async fn watch(name: &str, sink: &Sink) -> String {
    let docker = match connect().await {
        Ok(docker) => docker,
        Err(error) => return format!("the container daemon cannot be reached: {error}"),
    };
    let options = StatsOptionsBuilder::new()
        .stream(true)
        .one_shot(false)
        .build();
    let mut stats = std::pin::pin!(docker.stats(name, Some(options)));
    let mut last: Option<ContainerCpuStats> = None;
    while let Some(next) = stats.next().await {
        let next = match next {
            Ok(next) => next,
            Err(error) => return format!("container `{name}` cannot be sampled: {error}"),
        };
        let Some(cpu) = next.cpu_stats.clone() else {
            return format!("container `{name}` tells nothing of its CPU");
        };
        match (reading(last.as_ref(), &next), last.is_some()) {
            (Some(reading), _) => sink.sample(reading),
            // The first message is what the second one is counted from.
            (None, false) => {}
            (None, true) => return format!("container `{name}` is not running"),
        }
        last = Some(cpu);
    }
    format!("container `{name}` has stopped")
}

async fn connect() -> Result<Docker, bollard::errors::Error> {
    Docker::connect_with_defaults()?.negotiate_version().await
}

/// What the container used since the last message; `None` without a number for
/// each part: a container that does not run sends messages without them.
fn reading(last: Option<&ContainerCpuStats>, next: &ContainerStatsResponse) -> Option<Reading> {
    let cpu_percent = cpu_percent(last?, next.cpu_stats.as_ref()?)?;
    let pids = next.pids_stats.as_ref().and_then(|pids| pids.current);
    Some(Reading {
        cpu_percent,
        memory_bytes: working_set(next.memory_stats.as_ref()?)?,
        memory_kind: MemoryKind::WorkingSet,
        processes: pids.map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX)),
    })
}

/// CPU in percent of one core: the container's part of the machine's CPU time,
/// times its number of CPUs (as `docker stats` counts it).
fn cpu_percent(last: &ContainerCpuStats, next: &ContainerCpuStats) -> Option<f64> {
    let used = |stats: &ContainerCpuStats| stats.cpu_usage.as_ref()?.total_usage;
    let container = used(next)?.saturating_sub(used(last)?) as f64;
    let machine = next
        .system_cpu_usage?
        .checked_sub(last.system_cpu_usage?)
        .filter(|delta| *delta > 0)? as f64;
    Some(container / machine * cpus(next)? * 100.0)
}

/// CPUs of the machine; older daemons list the use of each instead.
fn cpus(stats: &ContainerCpuStats) -> Option<f64> {
    let listed = || {
        let each = stats.cpu_usage.as_ref()?.percpu_usage.as_ref()?;
        u32::try_from(each.len()).ok()
    };
    stats
        .online_cpus
        .filter(|n| *n > 0)
        .or_else(listed)
        .map(f64::from)
}

/// Memory without file cache that can be dropped at once, as `docker stats` shows it.
fn working_set(memory: &ContainerMemoryStats) -> Option<u64> {
    let part = |name: &str| memory.stats.as_ref()?.get(name).copied();
    // cgroup v1 counts descendants under `total_`; v2 has only the short name.
    let cache = part("total_inactive_file").or_else(|| part("inactive_file"));
    Some(memory.usage?.saturating_sub(cache.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    fn message(total: u64, system: u64, memory: &Value) -> ContainerStatsResponse {
        serde_json::from_value(json!({
            "cpu_stats": {
                "cpu_usage": {"total_usage": total},
                "system_cpu_usage": system,
                "online_cpus": 4,
            },
            "memory_stats": memory,
            "pids_stats": {"current": 3},
        }))
        .unwrap()
    }

    #[test]
    fn percent_of_one_core_and_working_set() {
        let memory = json!({"usage": 1000, "stats": {"inactive_file": 400}});
        let first = message(100, 1000, &memory);
        let second = message(150, 1200, &memory);
        let read = reading(first.cpu_stats.as_ref(), &second).unwrap();
        assert!((read.cpu_percent - 100.0).abs() < 1e-9);
        assert_eq!((read.memory_bytes, read.processes), (600, 3));
    }

    #[test]
    fn both_control_group_versions() {
        let of = |stats: Value| {
            let memory = json!({"usage": 1000, "stats": stats});
            working_set(&serde_json::from_value(memory).unwrap())
        };
        let first = of(json!({"inactive_file": 1, "total_inactive_file": 300}));
        assert_eq!(first, Some(700));
        assert_eq!(of(json!({"inactive_file": 200})), Some(800));
        assert_eq!(of(json!({})), Some(1000));
    }

    #[test]
    fn a_container_that_does_not_run_gives_no_zero() {
        let first = message(100, 1000, &json!({"usage": 1}));
        let stopped: ContainerStatsResponse =
            serde_json::from_value(json!({"cpu_stats": {}, "memory_stats": {}})).unwrap();
        assert_eq!(reading(first.cpu_stats.as_ref(), &stopped), None);
        assert_eq!(reading(None, &first), None);
    }
}
