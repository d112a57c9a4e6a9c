//! What an answer tells of itself: metadata, and the snapshot that it is of.

use crate::model::trial::check::Check;

const DECLARED: &str = "metadata that every answer must carry";
const SNAPSHOTS: &str = "snapshots that every answer must name";

/// `RM-1` to `RM-10`.
pub(super) const METADATA: &[Check] = &[
    Check::must(
        "RM-1",
        "the counts are what SPARQL counts, after every change",
        DECLARED,
    )
    .catching(&["graph-count-stale"]),
    Check::must(
        "RM-2",
        "the profile that was asked for, and whether it was applied",
        DECLARED,
    ),
    Check::must("RM-3", "engine and version are named", DECLARED),
    Check::must(
        "RM-4",
        "equal hashes for equal rules, others for other rules",
        DECLARED,
    ),
    Check::must(
        "RM-5",
        "the inferred graph has the declared name, and is absent just when nothing is inferred",
        DECLARED,
    ),
    Check::must(
        "RM-6",
        "an ordinary answer says that it is complete, without an error",
        DECLARED,
    ),
    Check::must(
        "RM-7",
        "a consistent graph has an empty list of contradictions",
        DECLARED,
    ),
    Check::must(
        "RM-8",
        "duration and rounds of inferring are numbers",
        DECLARED,
    ),
    Check::should(
        "RM-9",
        "every row says whether it needs what is inferred",
        DECLARED,
    ),
    Check::offered(
        "RM-10",
        "rules or premises behind the rows",
        "RDFox and Stardog explain",
    ),
];

/// `SN-1` to `SN-7`.
pub(super) const SNAPSHOT: &[Check] = &[
    Check::must(
        "SN-1",
        "the id of the content changes with every change",
        SNAPSHOTS,
    ),
    Check::should("SN-2", "the id returns with the content", SNAPSHOTS)
        .catching(&["graph-snapshot-time"]),
    Check::must(
        "SN-3",
        "one id, one answer, whatever the way there",
        SNAPSHOTS,
    ),
    Check::must(
        "SN-4",
        "the content's time is an RFC 3339 time that has passed",
        SNAPSHOTS,
    ),
    Check::must(
        "SN-5",
        "the content before, and the difference to it",
        SNAPSHOTS,
    ),
    Check::must(
        "SN-6",
        "inferences are never of older content than what is said",
        SNAPSHOTS,
    ),
    Check::should(
        "SN-7",
        "labels of blank nodes do not change the id",
        SNAPSHOTS,
    )
    .catching(&["graph-snapshot-time"]),
];
