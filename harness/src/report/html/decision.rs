//! The page of a decision: open or closed first, then why, then the tree of everything that was asked.

use super::frame::{Page, Section, document};
use super::markup::{Head, code, facts, line, table, text};
use crate::model::decision::{Decision, Finding, Standing, State, Weighed};
use crate::model::facts::Content;
use crate::report::clean;
use crate::report::decision::alike::{Alike, folded, sum};
use crate::report::decision::counted;
use crate::report::decision::tree::{Branch, Family, branches, forgiven, length};

/// Most findings that are told in full on each side; the others are counted.
const MOST: usize = 60;
/// Most findings of the whole page that are listed behind the one that says the same; the others are counted.
const MOST_ALIKE: usize = 300;
/// Most branches of a family, and rows of evidence; the others are counted.
const MOST_ROWS: usize = 400;
/// Most findings that are named below a branch.
const NAMED: usize = 12;

/// The whole page.
pub(crate) fn decision(decision: &Decision) -> String {
    let (closing, open): (Vec<&Finding>, Vec<&Finding>) = decision
        .findings
        .iter()
        .partition(|finding| finding.exit_code != 0);
    let mut room = MOST_ALIKE;
    let closing = articles(&closing, &mut room);
    let open = articles(&open, &mut room);
    let section = |id, title: &str, body| Section {
        id,
        title: title.to_owned(),
        body,
    };
    document(&Page {
        title: title(decision),
        top: top(decision),
        sections: vec![
            section("closing", "What closes it", closing),
            section("open", "What is told, and leaves it open", open),
            section("tree", "What was decided", tree(decision)),
            section("evidence", "Files that were read", evidence(decision)),
            section("origin", "Where this comes from", origin(decision)),
        ],
        foot: "<p>Every finding in full, with what takes it away: \
               <code>proofhouse gate explain</code>. Under another policy: \
               <code>proofhouse gate simulate</code>.</p>"
            .to_owned(),
    })
}

fn word(decision: &Decision) -> &'static str {
    match decision.exit_code {
        0 => "OPEN",
        _ => "CLOSED",
    }
}

fn title(decision: &Decision) -> String {
    let commit = clean::line(&decision.question.commit, 12);
    format!("{} release gate for {commit}. Proofhouse", word(decision))
}

/// Class of the style sheet, sign, and word of a state; a class only repeats what the word says.
fn look(state: State) -> (&'static str, &'static str, String) {
    let (class, sign) = match state {
        State::Pass => ("pass", "✓"),
        State::Waived => ("waived", "~"),
        State::Warn => ("warn", "!"),
        State::Inconclusive | State::Invalid => ("error", "?"),
        State::NoEvidence => ("fail", "∅"),
        State::Fail => ("fail", "✗"),
    };
    (class, sign, state.word().replace('_', " "))
}

fn badge(state: State) -> String {
    let (class, sign, word) = look(state);
    format!("<span class=\"word {class}\">{sign} {word}</span>")
}

fn top(decision: &Decision) -> String {
    let (class, sign, state) = look(decision.verdict);
    let question = &decision.question;
    let at = question.now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    format!(
        "<section class=\"verdict {class}\" aria-labelledby=\"verdict\">\n\
         <h1 id=\"verdict\">{sign} {} <span class=\"name\">release gate: {state}</span></h1>\n\
         <p class=\"lead\">Exit code {}: {}.</p>\n{}</section>\n",
        word(decision),
        decision.exit_code,
        counted(decision),
        facts(&[
            ("Commit", Some(line(&question.commit, 80))),
            (
                "Artifact",
                question.artifact.as_ref().map(|told| line(told, 90))
            ),
            ("Policy", Some(line(&decision.policy.path, 200))),
            ("At", Some(at)),
        ])
    )
}

fn articles(findings: &[&Finding], room: &mut usize) -> String {
    let groups = folded(findings);
    let mut out = String::new();
    for group in groups.iter().take(MOST) {
        out.push_str(&article(group, room));
    }
    let more = groups.get(MOST..).map_or(0, sum);
    if more > 0 {
        out.push_str(&format!(
            "<p>{more} more stand in <a href=\"#tree\">what was decided</a>.</p>\n"
        ));
    }
    out
}

/// The findings that say the same as the one above them, folded, as many as there is room for on the page.
fn others(group: &Alike<'_>, room: &mut usize) -> String {
    let Some(summary) = group.more() else {
        return String::new();
    };
    let shown = group.rest.len().min(*room);
    *room -= shown;
    let items = group.rest.iter().take(shown).map(|finding| {
        let about = finding.check.as_deref().or(finding.input.as_deref());
        let about = about.map_or_else(String::new, code);
        let (title, saw) = (line(&finding.title, 200), line(&finding.saw, 200));
        format!("<li>{title}: {saw} {about}</li>")
    });
    let mut items: String = items.collect();
    let more = group.rest.len() - shown;
    if more > 0 {
        items.push_str(&format!("<li>{more} more in the decision's JSON</li>"));
    }
    format!(
        "<details><summary>{}</summary><ul>{items}</ul></details>",
        line(&summary, 800)
    )
}

