//! Links, folders, pipes and giants where a file or a run is awaited.

use super::{Damage, Named, report_of};
use crate::gate_world::{CHAOS, JUNIT, PERFORMANCE};
use rand::Rng;
use std::fs;
use std::os::unix::fs::symlink;

/// Each alone must close the gate.
pub const DAMAGES: &[Named] = &[
    (
        "the report is a link",
        Damage::Folder(|root, run, _| {
            let report = root.join(report_of(run));
            fs::rename(&report, root.join("elsewhere.json")).unwrap();
            symlink(root.join("elsewhere.json"), report).unwrap();
        }),
    ),
    (
        "the evidence is a link",
        Damage::Folder(|root, run, _| {
            let evidence = root.join(run).join("evidence.jsonl");
            fs::rename(&evidence, root.join("elsewhere")).unwrap();
            symlink(root.join("elsewhere"), evidence).unwrap();
        }),
    ),
    (
        "the run is a link",
        Damage::Folder(|root, run, random| {
            fs::rename(root.join(run), root.join("elsewhere")).unwrap();
            let name = if random.random() {
                root.join(run)
            } else {
                root.join(run).with_file_name("latest")
            };
            symlink(root.join("elsewhere"), name).unwrap();
        }),
    ),
    (
        "the run is inside another run",
        Damage::Folder(|root, run, _| {
            let other = if run == CHAOS { PERFORMANCE } else { CHAOS };
            fs::rename(root.join(run), root.join(other).join("nested")).unwrap();
        }),
    ),
    (
        "the report is a folder",
        Damage::Folder(|root, run, _| {
            let report = root.join(report_of(run));
            fs::remove_file(&report).unwrap();
            fs::create_dir(report).unwrap();
        }),
    ),
    (
        "the report is a pipe",
        Damage::Folder(|root, run, _| {
            let report = root.join(report_of(run));
            fs::remove_file(&report).unwrap();
            nix::unistd::mkfifo(&report, nix::sys::stat::Mode::S_IRUSR).unwrap();
        }),
    ),
    (
        "the report is huge",
        Damage::Folder(|root, run, _| {
            let report = fs::OpenOptions::new()
                .write(true)
                .open(root.join(report_of(run)))
                .unwrap();
            report.set_len(40 << 20).unwrap();
        }),
    ),
    (
        "a JUnit file that is a link",
        Damage::Folder(|root, _, _| {
            fs::rename(root.join(JUNIT), root.join("elsewhere.xml")).unwrap();
            symlink(root.join("elsewhere.xml"), root.join(JUNIT)).unwrap();
        }),
    ),
];
