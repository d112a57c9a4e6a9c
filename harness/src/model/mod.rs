//! The words everyone shares: plain data, no room of ours, no network, no printing.

pub mod attestation;
pub mod baseline;
pub mod chaos;
pub mod charts;
pub mod check;
pub mod decision;
pub mod digest;
pub mod environment;
pub mod evidence;
pub mod expression;
pub mod facts;
pub mod load;
pub mod place;
pub mod plan;
pub mod policy;
pub mod promise;
pub mod recorder;
pub mod report;
pub mod resource;
pub mod series;
pub mod template;
pub mod trial;
pub mod verdict;
