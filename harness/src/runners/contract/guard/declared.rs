//! What a target has to declare for each check, and what is not asked without it.

use crate::model::trial::guard::GuardPlan;

/// Checks that cannot be asked, with the reason.
pub(super) fn missing(plan: &GuardPlan) -> Vec<(&'static str, String)> {
    let switch = plan.verify_switch.is_some();
    let needs = [
        ("CF-1", plan.provider.is_some(), "`provider`"),
        ("CF-2", plan.issuer.is_some(), "`issuer_variable`"),
        ("CF-3", plan.client_id.is_some(), "`client_id_variable`"),
        ("CF-4", plan.audience.is_some(), "`audience_variable`"),
        ("CF-5", several(plan), "two of its variables"),
        ("CF-6", plan.issuer.is_some(), "`issuer_variable`"),
        ("CF-7", switch, "`verify_switch`"),
        ("CF-8", switch, "`verify_switch`"),
        ("CF-9", switch, "`verify_switch`"),
        ("CF-10", switch, "`verify_switch`"),
        ("CF-11", plan.cache_ttl.is_some(), "`cache_ttl`"),
        ("CF-13", !plan.bypasses.is_empty(), "`bypasses`"),
    ];
    let missing = needs.into_iter().filter(|(_, declared, _)| !declared);
    let reason = |what| format!("the suite's `guard` does not declare {what}");
    missing.map(|(id, _, what)| (id, reason(what))).collect()
}

fn several(plan: &GuardPlan) -> bool {
    required(plan).len() > 1
}

/// The variables that must be set in production.
pub(super) fn required(plan: &GuardPlan) -> Vec<&str> {
    let provider = plan.provider.as_ref().map(|provider| &provider.variable);
    let all = [
        provider,
        plan.issuer.as_ref(),
        plan.client_id.as_ref(),
        plan.audience.as_ref(),
    ];
    all.into_iter().flatten().map(String::as_str).collect()
}
