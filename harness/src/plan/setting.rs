//! Where the services answer: the suite's own sections joined with a targets file.

use super::{Desk, PlanRequest, stem};
use crate::config::document;
use crate::config::hint;
use crate::config::source::display;
use crate::config::suite::{Setting, SuiteFile};
use crate::model::environment::Launch;
use crate::model::load::{Endpoint, ResourceSource, Target};
use crate::model::place::{Place, Problem};
use crate::model::promise::Metric;
use std::path::{Path, PathBuf};

/// Joins the suite's own sections with `--targets FILE`, or with the file beside the suite.
///
/// `--targets` wins section by section, so that one suite can be pointed at
/// another environment; the file found by itself may only add what is not there.
pub(super) fn join(
    request: &PlanRequest,
    written: Setting,
    suite: &SuiteFile,
    desk: &mut Desk,
) -> Joined {
    let beside = beside(&request.suite);
    let path = match &request.targets {
        Some(path) => Some(path.clone()),
        None => Some(beside.clone()).filter(|path| path.is_file()),
    };
    let has_file = path.is_some();
    let source = path.and_then(|path| desk.read(&path));
    let file = source.and_then(|source| document::targets(&source, &mut desk.problems));
    if let (Some(file), None) = (&file, &request.targets) {
        desk.problems.extend(twice(&written, file));
    }
    // Without services the section `slos` itself is wrong, and was told.
    let own = !suite.services.is_empty() && request.targets.is_none();
    if own {
        desk.problems.extend(unlimited(&written, suite));
    }
    let file_broken = has_file && file.is_none();
    let mut joined = Joined {
        setting: overlay(written, file.unwrap_or_default(), request.targets.is_some()),
        looked_for: vec![display(&beside)],
        file_broken,
    };
    if let Some(path) = &request.targets {
        joined.looked_for = vec![display(path)];
    }
    joined
}

/// What is known of the services, and where it was looked for.
pub(super) struct Joined {
    setting: Setting,
    looked_for: Vec<String>,
    file_broken: bool,
}

impl std::ops::Deref for Joined {
    type Target = Setting;
    fn deref(&self) -> &Setting {
        &self.setting
    }
}

/// `suites/checkout.yaml` has its targets in `suites/checkout.targets.yaml`.
fn beside(suite: &Path) -> PathBuf {
    suite.with_file_name(format!("{}.targets.yaml", stem(suite)))
}

fn overlay(written: Setting, file: Setting, given: bool) -> Setting {
    let mut joined = written;
    if given && elsewhere(&file) {
        // The targets run elsewhere: nothing of the suite's own has to be started.
        joined.environment = None;
        joined.sections.remove("environment");
    }
    for (key, place) in file.sections {
        joined.sections.insert(key, place);
        match key {
            "environment" => joined.environment.clone_from(&file.environment),
            "issuer" => joined.issuer.clone_from(&file.issuer),
            _ => {
                joined.targets.clone_from(&file.targets);
                joined.service_places.clone_from(&file.service_places);
                joined.wants_issuer.clone_from(&file.wants_issuer);
            }
        }
    }
    joined
}

/// Whether a file has targets of its own and none of them needs a service.
fn elsewhere(file: &Setting) -> bool {
    let mut targets = file
        .targets
        .values()
        .filter_map(|(_, target)| target.as_ref());
    file.sections.contains_key("targets")
        && targets.all(|target| matches!(target.endpoint, Endpoint::Url(_)))
}

fn twice(written: &Setting, file: &Setting) -> Vec<Problem> {
    let both = written.sections.iter().filter_map(|(key, place)| {
        let other = file.sections.get(key)?;
        let message = format!("`{key}` stands in two files");
        let help = format!("{other} has it too, and is read by itself; keep one of them");
        Some(Problem::at(place, message).help(help))
    });
    both.collect()
}

/// Targets in the suite itself that no limit speaks of: most often a slip of the pen.
fn unlimited(written: &Setting, suite: &SuiteFile) -> Vec<Problem> {
    let idle = written
        .targets
        .iter()
        .filter(|(name, _)| !suite.services.iter().any(|(service, _)| service == *name));
    idle.map(|(name, (place, _))| {
        let services = suite.services.iter().map(|(service, _)| service.as_str());
        let help = match hint::nearest(name, services) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write limits for it under `slos`, or take it out".to_owned(),
        };
        Problem::at(
            place,
            format!("the target `{name}` has no limits in `slos`"),
        )
        .help(help)
    })
    .collect()
}

