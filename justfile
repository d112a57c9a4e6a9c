# The doors of the house. `just` alone lists them.

[private]
default:
    @just --list --unsorted

# Run all tests
[group('develop')]
test:
    cargo nextest run --workspace

# Check formatting and lints
[group('develop')]
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# Validate every suite and scenario without running anything
[group('develop')]
check *PATHS:
    cargo run --quiet --bin proofhouse -- check {{ PATHS }}

# Measure what measuring costs, against bare goose, and how true the latencies are
[group('develop')]
bench-overhead *ARGS:
    cargo run --quiet --release --example overhead -- {{ ARGS }}

# Load the reference platform for the full durations and judge it (about nine minutes)
[group('prove')]
test-performance *ARGS:
    cargo run --quiet --release --bin proofhouse -- run performance {{ ARGS }}

# The same in about forty seconds; its report is not fit for release
[group('prove')]
quick *ARGS:
    cargo run --quiet --bin proofhouse -- run performance --profile quick {{ ARGS }}

# List, show, accept or reject baselines
[group('release')]
baseline *ARGS:
    cargo run --quiet --bin proofhouse -- baseline {{ ARGS }}

# What this machine can and cannot do
[group('help')]
doctor:
    cargo run --quiet --bin proofhouse -- doctor
