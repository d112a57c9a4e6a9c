//! What only the suite of production guards needs.

use serde::{Deserialize, Serialize};

/// What only the suite of production guards needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GuardPlan {}
