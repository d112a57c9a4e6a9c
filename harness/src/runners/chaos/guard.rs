//! The guards: everything that must be so before anything is changed. All of them are asked.

use super::docker::Target;
use super::netns;
use crate::model::chaos::{Action, GuardName, Safety};
use std::collections::BTreeSet;

/// The label that says what may be broken.
pub(super) const LABEL: &str = "proofhouse.chaos";

/// What one guard says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardSeen {
    /// Which.
    pub guard: GuardName,
    /// Whether the scenario may go on.
    pub passed: bool,
    /// What it saw.
    pub detail: String,
}

/// What the guards look at.
#[derive(Debug)]
pub struct Scene<'a> {
    /// What must be so.
    pub safety: &'a Safety,
    /// The blows.
    pub actions: &'a [Action],
    /// What was found for each service that is a target, by its name.
    pub found: &'a [(String, Vec<Target>)],
    /// Whether chaos was enabled by hand.
    pub enabled: bool,
    /// `ENVIRONMENT` of this process.
    pub environment: Option<String>,
    /// What this machine cannot do and the scenario needs.
    pub missing: &'a [String],
}

/// Asks all guards, in order.
pub fn ask(scene: &Scene<'_>) -> Vec<GuardSeen> {
    vec![
        say(GuardName::Environment, scene.environment()),
        say(GuardName::ExplicitEnable, scene.explicit_enable()),
        say(GuardName::TargetExists, scene.target_exists()),
        say(GuardName::Network, scene.network()),
        say(GuardName::Label, scene.label()),
        say(GuardName::Namespace, scene.namespace()),
        say(GuardName::MaxTargets, scene.max_targets()),
        say(GuardName::MaxDuration, scene.max_duration()),
        say(GuardName::Capability, scene.capability()),
    ]
}

fn say(guard: GuardName, outcome: Result<String, String>) -> GuardSeen {
    let passed = outcome.is_ok();
    let (Ok(detail) | Err(detail)) = outcome;
    GuardSeen {
        guard,
        passed,
        detail,
    }
}

impl Scene<'_> {
    fn targets(&self) -> impl Iterator<Item = &Target> {
        self.found.iter().flat_map(|(_, found)| found)
    }

    fn environment(&self) -> Result<String, String> {
        if !self.safety.environment_check {
            return Ok("switched off by `environment_check: false`".to_owned());
        }
        let production = |word: &str| word.trim().eq_ignore_ascii_case("production");
        if self.environment.as_deref().is_some_and(production) {
            return Err("ENVIRONMENT is production here".to_owned());
        }
        let bad = self
            .targets()
            .filter(|target| target.environment.as_deref().is_some_and(production));
        refuse(bad, "ENVIRONMENT is production in")?;
        Ok("nothing says production".to_owned())
    }

    fn explicit_enable(&self) -> Result<String, String> {
        match (self.safety.require_explicit_enable, self.enabled) {
            (false, _) => Ok("not asked for".to_owned()),
            (true, true) => Ok("enabled by hand".to_owned()),
            (true, false) => {
                Err("set CHAOS_ENABLED=true or give --enable-chaos to break things".to_owned())
            }
        }
    }

    fn target_exists(&self) -> Result<String, String> {
        for (service, found) in self.found {
            match found.as_slice() {
                [] => return Err(format!("no container of `{service}` was found")),
                [one] if one.status == "running" && one.pid > 0 => {}
                [one] => return Err(format!("{} is {}, not running", one.name, one.status)),
                many => {
                    let names: Vec<_> = many.iter().map(|one| one.name.as_str()).collect();
                    return Err(format!(
                        "`{service}` may be any of {}; name one with `container:`",
                        names.join(", ")
                    ));
                }
            }
        }
        if self.found.is_empty() {
            return Err("no action has a target".to_owned());
        }
        let names: Vec<_> = self.targets().map(|target| target.name.as_str()).collect();
        Ok(format!("{} running", names.join(", ")))
    }

    fn network(&self) -> Result<String, String> {
        let network = &self.safety.network;
        let off =
            |target: &&Target| !target.networks.contains_key(network) || target.networks.len() > 1;
        refuse(
            self.targets().filter(off),
            &format!("not on the network {network} alone:"),
        )?;
        Ok(format!("all on {network}"))
    }

    fn label(&self) -> Result<String, String> {
        let unlabelled =
            |target: &&Target| target.labels.get(LABEL).map(String::as_str) != Some("target");
        refuse(
            self.targets().filter(unlabelled),
            &format!("without the label {LABEL}=target:"),
        )?;
        Ok(format!("all labelled {LABEL}=target"))
    }

    fn namespace(&self) -> Result<String, String> {
        for target in self.targets().filter(|target| target.pid > 0) {
            if target.network_mode == "host" {
                return Err(format!(
                    "{} is in the host's network namespace",
                    target.name
                ));
            }
            netns::foreign(target.pid).map_err(|reason| format!("{}: {reason}", target.name))?;
        }
        Ok("each in a network namespace of its own".to_owned())
    }

    fn max_targets(&self) -> Result<String, String> {
        let distinct: BTreeSet<_> = self.actions.iter().map(|action| &action.target).collect();
        let (count, most) = (distinct.len(), self.safety.max_targets);
        if count > most as usize {
            return Err(format!("{count} targets; at most {most} may be broken"));
        }
        Ok(format!("{count} of at most {most}"))
    }

    fn max_duration(&self) -> Result<String, String> {
        let most = self.safety.max_duration;
        match self.actions.iter().find(|action| action.lasts > most) {
            Some(action) => Err(format!(
                "`{}` lasts {:?}; at most {most:?} is allowed ({})",
                action.id, action.lasts, action.place
            )),
            None => Ok(format!("none lasts longer than {most:?}")),
        }
    }

    fn capability(&self) -> Result<String, String> {
        match self.missing {
            [] => Ok("this machine can do all of it".to_owned()),
            missing => Err(format!(
                "{}; `proofhouse chaos doctor` says more",
                missing.join("; ")
            )),
        }
    }
}

