//! What only the reasoning suite needs.

use serde::{Deserialize, Serialize};

/// What only the reasoning suite needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReasoningPlan {}
