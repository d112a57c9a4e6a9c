//! Baselines: appended when a run passed or a person said so, never overwritten.

use super::chain::{self, files, history, is_rejected, rejected_twin, sequence_of};
use super::layout::{diffable, file_name, history_folder};
use super::{StoreError, atomic};
use crate::model::baseline::{Baseline, Origin};
use crate::model::promise::BaselineStorage;
use std::fs;
use std::path::{Path, PathBuf};

pub use super::chain::bytes;
pub use super::comparison::{load, past};

/// How many baselines of one history are kept.
pub const KEPT: usize = 30;

/// Stores a baseline as the newest of its history and returns its file.
///
/// Sequence and predecessor are filled in here, under a lock, so that two runs
/// at once both find their place. The newest [`KEPT`] are kept.
///
/// # Errors
/// A history that cannot be believed, or the file system says no.
pub fn append(storage: &BaselineStorage, mut baseline: Baseline) -> Result<PathBuf, StoreError> {
    let folder = folder_of(storage, &baseline);
    fs::create_dir_all(&folder).map_err(StoreError::io("create", &folder))?;
    let _lock = atomic::lock(&folder)?;
    let before = history(&folder)?;
    let used = files(&folder)?
        .iter()
        .filter_map(|path| sequence_of(path))
        .max();
    baseline.sequence = used.unwrap_or(0) + 1;
    baseline.predecessor = before.last().map(|stored| stored.digest.clone());
    let path = folder.join(file_name(&baseline));
    atomic::write_new(&path, &bytes(&baseline)?)?;
    prune(&folder)?;
    Ok(path)
}

fn folder_of(storage: &BaselineStorage, baseline: &Baseline) -> PathBuf {
    history_folder(
        Path::new(&storage.path),
        baseline.profile,
        &baseline.suite,
        &baseline.fingerprint,
        &baseline.scenario,
    )
}

/// Removes all but the newest, and what was rejected before them.
fn prune(folder: &Path) -> Result<(), StoreError> {
    let all = history(folder)?;
    let Some(oldest) = all.len().checked_sub(KEPT).and_then(|from| all.get(from)) else {
        return Ok(());
    };
    let oldest = oldest.baseline.sequence;
    for path in files(folder)? {
        if sequence_of(&path).is_some_and(|sequence| sequence < oldest) {
            fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
        }
    }
    Ok(())
}

/// Stores runs because a person says so, and why.
///
/// # Errors
/// An empty reason, or what [`append`] may say.
pub fn accept(
    storage: &BaselineStorage,
    candidates: Vec<Baseline>,
    reason: &str,
) -> Result<Vec<PathBuf>, StoreError> {
    let reason = given(reason)?;
    let accepted = candidates.into_iter().map(|candidate| Baseline {
        origin: Origin::Accepted(reason.clone()),
        ..candidate
    });
    accepted.map(|baseline| append(storage, baseline)).collect()
}

/// Takes the newest baseline of a history out of the comparison; the file stays
/// as `*.rejected.json`, with the reason.
///
/// # Errors
/// An empty reason, a file that is not the newest, a history that cannot be
/// believed, or the file system says no.
pub fn reject(path: &Path, reason: &str) -> Result<PathBuf, StoreError> {
    let reason = given(reason)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let _lock = atomic::lock(folder)?;
    let newest = history(folder)?.pop();
    let newest = newest.filter(|newest| newest.path.file_name() == path.file_name());
    let newest = newest.ok_or_else(|| StoreError::NotNewest(path.to_owned()))?;
    let kept = serde_json::json!({"baseline": newest.baseline, "rejected": reason});
    let twin = rejected_twin(path);
    // First the twin: with both there, the file already counts as rejected.
    atomic::write_new(&twin, diffable(&kept).as_bytes())?;
    fs::remove_file(path).map_err(StoreError::io("remove", path))?;
    Ok(twin)
}

/// Finds baselines below a folder: by path, or by the start or the end of their
/// run's id. A run of several scenarios has several.
///
/// # Errors
/// None, or a folder that cannot be read.
pub fn find(root: &Path, wanted: &str) -> Result<Vec<PathBuf>, StoreError> {
    if Path::new(wanted).is_file() {
        return Ok(vec![PathBuf::from(wanted)]);
    }
    let meant = |listed: &Listed| match &listed.state {
        State::Newest(baseline) | State::Older(baseline) => {
            let id = &baseline.run_id;
            !wanted.is_empty() && (id.starts_with(wanted) || id.ends_with(wanted))
        }
        State::Rejected | State::Unreadable(_) => false,
    };
    let found: Vec<PathBuf> = list(root)?
        .into_iter()
        .filter(meant)
        .map(|l| l.path)
        .collect();
    match found.is_empty() {
        true => Err(StoreError::NoBaseline(format!(
            "run `{wanted}` in {}",
            root.display()
        ))),
        false => Ok(found),
    }
}