fn refuse<'a>(bad: impl Iterator<Item = &'a Target>, why: &str) -> Result<(), String> {
    let names: Vec<_> = bad.map(|target| target.name.as_str()).collect();
    if names.is_empty() {
        Ok(())
    } else {
        Err(format!("{why} {}", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::chaos::{ActionStart, FaultKind};
    use crate::model::place::Place;
    use crate::runners::chaos::docker::Attachment;
    use std::collections::BTreeMap;
    use std::time::Duration;

    fn place() -> Place {
        Place {
            file: "s.yaml".into(),
            line: 1,
            column: 1,
            length: 1,
            key_path: String::new(),
        }
    }

    fn safety() -> Safety {
        Safety {
            environment_check: true,
            require_explicit_enable: true,
            network: "chaos-net".into(),
            profile: "chaos".into(),
            max_targets: 1,
            max_duration: Duration::from_secs(30),
            abort_when: Vec::new(),
            place: place(),
        }
    }

    fn action(target: &str, seconds: u64) -> Action {
        Action {
            id: "stall".into(),
            target: target.into(),
            fault: FaultKind::Stall,
            start: ActionStart::At(Duration::ZERO),
            lasts: Duration::from_secs(seconds),
            place: place(),
        }
    }

    /// No process: the namespace guard looks at processes that run.
    fn target() -> Target {
        Target {
            service: "nats".into(),
            id: "1".into(),
            name: "shop-nats".into(),
            pid: 0,
            started_at: String::new(),
            status: "running".into(),
            health: None,
            labels: BTreeMap::from([(LABEL.into(), "target".into())]),
            environment: Some("test".into()),
            networks: BTreeMap::from([("chaos-net".into(), Attachment::default())]),
            network_mode: "chaos-net".into(),
            auto_remove: false,
            stop_signal: None,
            ports: BTreeMap::new(),
        }
    }

    /// The guards that refuse.
    fn refused(found: Vec<Target>, change: impl FnOnce(&mut Scene<'_>)) -> Vec<GuardName> {
        let (safety, actions) = (safety(), [action("nats", 15)]);
        let found = [("nats".to_owned(), found)];
        let mut scene = Scene {
            safety: &safety,
            actions: &actions,
            found: &found,
            enabled: true,
            environment: None,
            missing: &[],
        };
        change(&mut scene);
        let seen = ask(&scene);
        assert_eq!(seen.len(), 9, "all are asked");
        let bad = seen.into_iter().filter(|guard| !guard.passed);
        bad.map(|guard| guard.guard).collect()
    }

    fn only(guard: GuardName) -> Vec<GuardName> {
        // A process that does not run is what `target_exists` refuses here.
        let mut both = vec![GuardName::TargetExists, guard];
        both.sort();
        both.dedup();
        both
    }

    #[test]
    fn each_guard_names_what_it_refuses() {
        let as_is = refused(vec![target()], |_| {});
        assert_eq!(as_is, [GuardName::TargetExists]);
        let production = Target {
            environment: Some("Production ".into()),
            ..target()
        };
        assert_eq!(
            refused(vec![production], |_| {}),
            only(GuardName::Environment)
        );
        assert_eq!(
            refused(vec![target()], |scene| scene.environment =
                Some("production".into())),
            only(GuardName::Environment)
        );
        assert_eq!(
            refused(vec![target()], |scene| scene.enabled = false),
            only(GuardName::ExplicitEnable)
        );
        let bystander = Target {
            labels: BTreeMap::from([(LABEL.into(), "bystander".into())]),
            ..target()
        };
        assert_eq!(refused(vec![bystander], |_| {}), only(GuardName::Label));
        let elsewhere = Target {
            networks: BTreeMap::from([("bridge".into(), Attachment::default())]),
            ..target()
        };
        assert_eq!(refused(vec![elsewhere], |_| {}), only(GuardName::Network));
        let missing = ["no nft".to_owned()];
        let told = refused(vec![target()], |scene| {
            scene.missing = Box::leak(Box::new(missing));
        });
        assert_eq!(told, only(GuardName::Capability));
    }

    #[test]
    fn the_hosts_namespace_is_never_a_target() {
        let own = i32::try_from(std::process::id()).unwrap();
        let host = Target {
            pid: own,
            ..target()
        };
        assert_eq!(refused(vec![host], |_| {}), [GuardName::Namespace]);
        let mode = Target {
            pid: own,
            network_mode: "host".into(),
            ..target()
        };
        assert_eq!(refused(vec![mode], |_| {}), [GuardName::Namespace]);
    }

    #[test]
    fn nobody_and_too_many_are_refused() {
        assert_eq!(refused(Vec::new(), |_| {}), [GuardName::TargetExists]);
        assert_eq!(
            refused(vec![target(), target()], |_| {}),
            [GuardName::TargetExists]
        );
        let long = [action("nats", 31)];
        assert_eq!(
            refused(vec![target()], |scene| scene.actions =
                Box::leak(Box::new(long))),
            only(GuardName::MaxDuration)
        );
        let two = [action("nats", 1), action("opa", 1)];
        assert_eq!(
            refused(vec![target()], |scene| scene.actions =
                Box::leak(Box::new(two))),
            only(GuardName::MaxTargets)
        );
    }
}
