//! The gate's files: policy and waivers.

mod condition;
pub mod evidence;
pub mod policy;
pub mod rules;
#[cfg(test)]
mod tests;
pub mod waivers;

pub use policy::{POLICY, policy};
pub use waivers::{WAIVERS, waivers};