fn given(reason: &str) -> Result<String, StoreError> {
    match reason.trim() {
        "" => Err(StoreError::NoReason),
        reason => Ok(reason.to_owned()),
    }
}

/// One file of the store, for lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub state: State,
}

/// What a file of the store is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The one that the next run is compared with.
    Newest(Box<Baseline>),
    /// History.
    Older(Box<Baseline>),
    /// Taken out by a person.
    Rejected,
    /// It, or its history, cannot be believed.
    Unreadable(String),
}

/// All baselines below a folder, by path.
///
/// # Errors
/// A folder that cannot be read.
pub fn list(root: &Path) -> Result<Vec<Listed>, StoreError> {
    let mut listed = Vec::new();
    walk(root, &mut listed)?;
    listed.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listed)
}

fn walk(folder: &Path, listed: &mut Vec<Listed>) -> Result<(), StoreError> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(StoreError::io("read", folder))? {
        let path = entry.map_err(StoreError::io("read", folder))?.path();
        if path.is_dir() && !path.is_symlink() {
            walk(&path, listed)?;
        }
    }
    let believed = history(folder);
    for path in files(folder)? {
        let state = match &believed {
            _ if is_rejected(&path) => State::Rejected,
            Err(error) => State::Unreadable(error.to_string()),
            Ok(all) => state(all, &path),
        };
        listed.push(Listed { path, state });
    }
    Ok(())
}

fn state(all: &[chain::Stored], path: &Path) -> State {
    let Some(at) = all.iter().position(|stored| stored.path == path) else {
        return State::Rejected;
    };
    let baseline = Box::new(all[at].baseline.clone());
    match at + 1 == all.len() {
        true => State::Newest(baseline),
        false => State::Older(baseline),
    }
}

/// Reads one file of the store, rejected or not.
///
/// # Errors
/// It is not there, or not a baseline.
pub fn show(path: &Path) -> Result<Baseline, StoreError> {
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    read_bytes(path, &bytes)
}

