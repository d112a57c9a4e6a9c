//! A small real git: content-addressed objects, trees of paths, history, and export to a repository.

mod diff;
mod export;
mod history;
mod name;
mod object;
mod store;
mod tree;

pub use export::ExportError;
pub use object::{Commit, Entry, Id, Mode, Object, Signature};
pub use store::Store;
pub use tree::{Difference, File, Files};

pub(super) use diff::changed_lines;
pub(super) use export::{Export, is_free};
pub(super) use name::{path_problem, reference_is_legal};
pub(super) use tree::{differences, place};

#[cfg(test)]
mod tests;
