//! Every reader of foreign bytes over real files, hostile ones, and seeded mutations of both.
//!
//! The fuzz targets of `harness/fuzz` ask the same readers for as long as one likes; here they
//! are asked for seconds, by the pinned compiler, every time. `PROOFHOUSE_SEED` chooses other
//! mutations, `PROOFHOUSE_MUTATIONS` how many.

use crate::readers_mutations::mutated;
use crate::readers_seeds::seeds;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use shared::{READERS, read};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[path = "../../fuzz/src/readers/mod.rs"]
mod shared;

/// Most mutations of one reader's files, and most bytes that it is given, in an ordinary run.
const MOST: (u64, usize) = (2_000, 1_500_000);

macro_rules! readers {
    ($($name:ident)*) => {
        const TRIED: &[&str] = &[$(stringify!($name)),*];
        $(
            #[test]
            fn $name() {
                holds(stringify!($name));
            }
        )*
    };
}

readers! {
    report junit abandoned decision policy waivers suite scenario targets chaos system trial
    graph_cases declared tree evidence baseline journal expressions metrics
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The reader accepts what is good, and nothing breaks it.
fn holds(name: &str) {
    let seeds = seeds(name);
    assert!(read(name, &seeds[0]), "{name} refuses its first seed");
    for bytes in &seeds {
        let _case = Case { name, bytes };
        read(name, bytes);
    }
    let seed = asked("PROOFHOUSE_SEED").unwrap_or(1);
    let (most, most_bytes) = match asked("PROOFHOUSE_MUTATIONS") {
        Some(most) => (most, usize::MAX),
        None => MOST,
    };
    let mut given = 0;
    for round in 0..most {
        if given > most_bytes {
            break;
        }
        // Every round can be had again by its number and the seed.
        let mut random = SmallRng::seed_from_u64(seed ^ (round << 20));
        let bytes = mutated(&seeds, &mut random);
        let _case = Case {
            name,
            bytes: &bytes,
        };
        read(name, &bytes);
        given += bytes.len();
    }
}

/// Bytes that a reader is given; kept where it panics over them.
struct Case<'a> {
    name: &'a str,
    bytes: &'a [u8],
}

impl Drop for Case<'_> {
    #[allow(clippy::print_stderr)]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reader-{}", self.name));
            let kept = std::fs::write(&file, self.bytes);
            eprintln!(
                "{}: {} bytes are in {} ({kept:?})",
                self.name,
                self.bytes.len(),
                file.display()
            );
        }
    }
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// A reader that somebody adds is tried here, and has its fuzz target.
#[test]
fn every_reader_is_tried_and_has_its_target() {
    let known: Vec<&str> = READERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(TRIED, known);
    let manifest = std::fs::read_to_string(project().join("Cargo.toml")).unwrap();
    let mut targets = BTreeSet::new();
    for entry in std::fs::read_dir(project().join("fuzz_targets")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(&format!("readers::read(\"{name}\", bytes)")),
            "{name}"
        );
        let entry = format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
        assert!(manifest.contains(&entry), "no `[[bin]]` for {name}");
        targets.insert(name);
    }
    let known: BTreeSet<String> = known.into_iter().map(str::to_owned).collect();
    assert_eq!(targets, known);
}

/// No build of the workspace compiles the fuzz targets, and nobody depends on them.
#[test]
fn the_workspace_knows_nothing_of_the_fuzz_targets() {
    let root = project().join("../..");
    let text = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    assert!(text("Cargo.toml").contains("exclude = [\"harness/fuzz\"]"));
    assert!(text("harness/fuzz/Cargo.toml").contains("\n[workspace]\n"));
    assert!(!text("Cargo.lock").contains("libfuzzer"));
}

/// The seeds of every fuzz target, for `just fuzz`.
#[test]
#[ignore = "writes the seeds of the fuzz targets"]
fn readers_write_seeds() {
    for (name, _) in READERS {
        let folder = project().join("corpus").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for bytes in seeds(name) {
            let digest = proofhouse::store::sha256_hex(&bytes);
            std::fs::write(folder.join(&digest[..16]), bytes).unwrap();
        }
    }
}