/// As [`show`], from the bytes of a file; what it must be is said by its path.
///
/// # Errors
/// It is not a baseline, or not the one that its name says.
pub fn read_bytes(path: &Path, bytes: &[u8]) -> Result<Baseline, StoreError> {
    #[derive(serde::Deserialize)]
    struct Kept {
        baseline: Baseline,
    }
    if !is_rejected(path) {
        return chain::believed(path, bytes);
    }
    let kept: Kept = serde_json::from_slice(bytes).map_err(|e| StoreError::Baseline {
        path: path.to_owned(),
        reason: format!("not a rejected baseline: {e}"),
    })?;
    Ok(kept.baseline)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::baseline::Remembered;
    use crate::store::testdata::{baseline, plan, storage};

    fn found(storage: &BaselineStorage) -> Remembered {
        let machine = baseline("").machine;
        load(Some(storage), &plan(), &machine, jiff::Timestamp::MAX)
            .remove("typical_load")
            .unwrap()
    }

    fn last_commit(storage: &BaselineStorage) -> Option<String> {
        match found(storage) {
            Remembered::LastPassed(baseline) => baseline.commit,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn appended_found_and_chained() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path());
        assert_eq!(found(&storage), Remembered::Nothing);
        let first = append(&storage, baseline("aaaaaaaa1")).unwrap();
        assert!(
            first.ends_with("typical_load/000001-aaaaaaaa.json"),
            "{first:?}"
        );
        let second = append(&storage, baseline("bbbbbbbb1")).unwrap();
        assert_eq!(last_commit(&storage).unwrap(), "bbbbbbbb1");
        let read = show(&second).unwrap();
        assert_eq!(read.sequence, 2);
        let digest = crate::store::sha256_hex(&fs::read(&first).unwrap());
        assert_eq!(read.predecessor, Some(digest));
    }

    #[test]
    fn switched_off_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = storage(folder.path());
        storage.enabled = false;
        assert_eq!(found(&storage), Remembered::Disabled);
    }

    #[test]
    fn another_machine_or_scenario_is_not_comparable() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path());
        append(&storage, baseline("aaaaaaaa")).unwrap();
        let mut machine = baseline("").machine;
        machine.cores = 64;
        let memory = load(Some(&storage), &plan(), &machine, jiff::Timestamp::MAX);
        let Remembered::NotComparable { reason } = &memory["typical_load"] else {
            unreachable!("{memory:?}")
        };
        assert!(reason.contains("cores was `2`, is `64`"), "{reason}");
        let mut changed = plan();
        let digests = &mut changed.performance.scenario_digests;
        digests.insert("typical_load".into(), "sha256:other".into());
        let memory = load(
            Some(&storage),
            &changed,
            &baseline("").machine,
            jiff::Timestamp::MAX,
        );
        let Remembered::NotComparable { reason } = &memory["typical_load"] else {
            unreachable!("{memory:?}")
        };
        assert!(reason.contains("has changed since"), "{reason}");
    }

    #[test]
    fn tampering_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path());
        let first = append(&storage, baseline("aaaaaaaa")).unwrap();
        append(&storage, baseline("bbbbbbbb")).unwrap();
        let text = fs::read_to_string(&first).unwrap();
        fs::write(
            &first,
            text.replace("\"p95_latency_ms\": 29", "\"p95_latency_ms\": 92"),
        )
        .unwrap();
        let Remembered::Unreadable { reason } = found(&storage) else {
            unreachable!("believed")
        };
        assert!(reason.contains("000002-bbbbbbbb.json"), "{reason}");
        assert!(reason.contains("version control"), "{reason}");
        assert!(append(&storage, baseline("cccccccc")).is_err());
        fs::write(&first, "{").unwrap();
        assert!(matches!(found(&storage), Remembered::Unreadable { .. }));
    }

    #[test]
    fn only_the_newest_thirty_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path());
        for n in 0..KEPT + 5 {
            append(&storage, baseline(&format!("{n:08}"))).unwrap();
        }
        let listed = list(folder.path()).unwrap();
        assert_eq!(listed.len(), KEPT);
        assert!(matches!(listed.last().unwrap().state, State::Newest(_)));
        assert!(listed[0].path.ends_with("000006-00000005.json"));
        assert_eq!(last_commit(&storage).unwrap(), "00000034");
    }

    #[test]
    fn a_rejected_one_is_kept_and_its_number_never_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path());
        append(&storage, baseline("aaaaaaaa")).unwrap();
        let second = append(&storage, baseline("bbbbbbbb")).unwrap();
        assert!(matches!(reject(&second, " "), Err(StoreError::NoReason)));
        let kept = reject(&second, "a lucky run").unwrap();
        assert!(fs::read_to_string(&kept).unwrap().contains("a lucky run"));
        assert_eq!(show(&kept).unwrap().sequence, 2);
        assert_eq!(last_commit(&storage).unwrap(), "aaaaaaaa");
        let third = append(&storage, baseline("cccccccc")).unwrap();
        assert!(third.ends_with("000003-cccccccc.json"));
        assert_eq!(last_commit(&storage).unwrap(), "cccccccc");
        let first = second.with_file_name("000001-aaaaaaaa.json");
        assert!(matches!(reject(&first, "x"), Err(StoreError::NotNewest(_))));
        let both = vec![first, third];
        assert_eq!(find(folder.path(), "3c4e9a3f").unwrap(), both);
        assert!(matches!(
            find(folder.path(), "zz"),
            Err(StoreError::NoBaseline(_))
        ));
    }

    #[test]
    fn accepted_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path());
        let paths = accept(&storage, vec![baseline("aaaaaaaa")], "new machine").unwrap();
        let origin = show(&paths[0]).unwrap().origin;
        assert_eq!(origin, Origin::Accepted("new machine".into()));
        assert!(matches!(
            accept(&storage, vec![], ""),
            Err(StoreError::NoReason)
        ));
    }

    #[test]
    fn merged_branches_are_both_believed() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (here, there) = (storage(one.path()), storage(two.path()));
        for storage in [&here, &there] {
            append(storage, baseline("aaaaaaaa")).unwrap();
        }
        append(&here, baseline("bbbbbbbb")).unwrap();
        let theirs = append(&there, baseline("cccccccc")).unwrap();
        let beside = theirs.strip_prefix(two.path()).unwrap();
        fs::copy(&theirs, one.path().join(beside)).unwrap();
        assert!(matches!(found(&here), Remembered::LastPassed(_)));
        assert_eq!(
            show(&append(&here, baseline("dddddddd")).unwrap())
                .unwrap()
                .sequence,
            3
        );
        assert_eq!(last_commit(&here).unwrap(), "dddddddd");
    }

    #[test]
    fn what_is_drawn_is_the_same_history_in_order_and_only_what_was_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path());
        for commit in ["aaaaaaaa", "bbbbbbbb"] {
            append(&storage, baseline(commit)).unwrap();
        }
        let machine = baseline("").machine;
        let commits = |before: jiff::Timestamp| -> Vec<String> {
            let mut past = past(Some(&storage), &plan(), &machine, before);
            let of_scenario = past.remove("typical_load").unwrap().into_iter();
            of_scenario.filter_map(|baseline| baseline.commit).collect()
        };
        assert_eq!(commits(jiff::Timestamp::MAX), ["aaaaaaaa", "bbbbbbbb"]);
        assert_eq!(commits(baseline("").recorded_at), [""; 0]);
        assert!(past(None, &plan(), &machine, jiff::Timestamp::MAX).is_empty());
    }

    #[test]
    fn runs_at_once_all_find_a_place() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path());
        std::thread::scope(|scope| {
            for n in 0..4 {
                let storage = &storage;
                scope.spawn(move || {
                    for k in 0..5 {
                        append(storage, baseline(&format!("{n}{k}000000"))).unwrap();
                    }
                });
            }
        });
        assert_eq!(list(folder.path()).unwrap().len(), 20);
        assert!(matches!(found(&storage), Remembered::LastPassed(_)));
    }
}
