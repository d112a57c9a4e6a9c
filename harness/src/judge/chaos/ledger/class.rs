//! The classes that an element can fall into, and what each means for a verdict.

/// What became of an element in a store (`docs/howto/chaos.md`, "the ledger").
///
/// With `A` attempted, `K` acknowledged, `F` every try refused, `U` the rest and `X` what
/// the last read of a store found: Jepsen's set and queue checkers, told apart by cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// X without F: it is there.
    Ok,
    /// U and X: nobody knew, but it landed.
    Recovered,
    /// U without X: nobody knew, and it did not.
    Unresolved,
    /// Absent from a read that began after its acknowledgement, there in the last one.
    Stale,
    /// In the outbox but not among the business rows, and it can have been committed between the two reads.
    Late,
    /// Rows of other runs and other people; not ours to judge.
    Foreign,
    /// Acknowledged after the last read began, and not in it.
    NeverRead,
    /// Acknowledged and not found in a store that was not drained or not read to its end.
    Missing,
    /// K without X.
    Lost,
    /// K without the outbox.
    LostSource,
    /// In the outbox, and not in the drained stream.
    LostRelay,
    /// Marked as sent, and not in a stream that was read later.
    MarkBeforePublish,
    /// Not sent, although one behind it was published long after its own commit.
    PositionSkip,
    /// X that nobody attempted.
    Unexpected,
    /// X and F: refused, and there all the same.
    Phantom,
    /// In the stream and not in the outbox: rolled back, and published all the same.
    PhantomEvent,
    /// In one of business and outbox: the transaction was none.
    Torn,
    /// Behind an event of its key that was sent only after this one was acknowledged.
    Reordered,
    /// Several rows in a table.
    Duplicated,
    /// Several copies in the stream.
    DuplicateStored,
    /// Its effect happened several times.
    DuplicateEffect,
}

/// What a class means for a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// As it should be, or nothing to do with us.
    Fine,
    /// The policy decides.
    Copies,
    /// It cannot be told whether something is lost.
    Unknown,
    /// A promise is broken for certain.
    Invalid,
}

impl Class {
    /// All, in the order of the enum.
    pub const ALL: [Class; 21] = [
        Class::Ok,
        Class::Recovered,
        Class::Unresolved,
        Class::Stale,
        Class::Late,
        Class::Foreign,
        Class::NeverRead,
        Class::Missing,
        Class::Lost,
        Class::LostSource,
        Class::LostRelay,
        Class::MarkBeforePublish,
        Class::PositionSkip,
        Class::Unexpected,
        Class::Phantom,
        Class::PhantomEvent,
        Class::Torn,
        Class::Reordered,
        Class::Duplicated,
        Class::DuplicateStored,
        Class::DuplicateEffect,
    ];

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Class::Ok => "ok",
            Class::Recovered => "recovered",
            Class::Unresolved => "unresolved",
            Class::Stale => "stale",
            Class::Late => "late",
            Class::Foreign => "foreign",
            Class::NeverRead => "never_read",
            Class::Missing => "missing",
            Class::Lost => "lost",
            Class::LostSource => "lost_source",
            Class::LostRelay => "lost_relay",
            Class::MarkBeforePublish => "mark_before_publish",
            Class::PositionSkip => "position_skip",
            Class::Unexpected => "unexpected",
            Class::Phantom => "phantom",
            Class::PhantomEvent => "phantom_event",
            Class::Torn => "torn",
            Class::Reordered => "reordered",
            Class::Duplicated => "duplicated",
            Class::DuplicateStored => "duplicate_stored",
            Class::DuplicateEffect => "duplicate_effect",
        }
    }

    /// What it means.
    pub fn meaning(self) -> Meaning {
        match self {
            Class::Ok
            | Class::Recovered
            | Class::Unresolved
            | Class::Stale
            | Class::Late
            | Class::Foreign => Meaning::Fine,
            Class::NeverRead | Class::Missing => Meaning::Unknown,
            Class::Duplicated | Class::DuplicateStored | Class::DuplicateEffect => Meaning::Copies,
            _ => Meaning::Invalid,
        }
    }

    /// The reason in capitals of a check that fails because of it.
    pub fn code(self) -> &'static str {
        match self {
            Class::MarkBeforePublish => "MARK_BEFORE_PUBLISH",
            Class::PositionSkip => "POSITION_SKIPPED",
            Class::Torn => "TORN_TRANSACTION",
            Class::LostSource => "LOST_SOURCE",
            Class::LostRelay => "LOST_RELAY",
            Class::Lost => "EVENTS_LOST",
            Class::PhantomEvent => "PHANTOM_EVENT",
            Class::Phantom => "PHANTOM",
            Class::Unexpected => "UNEXPECTED_EVENTS",
            Class::Reordered => "EVENTS_REORDERED",
            Class::Duplicated => "DUPLICATED",
            Class::DuplicateStored => "DUPLICATE_STORED",
            Class::DuplicateEffect => "DUPLICATE_EFFECT",
            _ => "EVENTS_UNKNOWN",
        }
    }
}
