//! The freezer of a container as the kernel shows it: it says when a pause took effect, and not
//! only when the engine's call returned.

use std::path::{Path, PathBuf};

/// Where the kernel's control groups are mounted.
const MOUNT: &str = "/sys/fs/cgroup";

/// What is read, and what stands in it while everything is frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Freezer {
    file: PathBuf,
    frozen: &'static str,
}

impl Freezer {
    /// The freezer of a process; `None` where it cannot be read from here, as with an engine elsewhere.
    pub(super) fn of(pid: i32) -> Option<Self> {
        let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        let found = Self::named(&groups, Path::new(MOUNT))?;
        found.is_frozen().map(|_| found)
    }

    /// By the lines `number:controllers:path` of `/proc/PID/cgroup` (cgroups(7)): the controller
    /// `freezer` of version 1, or the one hierarchy of version 2.
    fn named(groups: &str, mount: &Path) -> Option<Self> {
        let path_of = |controller: &str| {
            groups.lines().find_map(|line| {
                let mut parts = line.splitn(3, ':');
                let mut controllers = parts.nth(1)?.split(',');
                let path = parts.next()?.trim_start_matches('/');
                controllers.any(|one| one == controller).then_some(path)
            })
        };
        if let Some(path) = path_of("freezer") {
            return Some(Self {
                file: mount.join("freezer").join(path).join("freezer.state"),
                frozen: "FROZEN",
            });
        }
        path_of("").map(|path| Self {
            file: mount.join(path).join("cgroup.events"),
            frozen: "frozen 1",
        })
    }

    /// Whether everything in it is frozen; `None` where that cannot be read.
    pub(super) fn is_frozen(&self) -> Option<bool> {
        let text = std::fs::read_to_string(&self.file).ok()?;
        Some(text.lines().any(|line| line.trim() == self.frozen))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FIRST: &str = "9:name=systemd:/docker/4f2c\n3:freezer,pids:/docker/4f2c\n0::/other\n";
    const SECOND: &str = "0::/system.slice/docker-4f2c.scope\n";

    fn at(groups: &str, file: &str) -> (tempfile::TempDir, Freezer) {
        let folder = tempfile::tempdir().unwrap();
        let freezer = Freezer::named(groups, folder.path()).unwrap();
        assert_eq!(freezer.file, folder.path().join(file));
        std::fs::create_dir_all(freezer.file.parent().unwrap()).unwrap();
        (folder, freezer)
    }

    #[test]
    fn both_versions_are_read() {
        let (_folder, first) = at(FIRST, "freezer/docker/4f2c/freezer.state");
        assert_eq!(first.is_frozen(), None, "nothing is there");
        for (text, frozen) in [
            ("THAWED\n", false),
            ("FREEZING\n", false),
            ("FROZEN\n", true),
        ] {
            std::fs::write(&first.file, text).unwrap();
            assert_eq!(first.is_frozen(), Some(frozen), "{text}");
        }
        let (_folder, second) = at(SECOND, "system.slice/docker-4f2c.scope/cgroup.events");
        for (text, frozen) in [
            ("populated 1\nfrozen 0\n", false),
            ("populated 1\nfrozen 1\n", true),
        ] {
            std::fs::write(&second.file, text).unwrap();
            assert_eq!(second.is_frozen(), Some(frozen), "{text}");
        }
    }

    #[test]
    fn what_has_no_freezer_is_not_guessed() {
        assert_eq!(Freezer::named("3:pids:/a\n", Path::new("/")), None);
        assert_eq!(Freezer::named("", Path::new("/")), None);
        assert_eq!(Freezer::of(i32::MAX), None);
    }
}
