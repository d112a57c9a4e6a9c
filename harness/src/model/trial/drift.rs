//! What only the drift gate needs.

use serde::{Deserialize, Serialize};

/// What only the drift gate needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DriftPlan {}
