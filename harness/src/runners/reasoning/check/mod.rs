//! Checks that are more than data: one function each, by id.

mod at;
mod bounds;
mod concurrent;
mod graphs;
mod metadata;
mod order;
mod random;
mod service;
mod snapshot;

use super::cases;
use super::client::Target;
use super::looks::Finding;

/// Asks one check.
pub(super) async fn ask(target: &Target<'_>, id: &str, seed: u64) -> Vec<Finding> {
    // Boxed: the futures are of very different sizes.
    match id {
        "RS-5" => Box::pin(graphs::literal_range(target)).await,
        "RS-23" => Box::pin(graphs::reification(target)).await,
        "RS-28" => Box::pin(bounds::chain(target)).await,
        "RS-31" => Box::pin(graphs::scope(target)).await,
        "RS-32" => Box::pin(graphs::empty(target)).await,
        "RS-33" => Box::pin(graphs::said_and_inferred(target)).await,
        "RS-34" => Box::pin(service::no_profile(target)).await,
        "RS-35" => Box::pin(service::unknown_profile(target)).await,
        "RS-36" => Box::pin(service::own_graph(target)).await,
        "RS-37" => Box::pin(service::union(target)).await,
        "RS-41" => Box::pin(order::shuffles(target, seed)).await,
        "RS-42" => Box::pin(order::again(target)).await,
        "RS-43" => Box::pin(concurrent::readers(target)).await,
        "RS-44" => Box::pin(service::writes(target)).await,
        "RS-45" => Box::pin(bounds::contradictions(target)).await,
        "RS-46" => Box::pin(bounds::explosion(target)).await,
        "RS-47" => Box::pin(random::graphs(target, seed)).await,
        id if id.starts_with("RM-") => Box::pin(metadata::ask(target, id)).await,
        id if id.starts_with("SN-") => Box::pin(snapshot::ask(target, id)).await,
        id => Box::pin(cases::ask(target, id)).await,
    }
}
