//! Fuzz targets for every reader of foreign bytes. `just fuzz` runs them; CONTRIBUTING.md says how.

pub mod readers;