fn article(group: &Alike<'_>, room: &mut usize) -> String {
    let finding = group.first;
    let (class, ..) = look(finding.state);
    let told = |raw: &str, most| (!raw.is_empty()).then(|| line(raw, most));
    let place = finding.place.as_ref().map(|place| code(&place.to_string()));
    format!(
        "<article class=\"{class}\"><h3>{} {}</h3>{}{}</article>\n",
        badge(finding.state),
        line(&finding.title, 300),
        facts(&[
            ("saw", told(&finding.saw, 800)),
            ("wanted", told(&finding.wanted, 400)),
            ("waiver", forgiven(finding).map(|by| line(&by, 200))),
            ("next", told(&finding.next, 800)),
            ("reason", told(&finding.code, 80)),
            ("check", finding.check.as_deref().map(code)),
            ("rule", finding.rule.as_deref().map(code)),
            ("file", finding.input.as_deref().map(code)),
            ("place", place),
        ]),
        others(group, room)
    )
}

/// Families, their branches, the findings below: folded where there is nothing but passes.
fn tree(decision: &Decision) -> String {
    let branches = branches(decision);
    let families = Family::ALL.into_iter();
    let parts: String = families
        .filter_map(|family| {
            let of: Vec<&Branch<'_>> = branches
                .iter()
                .filter(|branch| branch.family == family)
                .collect();
            part(family, &of)
        })
        .collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!("<ul class=\"tree\">{parts}</ul>\n"),
    }
}

fn part(family: Family, of: &[&Branch<'_>]) -> Option<String> {
    let worst = of.iter().map(|branch| branch.state).max()?;
    let mut sorted = of.to_vec();
    sorted.sort_by_key(|branch| std::cmp::Reverse(branch.state));
    let mut items: String = sorted.iter().take(MOST_ROWS).map(|one| item(one)).collect();
    let more = of.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        items.push_str(&format!("<li>{more} more in the decision's JSON</li>"));
    }
    let open = if worst == State::Pass { "" } else { " open" };
    Some(format!(
        "<li><details{open}><summary>{} {} ({})</summary><ul>{items}</ul></details></li>\n",
        badge(worst),
        family.word(),
        of.len()
    ))
}

fn item(branch: &Branch<'_>) -> String {
    let head = format!("{} {}", badge(branch.state), code(&branch.name));
    let told = match branch.told.is_empty() {
        true => String::new(),
        false => format!(": {}", line(&branch.told, 300)),
    };
    let below = branch.findings.iter().take(NAMED).map(|finding| {
        let check = finding.check.as_deref().map_or_else(String::new, code);
        let (title, saw) = (line(&finding.title, 200), line(&finding.saw, 200));
        format!("<li>{} {title}: {saw} {check}</li>", badge(finding.state))
    });
    let mut below: String = below.collect();
    let more = branch.findings.len().saturating_sub(NAMED);
    if more > 0 {
        below.push_str(&format!("<li>{more} more in the decision's JSON</li>"));
    }
    match below.is_empty() {
        true => format!("<li>{head}{told}</li>"),
        false => format!("<li>{head}{told}<ul>{below}</ul></li>"),
    }
}

fn evidence(decision: &Decision) -> String {
    if decision.inputs.is_empty() {
        return "<p>No file of evidence was there.</p>\n".to_owned();
    }
    let heads = [
        Head::Word("file"),
        Head::Word("what"),
        Head::Word("standing"),
        Head::Number("age"),
        Head::Word("SHA-256"),
    ];
    // What the decision does not rest on is what people look for.
    let mut inputs: Vec<&Weighed> = decision.inputs.iter().collect();
    inputs.sort_by_key(|one| one.standing == Standing::Counted);
    let rows: Vec<Vec<String>> = inputs.iter().take(MOST_ROWS).map(|one| row(one)).collect();
    let more = inputs.len().saturating_sub(MOST_ROWS);
    let more = match more {
        0 => String::new(),
        n => format!("<p>{n} more in the decision's JSON.</p>\n"),
    };
    table(
        "Files, and whether the decision rests on them",
        &heads,
        &rows,
    ) + &more
}

