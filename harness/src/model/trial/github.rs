//! What only the suite for services that open pull requests needs.

use serde::{Deserialize, Serialize};

/// What only the suite for services that open pull requests needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GithubPlan {}
