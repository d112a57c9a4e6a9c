//! The evidence file: one JSON line an event, written as it happens, read back even when cut.

use super::StoreError;
use crate::model::chaos::ChaosEvent;
pub use crate::model::evidence::EVIDENCE_FILE;
use crate::model::evidence::{Event, Evidence, Timed};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Most events of one run: some hours of chaos at a thousand a second. Each takes more room in memory than
/// its line on the disk.
const MOST_EVENTS: usize = 5_000_000;

/// Appends events to a run's evidence; every line is with the system when `append` returns.
#[derive(Debug)]
pub struct EvidenceWriter {
    file: File,
    path: PathBuf,
}

impl EvidenceWriter {
    /// Begins the evidence of a new run.
    ///
    /// # Errors
    /// The folder is not there, or has evidence already.
    pub fn create(run: &Path) -> Result<Self, StoreError> {
        let path = run.join(EVIDENCE_FILE);
        let file = File::create_new(&path).map_err(StoreError::io("create", &path))?;
        Ok(Self { file, path })
    }

    /// Writes one event as one line, and waits for the disk where losing it would change a verdict.
    ///
    /// # Errors
    /// The disk is full or gone. A number that is none (NaN) is refused here,
    /// because the line could not be read back.
    pub fn append(&mut self, timed: &Timed) -> Result<(), StoreError> {
        let mut line = serde_json::to_vec(timed)
            .map_err(|e| StoreError::io("write", &self.path)(std::io::Error::other(e)))?;
        line.push(b'\n');
        // One call, so that a killed run loses at most its last line.
        self.file
            .write_all(&line)
            .map_err(StoreError::io("write", &self.path))?;
        if is_landmark(&timed.event) {
            self.file
                .sync_data()
                .map_err(StoreError::io("sync", &self.path))?;
        }
        Ok(())
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub fn finish(self) -> Result<(), StoreError> {
        self.file
            .sync_all()
            .map_err(StoreError::io("sync", &self.path))
    }
}

/// Whether an event is worth waiting for the disk: all but the ones that come every second, or more often.
///
/// A chaos run sees hundreds of attempts and operations a second. To wait for the disk at each of
/// them would slow the very database that is being watched.
fn is_landmark(event: &Event) -> bool {
    match event {
        Event::Window(_) | Event::Resource { .. } | Event::Failure(_) => false,
        Event::Chaos(seen) => !matches!(
            seen,
            ChaosEvent::Attempt(_)
                | ChaosEvent::Invoked { .. }
                | ChaosEvent::Operation(_)
                | ChaosEvent::Read(_)
                | ChaosEvent::Number { .. }
        ),
        _ => true,
    }
}

/// Reads a run's evidence. A last line that was cut off (a killed run) is left
/// out, and the evidence is then not complete.
///
/// # Errors
/// No file, a broken line anywhere but at its cut end, a first event that is
/// not the run's start, or events after its end.
pub fn read(run: &Path) -> Result<Evidence, StoreError> {
    let path = run.join(EVIDENCE_FILE);
    let bytes = fs::read(&path).map_err(StoreError::io("read", &path))?;
    read_bytes(&path, &bytes)
}

/// As [`read`], from the bytes of a file; the path is only for errors.
///
/// # Errors
/// As [`read`], but for the file system's; more events than are read.
pub fn read_bytes(path: &Path, bytes: &[u8]) -> Result<Evidence, StoreError> {
    read_most(path, bytes, MOST_EVENTS)
}

fn read_most(path: &Path, bytes: &[u8], most: usize) -> Result<Evidence, StoreError> {
    let broken = |line: usize, reason: String| StoreError::Broken {
        path: path.to_owned(),
        line,
        reason,
    };
    let mut events: Vec<Timed> = Vec::new();
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let timed: Timed = match serde_json::from_slice(line) {
            Ok(timed) => timed,
            Err(_) if !line.ends_with(b"\n") => break,
            Err(error) => return Err(broken(at + 1, format!("not an event: {error}"))),
        };
        if at >= most {
            let reason = format!("more than {most} events; run for a shorter time");
            return Err(broken(at + 1, reason));
        }
        out_of_order(&events, &timed).map_or(Ok(()), |why| Err(broken(at + 1, why.into())))?;
        events.push(timed);
    }
    match events.first().map(|timed| &timed.event) {
        Some(Event::RunStarted(started)) => Ok(Evidence {
            started: started.as_ref().clone(),
            events,
        }),
        _ => Err(broken(
            1,
            "no event: the run was killed before it began".into(),
        )),
    }
}

