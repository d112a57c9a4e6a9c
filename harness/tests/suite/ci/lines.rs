//! Command lines in scripts: which of our programs, recipes and files they call, and whether those are there.

use super::house;
use crate::support::Project;
use regex::Regex;

/// Programs of this workspace.
const BINARIES: &[&str] = &["proofhouse", "platform", "platform-seeded"];
/// Words before a command that are no part of it.
const BEFORE: &str =
    r#"^(?:(?:\$|sudo|env|if|!|--preserve-env|[A-Z_]+=\S+|"[A-Z_]+=[^"]*"|"\$\{root\[@\]\}")\s+)*"#;

/// One call: the program, and what follows it.
#[derive(Debug)]
pub struct Call {
    program: Program,
    words: Vec<String>,
}

#[derive(Debug, PartialEq)]
enum Program {
    Proofhouse,
    Cargo,
    Just,
    /// A script of this repository.
    Script,
}

/// The blocks of a document that are marked as shell.
pub fn fenced(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines().map(str::trim_start) {
        if open.is_none() && line == "```sh" {
            open = Some(String::new());
        } else if line.starts_with("```") {
            blocks.extend(open.take());
        } else if let Some(block) = &mut open {
            block.push_str(line);
            block.push('\n');
        }
    }
    blocks
}

/// Every call of ours in these scripts.
pub fn commands(scripts: &[String]) -> Vec<Call> {
    let end = Regex::new(r"\|\|?|&&|;|[0-9]?>>?|\s#|<<<|\)|`").unwrap();
    let before = Regex::new(BEFORE).unwrap();
    let mut calls = Vec::new();
    for script in scripts {
        let joined = script.replace("\\\n", " ");
        for line in joined.lines() {
            // What is substituted is a command of its own.
            let line = line.replace("$(", ";");
            for part in end.split(&line) {
                let part = before.replace(part.trim(), "");
                calls.extend(call(&part));
            }
        }
    }
    calls
}

fn call(part: &str) -> Option<Call> {
    let mut words = part
        .split_whitespace()
        .map(|word| word.trim_matches('"').to_owned());
    let first = words.next()?;
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    let program = match first.as_str() {
        "cargo" if words.first().is_some_and(|word| word == "proofhouse") => {
            words.remove(0);
            Program::Proofhouse
        }
        "cargo" => Program::Cargo,
        "just" => Program::Just,
        "proofhouse" | "$PROOFHOUSE" | "$BINARY" => Program::Proofhouse,
        path if path.ends_with("/proofhouse") => Program::Proofhouse,
        path if ["compose/", ".ci/", "docs/"]
            .iter()
            .any(|root| path.starts_with(root)) =>
        {
            words.insert(0, path.to_owned());
            Program::Script
        }
        _ => return None,
    };
    Some(Call { program, words })
}

/// What is wrong with a call; `None` when nothing is.
pub fn mistake(call: &Call) -> Option<String> {
    let told = match call.program {
        Program::Proofhouse => proofhouse(&call.words),
        Program::Cargo => cargo(&call.words),
        Program::Just => just(&call.words),
        Program::Script => file(&call.words[0]),
    };
    told.err().map(|why| format!("{call:?}: {why}"))
}

/// The subcommand is there, and its help knows every option.
fn proofhouse(words: &[String]) -> Result<(), String> {
    let project = Project::new();
    let (depth, help) = help(&project, words)?;
    for (at, word) in words.iter().enumerate().skip(depth) {
        let option = word.split('=').next().unwrap_or(word);
        let listed = help.split([' ', ',', '\n']).any(|known| known == option);
        if option.starts_with('-') && !listed {
            return Err(format!("no option `{option}`"));
        }
        if option == "--format" {
            format(&project, words.get(at + 1).map_or("", String::as_str))?;
        }
        if word.starts_with("suites/") || word.starts_with("scenarios/") {
            file(word)?;
        }
    }
    Ok(())
}

/// How many words name the command, and what its help says.
fn help(project: &Project, words: &[String]) -> Result<(usize, String), String> {
    let plain = |at: usize| words.get(at).filter(|word| !word.starts_with('-'));
    let Some(first) = plain(0) else {
        return Ok((0, project.run(&["--help"]).out));
    };
    let help = project.run(&[first.as_str(), "--help"]);
    if help.code != 0 {
        return Err(format!("no command `{first}`"));
    }
    let head = |second: &String| format!("\n  {second} ");
    match plain(1) {
        Some(second) if help.out.contains(&head(second)) => {
            Ok((2, project.run(&[first.as_str(), second, "--help"]).out))
        }
        second if needs_second(&help.out) => {
            let second = second.map_or("", String::as_str);
            Err(format!("no command `{first} {second}`"))
        }
        _ => Ok((1, help.out)),
    }
}

/// Whether every way to use a command names one below it.
fn needs_second(help: &str) -> bool {
    let usage = help.lines().skip_while(|line| !line.starts_with("Usage:"));
    let mut usage = usage.take_while(|line| !line.trim().is_empty()).peekable();
    usage.peek().is_some() && usage.all(|line| line.contains("<COMMAND>"))
}

/// A format that is known finds no run (4); one that is not is a usage error (2).
fn format(project: &Project, word: &str) -> Result<(), String> {
    match project.run(&["report", "nothing", "--format", word]).code {
        4 => Ok(()),
        _ => Err(format!("no format `{word}`")),
    }
}

fn cargo(words: &[String]) -> Result<(), String> {
    for pair in words.windows(2).filter(|pair| pair[0] == "--bin") {
        if !BINARIES.contains(&pair[1].as_str()) {
            return Err(format!("no program `{}`", pair[1]));
        }
    }
    Ok(())
}

fn just(words: &[String]) -> Result<(), String> {
    let Some(recipe) = words.first() else {
        return Ok(());
    };
    let recipes = std::fs::read_to_string(house().join("justfile")).unwrap();
    let head = Regex::new(&format!("(?m)^{}[ :]", regex::escape(recipe))).unwrap();
    if head.is_match(&recipes) {
        Ok(())
    } else {
        Err(format!("no recipe `{recipe}`"))
    }
}

fn file(path: &str) -> Result<(), String> {
    if house().join(path).exists() {
        Ok(())
    } else {
        Err(format!("no file `{path}`"))
    }
}
