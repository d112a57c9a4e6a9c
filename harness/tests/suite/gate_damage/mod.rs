//! Every way to damage a set of evidence that the gate was tried with.

mod bytes;
mod checks;
mod claims;
mod evidence;
mod file_kinds;
mod junit;
mod runs;

use crate::gate_world::{CHAOS, Files, change};
use rand::Rng;
use rand::rngs::SmallRng;
use serde_json::Value;
use std::path::Path;

/// What is done to the files before they are written, or to the folder after.
pub enum Damage {
    Files(fn(&mut Files, &str, &mut SmallRng)),
    Folder(fn(&Path, &str, &mut SmallRng)),
}

/// A damage and what it is called.
pub type Named = (&'static str, Damage);

/// Every way to damage a set of evidence; each one alone must close the gate.
pub fn all() -> Vec<&'static Named> {
    let families = [
        bytes::DAMAGES,
        claims::DAMAGES,
        checks::DAMAGES,
        evidence::DAMAGES,
        runs::DAMAGES,
        file_kinds::DAMAGES,
        junit::DAMAGES,
    ];
    families.into_iter().flatten().collect()
}

fn report_of(run: &str) -> String {
    format!("{run}/report.json")
}

fn suite_of(run: &str) -> &'static str {
    if run == CHAOS {
        "nats_partition_mesh"
    } else {
        "checkout"
    }
}

fn set(files: &mut Files, run: &str, pointer: &str, value: Value) {
    change(files, run, |report| {
        *report.pointer_mut(pointer).unwrap() = value
    });
}

/// Cuts a text so that something of it is lost, not only blank space at its end.
fn cut(text: &mut Vec<u8>, random: &mut SmallRng) {
    let whole = text.trim_ascii_end().len();
    text.truncate(random.random_range(0..whole));
}
