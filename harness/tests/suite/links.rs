//! Every link of the documentation leads to a file that is there, and to a heading of it.

use regex::Regex;
use std::path::{Path, PathBuf};

/// Folders and files that people read.
const READ: &[&str] = &[
    "docs",
    "compose",
    "baselines",
    "fixtures/platform/README.md",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
];

fn pages(path: PathBuf, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            pages(entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "md") {
        found.push(path);
    }
}

/// Without code blocks and comments: what stands in them is no link.
fn prose(text: &str) -> String {
    let text = Regex::new(r"(?s)<!--.*?-->").unwrap().replace_all(text, "");
    let mut inside = false;
    let kept = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// The anchor that GitHub and GitLab make of a heading.
fn anchor(heading: &str) -> String {
    let heading = Regex::new(r"\[([^\]]*)\]\([^)]*\)")
        .unwrap()
        .replace_all(heading, "$1");
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || ['-', '_', ' '].contains(c));
    kept.collect::<String>().replace(' ', "-")
}

fn leads_somewhere(page: &Path, link: &str) -> bool {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => page.to_owned(),
        path => page.parent().unwrap().join(path),
    };
    if heading.is_empty() || target.extension().is_none_or(|extension| extension != "md") {
        return target.exists();
    }
    std::fs::read_to_string(target).is_ok_and(|text| {
        let text = prose(&text);
        let mut headings = text.lines().filter(|line| line.starts_with('#'));
        headings.any(|line| anchor(line) == heading)
    })
}

#[test]
fn every_link_leads_to_something() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = Vec::new();
    READ.iter()
        .for_each(|path| pages(house.join(path), &mut all));
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let elsewhere = Regex::new(r"^[a-z]+:").unwrap();
    let (mut links, mut broken) = (0, Vec::new());
    for page in &all {
        let text = prose(&std::fs::read_to_string(page).unwrap());
        for found in link.captures_iter(&text) {
            if elsewhere.is_match(&found[1]) {
                continue;
            }
            links += 1;
            if !leads_somewhere(page, &found[1]) {
                broken.push(format!("{}: {}", page.display(), &found[1]));
            }
        }
    }
    assert!(links > 60, "only {links} links are recognised");
    assert!(broken.is_empty(), "{broken:#?}");
}
