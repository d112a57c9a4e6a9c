//! Facts that many checks share.

use super::deed::Deed;
use super::predicate;
use super::said::Said;
use crate::model::trial::github::GithubPlan;
use crate::model::trial::{Fact, Saw, Trial, Twin};
use crate::runners::contract::fake::github::{Pull, Seen};

/// A trial of a check.
pub(super) fn trial(check: &str, case: &str, facts: Vec<Fact>) -> Trial {
    Trial {
        check: check.to_owned(),
        case: case.to_owned(),
        facts,
        ..Trial::default()
    }
}

/// A trial with what belongs to its answer.
pub(super) fn of(check: &str, case: &str, said: &Said, facts: Vec<Fact>) -> Trial {
    Trial {
        curl: said.curl.clone(),
        ..trial(check, case, facts)
    }
}

/// The same, beside requests that must be accepted.
pub(super) fn beside(twins: Vec<Twin>, trial: Trial) -> Trial {
    Trial { twins, ..trial }
}

/// The target says that there is a pull request.
pub(super) fn success(plan: &GithubPlan, said: &Said) -> Fact {
    Fact::one_of("status", &plan.answer.success, said.saw_status())
}

/// The target says that there is none: any status but those of success.
pub(super) fn no_success(plan: &GithubPlan, said: &Said) -> Fact {
    Fact::none_of("status", &plan.answer.success, said.saw_status())
}

/// The target's word for an error.
pub(super) fn word(plan: &GithubPlan, said: &Said, words: &[&str]) -> Fact {
    let wanted = words.iter().flat_map(|word| plan.words(word));
    Fact::one_of("word of the error", wanted, said.saw_word(&plan.answer))
}

/// Exactly one pull request is new and open, and the answer is about it.
pub(super) fn one(plan: &GithubPlan, deed: &Deed) -> Vec<Fact> {
    let opened = deed.opened();
    let mut facts = vec![
        success(plan, &deed.said),
        exactly("new open pull requests", 1, opened.len()),
    ];
    facts.push(names(plan, &deed.said, opened.first().copied()));
    facts
}

/// The answer names a pull request.
pub(super) fn names(plan: &GithubPlan, said: &Said, pull: Option<&Pull>) -> Fact {
    let wanted = pull.map_or_else(
        || "none was opened".to_owned(),
        |pull| pull.number.to_string(),
    );
    let saw = match said.number(&plan.answer) {
        Some(number) => Saw::Text(number.to_string()),
        None => Saw::Nothing(format!("no number in {}", said.told())),
    };
    Fact::one_of("number in the answer", [wanted], saw)
}

/// A count that has to be exactly so.
pub(super) fn exactly(what: &str, wanted: usize, saw: usize) -> Fact {
    let wanted = Some(float(wanted));
    Fact::number(what, (wanted, wanted), "", Saw::Number(float(saw)))
}

/// A count within limits.
pub(super) fn between(what: &str, least: usize, most: usize, saw: usize) -> Fact {
    let limits = (Some(float(least)), Some(float(most)));
    Fact::number(what, limits, "", Saw::Number(float(saw)))
}

#[allow(clippy::cast_precision_loss)]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

/// Seconds that are at least so many; without any to measure there is nothing.
pub(super) fn at_least(what: &str, least: f64, saw: Option<f64>) -> Fact {
    let saw = saw.map_or_else(
        || Saw::Nothing("no request came after the limit".to_owned()),
        Saw::Number,
    );
    Fact::number(what, (Some(least), None), "s", saw)
}

/// Every request is so; without any there is nothing.
pub(super) fn every(
    what: &str,
    wanted: &str,
    requests: &[Seen],
    problem: impl Fn(&Seen) -> Option<String>,
) -> Fact {
    if requests.is_empty() {
        let nothing = Saw::Nothing("no request to GitHub".to_owned());
        return Fact::new(
            what,
            crate::model::trial::Want::Holds(wanted.to_owned()),
            nothing,
        );
    }
    let bad = requests.iter().find_map(|seen| {
        Some(format!(
            "{} {}: {}",
            seen.method,
            seen.target,
            problem(seen)?
        ))
    });
    let saw = bad
        .clone()
        .unwrap_or_else(|| format!("{} requests", requests.len()));
    Fact::holds(what, wanted, bad.is_none(), saw)
}

/// The branch of the pull request is the commit that it grew out of, with exactly what was asked for.
pub(super) fn tree(plan: &GithubPlan, deed: &Deed) -> Fact {
    let what = "files of the branch";
    let wanted = "the base with exactly what was asked for";
    let pull = deed.pull(deed.said.number(&plan.answer));
    let Some((pull, root)) = pull.and_then(|pull| Some((pull, deed.root(pull)?))) else {
        let nothing = Saw::Nothing(format!("no pull request: {}", deed.said.told()));
        return Fact::new(
            what,
            crate::model::trial::Want::Holds(wanted.to_owned()),
            nothing,
        );
    };
    let store = &deed.after.store;
    let base = store.files_of(root);
    let head = store.files_of(deed.after.head(pull));
    let content = |path: &str| store.blob(head.get(path)?.id);
    let problem = predicate::tree_problem(&base, &head, &deed.ask.wanted(), content);
    let saw = problem
        .clone()
        .unwrap_or_else(|| format!("{} files", head.len()));
    Fact::holds(what, wanted, problem.is_none(), saw)
}

/// No pull request is asked for a second time before the state was asked for again.
pub(super) fn not_blind(deed: &Deed) -> Fact {
    let mut asked = false;
    let mut blind = 0;
    for seen in &deed.requests {
        match seen.op() {
            "pulls/create" => {
                blind += usize::from(asked);
                asked = true;
            }
            "pulls/list" | "pulls/get" | "search/issues-and-pull-requests" => asked = false,
            _ => {}
        }
    }
    exactly("pull requests asked for again without a look", 0, blind)
}

/// Something that GitHub was told of has to have happened, or the check says nothing.
pub(super) fn met(deed: &Deed, what: &str) -> Fact {
    let count = deed.met().len();
    let saw = match count {
        0 => Saw::Nothing(format!("no request met it; {}", deed.said.told())),
        count => Saw::Number(float(count)),
    };
    Fact::number(
        &format!("requests that met {what}"),
        (Some(1.0), None),
        "",
        saw,
    )
}