/// Why an event may not follow the ones before it.
fn out_of_order(before: &[Timed], next: &Timed) -> Option<&'static str> {
    let starts = matches!(next.event, Event::RunStarted(_));
    match before.last() {
        None if !starts => Some("the first event is not the start of a run"),
        Some(_) if starts => Some("a second run starts in the evidence of the first"),
        Some(last) if matches!(last.event, Event::RunFinished { .. }) => {
            Some("an event after the end of the run")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::testdata;

    fn written(events: &[Timed]) -> tempfile::TempDir {
        let run = tempfile::tempdir().unwrap();
        let mut writer = EvidenceWriter::create(run.path()).unwrap();
        events
            .iter()
            .for_each(|timed| writer.append(timed).unwrap());
        writer.finish().unwrap();
        run
    }

    #[test]
    fn reads_what_was_written() {
        let events = testdata::events();
        let run = written(&events);
        let evidence = read(run.path()).unwrap();
        assert_eq!(evidence.events, events);
        assert!(evidence.is_complete());
        assert!(EvidenceWriter::create(run.path()).is_err());
    }

    #[test]
    fn every_cut_is_read_as_an_incomplete_run() {
        let events = testdata::events();
        let run = written(&events);
        let path = run.path().join(EVIDENCE_FILE);
        let whole = fs::read(&path).unwrap();
        let first = whole.iter().position(|b| *b == b'\n').unwrap();
        for length in first + 1..whole.len() - 1 {
            fs::write(&path, &whole[..length]).unwrap();
            let evidence = read(run.path()).unwrap();
            assert!(!evidence.is_complete(), "cut at {length}");
        }
        fs::write(&path, &whole[..first / 2]).unwrap();
        assert!(read(run.path()).is_err());
    }

    #[test]
    fn a_broken_line_in_the_middle_is_named() {
        let run = written(&testdata::events());
        let path = run.path().join(EVIDENCE_FILE);
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines[1] = "{\"t_us\":1,\"event\":";
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        let error = read(run.path()).unwrap_err().to_string();
        assert!(error.contains("evidence.jsonl:2: not an event"), "{error}");
    }

    #[test]
    fn so_many_events_are_read_and_not_one_more() {
        let events = testdata::events();
        let run = written(&events);
        let bytes = fs::read(run.path().join(EVIDENCE_FILE)).unwrap();
        let path = Path::new(EVIDENCE_FILE);
        assert_eq!(
            read_most(path, &bytes, events.len()).unwrap().events,
            events
        );
        let most = events.len() - 1;
        let error = read_most(path, &bytes, most).unwrap_err().to_string();
        let at = format!(":{}: more than {most} events", events.len());
        assert!(error.contains(&at), "{error}");
    }

    #[test]
    fn two_runs_or_a_wrong_order_are_refused() {
        let events = testdata::events();
        let run = written(&[events.clone(), events.clone()].concat());
        let error = read(run.path()).unwrap_err().to_string();
        assert!(error.contains("a second run starts"), "{error}");
        let headless = written(&events[1..]);
        let error = read(headless.path()).unwrap_err().to_string();
        assert!(error.contains(":1: the first event"), "{error}");
        let nothing = written(&[]);
        assert!(read(nothing.path()).is_err());
    }
}
