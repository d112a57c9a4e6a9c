//! The bytes of a report or of evidence: gone, cut, changed, or no JSON that says one thing.

use super::{Damage, Named, cut, report_of};
use rand::Rng;

/// Each alone must close the gate.
pub const DAMAGES: &[Named] = &[
    (
        "drop the report",
        Damage::Files(|files, run, _| drop(files.remove(&report_of(run)))),
    ),
    (
        "drop the evidence",
        Damage::Files(|files, run, _| drop(files.remove(&format!("{run}/evidence.jsonl")))),
    ),
    (
        "empty the report",
        Damage::Files(|files, run, _| files.get_mut(&report_of(run)).unwrap().clear()),
    ),
    (
        "truncate the report",
        Damage::Files(|files, run, random| cut(files.get_mut(&report_of(run)).unwrap(), random)),
    ),
    (
        "truncate the evidence",
        Damage::Files(|files, run, random| {
            cut(
                files.get_mut(&format!("{run}/evidence.jsonl")).unwrap(),
                random,
            )
        }),
    ),
    (
        "flip a bit of the evidence",
        Damage::Files(|files, run, random| {
            let evidence = files.get_mut(&format!("{run}/evidence.jsonl")).unwrap();
            let at = random.random_range(0..evidence.len());
            evidence[at] ^= 1 << random.random_range(0..8);
        }),
    ),
    (
        "NaN for a number",
        Damage::Files(|files, run, random| {
            let text = String::from_utf8(files[&report_of(run)].clone()).unwrap();
            let word =
                ["NaN", "Infinity", "-Infinity", "1e999", ".5", "0x1"][random.random_range(0..6)];
            let key = ["\"current\": ", "\"samples\": "][random.random_range(0..2)];
            let starts: Vec<usize> = text
                .match_indices(key)
                .map(|(at, _)| at + key.len())
                .collect();
            let start = starts[random.random_range(0..starts.len())];
            let end = start + text[start..].find([',', '\n']).unwrap();
            files.insert(
                report_of(run),
                format!("{}{word}{}", &text[..start], &text[end..]).into_bytes(),
            );
        }),
    ),
    (
        "a key twice",
        Damage::Files(|files, run, _| {
            let text = String::from_utf8(files[&report_of(run)].clone()).unwrap();
            files.insert(
                report_of(run),
                text.replacen('{', "{\"verdict\": \"pass\",", 1)
                    .into_bytes(),
            );
        }),
    ),
    (
        "NUL somewhere",
        Damage::Files(|files, run, random| {
            let text = files.get_mut(&report_of(run)).unwrap();
            let at = random.random_range(0..=text.len());
            text.insert(at, 0);
        }),
    ),
    (
        "a byte order mark",
        Damage::Files(|files, run, _| {
            let text = files.get_mut(&report_of(run)).unwrap();
            drop(text.splice(0..0, *b"\xef\xbb\xbf"));
        }),
    ),
    (
        "no UTF-8",
        Damage::Files(|files, run, _| {
            let text = String::from_utf8(files[&report_of(run)].clone()).unwrap();
            let mut bytes = text.into_bytes();
            let at = bytes
                .windows(9)
                .position(|window| window == b"\"suite\": ")
                .unwrap()
                + 11;
            bytes[at] = 0xff;
            files.insert(report_of(run), bytes);
        }),
    ),
    (
        "a second document behind it",
        Damage::Files(|files, run, _| {
            let text = files.get_mut(&report_of(run)).unwrap();
            let again = text.clone();
            text.extend(again);
        }),
    ),
    (
        "nested without end",
        Damage::Files(|files, run, random| {
            let depth = random.random_range(200..20_000);
            files.insert(
                report_of(run),
                format!("{{\"a\":{}", "[".repeat(depth)).into_bytes(),
            );
        }),
    ),
];
