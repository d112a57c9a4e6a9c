//! The oracle: what follows from a graph, computed in two ways that share nothing.

mod axioms;
pub(super) mod closure;
pub(super) mod referee;