/// The targets of the services that have limits, in order of name.
pub(super) fn targets(joined: &Joined, suite: &SuiteFile, desk: &mut Desk) -> Vec<Target> {
    let mut targets = Vec::new();
    for (service, place) in &suite.services {
        match joined.targets.get(service) {
            Some((_, Some(target))) => targets.push(target.clone()),
            // Its problems were told where it was read.
            Some((_, None)) => {}
            None if joined.file_broken => {}
            None => desk.problems.push(no_target(service, place, joined)),
        }
    }
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    for target in &targets {
        desk.problems.extend(of_chaos(target));
        desk.problems.extend(no_service(target, joined));
        desk.problems.extend(no_resources(target, suite, joined));
    }
    if joined.issuer.is_none() && !joined.sections.contains_key("issuer") {
        desk.problems
            .extend(joined.wants_issuer.iter().map(no_issuer));
    }
    targets
}

fn no_target(service: &str, place: &Place, joined: &Joined) -> Problem {
    let known = joined.targets.keys().map(String::as_str);
    let looked = joined.looked_for.join(", ");
    let start = match hint::nearest(service, known) {
        Some(near) => format!("did you mean the target `{near}`? "),
        None => String::new(),
    };
    let help = format!(
        "{start}write this into the suite, or into `{looked}`\n\
         (looked for there; another file is given with `--targets FILE`):\n\
         \n\
         targets:\n\
         \x20 {service}:\n\
         \x20   base_url: http://127.0.0.1:8080\n\
         \x20   resources: {{pid_file: {service}.pid}}   # or {{container: NAME}}; for CPU and memory\n\
         \x20   journeys:\n\
         \x20     - name: read\n\
         \x20       steps:\n\
         \x20         - path: /"
    );
    Problem::at(
        place,
        format!("nothing says where `{service}` answers: it has no target"),
    )
    .known(joined.targets.keys().cloned())
    .help(help)
}

fn no_service(target: &Target, joined: &Joined) -> Option<Problem> {
    let Endpoint::Service(name) = &target.endpoint else {
        return None;
    };
    let broken = joined.environment.is_none() && joined.sections.contains_key("environment");
    let services = joined
        .environment
        .iter()
        .flat_map(|environment| &environment.services);
    let known: Vec<&str> = services.map(|service| service.name.as_str()).collect();
    if broken || known.contains(&name.as_str()) {
        return None;
    }
    let message = format!(
        "the target `{}` names an unknown service `{name}`",
        target.name
    );
    let place = joined
        .service_places
        .get(&target.name)
        .unwrap_or(&target.place);
    let problem = Problem::at(place, message).known(known.iter().copied());
    Some(problem.help(match hint::nearest(name, known.into_iter()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "describe it under `environment.services`, or give the target a `base_url`".into(),
    }))
}

/// Whether a service is attached and nobody said which process or container it is.
fn blind(name: &str, joined: &Joined) -> bool {
    let mut services = joined
        .environment
        .iter()
        .flat_map(|environment| &environment.services);
    let service = services.find(|service| service.name == *name);
    service.is_some_and(|service| match &service.launch {
        Launch::Attach { pid, container, .. } => pid.is_none() && container.is_none(),
        Launch::Process(_) => false,
    })
}

fn no_resources(target: &Target, suite: &SuiteFile, joined: &Joined) -> Option<Problem> {
    let asked = [Metric::CpuPercent, Metric::MemoryMb];
    let asked = asked
        .into_iter()
        .find(|metric| suite.metrics.contains(metric))?;
    match &target.resources {
        ResourceSource::Nowhere => {}
        ResourceSource::Service(name) if blind(name, joined) => {}
        _ => return None,
    }
    let message = format!(
        "nothing says whose {} is measured for `{}`",
        asked.key(),
        target.name
    );
    let help = "add one of these to the target\n\
                resources: {pid_file: FILE}\n\
                resources: {pid: NUMBER}\n\
                resources: {container: NAME}\n\
                or take `cpu_percent` and `memory_mb` out of `metrics`";
    Some(Problem::at(&target.place, message).help(help))
}

/// Containers are found by chaos scenarios alone.
fn of_chaos(target: &Target) -> Option<Problem> {
    let Endpoint::Url(url) = &target.endpoint else {
        return None;
    };
    url.starts_with("service://").then(|| {
        let message = format!(
            "`{}` has the address of a chaos scenario's system",
            target.name
        );
        let help = "a suite knows `service: NAME` of its environment, and `base_url: http://...`";
        Problem::at(&target.place, message).help(help)
    })
}

/// A token that nobody can mint.
pub(super) fn no_issuer(place: &Place) -> Problem {
    Problem::at(place, "a minted token without an issuer")
        .help("add a section\nissuer:\n  audience: NAME")
}

impl Joined {
    /// The joined sections by value.
    pub(super) fn into_setting(self) -> Setting {
        self.setting
    }
}
