//! What only the suite for services that verify JWTs needs.

use serde::{Deserialize, Serialize};

/// What only the suite for services that verify JWTs needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AuthPlan {}