fn row(weighed: &Weighed) -> Vec<String> {
    let what = match &weighed.input.content {
        Content::Report(facts) => format!("{}: {}", facts.suite, facts.verdict.word()),
        Content::Abandoned(facts) => format!("{}: no report", facts.suite),
        Content::JUnit(facts) => format!("JUnit: {} tests", facts.tests),
        Content::Refused(refusal) => format!("{}: {}", refusal.code, refusal.detail),
    };
    let standing = match weighed.standing {
        Standing::Counted => "counted",
        Standing::OtherCommit => "of another commit",
        Standing::Superseded => "an earlier attempt",
        Standing::Refused => "not believed",
    };
    let digest = weighed.input.sha256.as_deref().unwrap_or("not read");
    vec![
        code(&weighed.input.path),
        line(&what, 200),
        standing.to_owned(),
        weighed.age_s.map_or_else(|| "–".to_owned(), length),
        code(&clean::line(digest, 16)),
    ]
}

fn origin(decision: &Decision) -> String {
    let file = decision.waivers.file.as_ref();
    facts(&[
        ("Decided by", Some(text(&decision.engine))),
        ("Policy", Some(code(&decision.policy.path))),
        ("Its digest", Some(code(&decision.policy.digest))),
        ("Waivers", file.map(|file| code(&file.path))),
        ("Their digest", file.map(|file| code(&file.digest))),
        ("Format", Some(code(&decision.schema))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::decision::testdata::{hostile, sample};
    use crate::report::testdata::HOSTILE;

    #[test]
    fn the_verdict_stands_first_then_why_then_the_tree() {
        let page = decision(&sample());
        let at = |words: &str| page.find(words).unwrap_or_else(|| unreachable!("{words}"));
        let order = [
            at("✗ CLOSED <span"),
            at("Exit code 1: 2 findings close it, 3 told, 1 of them waived."),
            at("id=\"closing\">What closes it"),
            at("∅ no evidence</span> checkout: `mesh` is there"),
            at("id=\"open\">What is told"),
            at("<dt>waiver</dt><dd>waived by W-7</dd>"),
            at("<ul class=\"tree\">"),
            at("id=\"evidence\">Files that were read"),
        ];
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn what_is_waived_is_never_told_as_a_pass() {
        let page = decision(&sample());
        let waived = "<span class=\"word waived\">~ waived</span> <code>p95</code>";
        assert!(page.contains(waived), "{page}");
        assert!(page.contains("<span class=\"word waived\">~ waived</span> <code>W-7</code>"));
        let passes = page.matches("<span class=\"word pass\">").count();
        assert_eq!(passes, 3, "search, unit/junit.xml, errors");
    }

    #[test]
    fn it_has_no_scripts_and_leads_nowhere() {
        for decided in [sample(), hostile(HOSTILE)] {
            let page = decision(&decided);
            assert!(page.contains("default-src 'none'"));
            for word in ["<script", "http://", "https://", "<a href=\"x", " src="] {
                assert!(!page.contains(word), "{word}");
            }
            let of = |tag: &str| {
                let (begin, end) = (format!("<{tag}"), format!("</{tag}>"));
                (page.matches(&begin).count(), page.matches(&end).count())
            };
            for tag in ["ul", "details", "summary", "article", "section", "dl"] {
                let (begun, ended) = of(tag);
                assert_eq!(begun, ended, "{tag}");
            }
        }
    }

    #[test]
    fn very_many_findings_and_files_stay_a_page() {
        let mut decided = sample();
        let (failed, file) = (decided.findings[0].clone(), decided.inputs[0].clone());
        decided.findings = vec![failed.clone(); 10_000];
        decided.inputs = vec![file; 10_000];
        let page = decision(&decided);
        assert!(page.len() < 400 * 1024, "{}", page.len());
        assert!(page.contains("and 9999 more like it: ") && page.contains("9699 more in"));
        assert!(page.contains("9600 more in"));
        let each = (0..10_000).map(|n| Finding {
            code: format!("C{n}"),
            ..failed.clone()
        });
        decided.findings = each.collect();
        let page = decision(&decided);
        assert!(page.len() < 400 * 1024, "{}", page.len());
        assert!(page.contains("9940 more stand in"));
    }

    #[test]
    fn equal_findings_are_one_article_with_the_others_folded_below() {
        let mut decided = sample();
        let warned = decided.findings[2].clone();
        let all = decision(&decided).matches("<article ").count();
        let more = (1..18).map(|n| Finding {
            check: Some(format!("cart/{n}/errors")),
            ..warned.clone()
        });
        decided.findings.extend(more);
        let page = decision(&decided);
        assert_eq!(page.matches("<article ").count(), all);
        let folded = "<details><summary>and 17 more like it</summary><ul><li>";
        assert_eq!(page.matches(folded).count(), 1);
        assert!(page.contains("<code>cart/17/errors</code></li></ul></details></article>"));
    }
}
