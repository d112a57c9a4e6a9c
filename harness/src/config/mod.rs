//! Text to typed values with places; problems told all at once.
//!
//! `source` reads a file, `yaml` makes a tree with places of it, `check` holds
//! the tree against the tables of `shape`, and the section modules (`suite`,
//! `target`, `step`, `scenario`, `slo`, `environment`, `chaos`, `gate`) turn it into the
//! words of `model`. The JSON Schema is made from the same tables.

pub mod address;
pub mod bearer;
pub mod chaos;
pub mod check;
pub mod document;
pub mod environment;
pub mod expect;
pub mod form;
pub mod gate;
pub mod hint;
pub mod node;
pub mod order;
pub mod quantity;
pub mod scalar;
pub mod scenario;
pub mod schema;
pub mod shape;
pub mod slo;
pub mod source;
pub mod step;
pub mod suite;
mod syntax;
pub mod target;
pub mod time;
pub mod trial;
pub mod values;
pub mod yaml;
