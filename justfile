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

# Measure commit to stream at 1000 events a second; servers: packages (postgresql, nats-server) or containers
[group('develop')]
bench-outbox SECONDS="30" SERVERS="packages":
    cargo build --quiet --release --bin platform
    [ {{ SERVERS }} != containers ] || compose/images/build --servers
    cargo run --quiet --release --example outbox -- {{ SERVERS }} bench {{ SECONDS }}

# 100 000 events and 10 kills of the relay: nothing lost, doubled or reordered; servers as above
[group('develop')]
torture-outbox EVENTS="100000" KILLS="10" SERVERS="packages":
    cargo build --quiet --release --bin platform
    [ {{ SERVERS }} != containers ] || compose/images/build --servers
    cargo run --quiet --release --example outbox -- {{ SERVERS }} torture {{ EVENTS }} {{ KILLS }}

# Measure the knowledge graph's reasoning against SPARQL updates and against starting anew
[group('develop')]
bench-reasoning *ARGS:
    cargo run --quiet --release -p reference-platform --example closure -- {{ ARGS }}

# Measure how many tokens one core verifies; fails below 20 000 a second
[group('develop')]
bench-auth:
    cargo run --quiet --release -p reference-platform --example verify

# A million events with sown defects through the ledger: all found, none accused, under 10 s and 1 GiB
[group('develop')]
bench-ledger EVENTS="1000000" SEED="1":
    cargo run --quiet --release --example ledger -- {{ EVENTS }} {{ SEED }}

# Load the reference platform for the full durations and judge it (about nine minutes)
[group('prove')]
test-performance *ARGS:
    cargo run --quiet --release --bin proofhouse -- run performance {{ ARGS }}

# The same in about forty seconds; its report is not fit for release
[group('prove')]
quick *ARGS:
    cargo run --quiet --bin proofhouse -- run performance --profile quick {{ ARGS }}

# Start the reference platform in containers, wait until all are healthy, say where each answers
[group('chaos')]
chaos-up:
    compose/up

# Run a chaos scenario against the containers of `chaos-up`: list them with `just run-chaos`
[group('chaos')]
run-chaos NAME="" *ARGS:
    cargo run --quiet --bin proofhouse -- chaos {{ if NAME == "" { "list" } else { "run " + NAME + " --enable-chaos" } }} {{ ARGS }}

# Heal what a chaos run that was killed has left behind
[group('chaos')]
recover:
    cargo run --quiet --bin proofhouse -- chaos recover

# Every seeded fault of the platform against the scenario that must catch it (about ten minutes)
[group('prove')]
prove-chaos:
    cargo build --quiet --workspace --bin platform --bin proofhouse
    cargo build --quiet --workspace --bin platform-seeded --features reference-platform/seeded-faults
    cargo nextest run --workspace --run-ignored only -E 'test(chaos_twins)'

# Remove the containers, their network and their volumes
[group('chaos')]
chaos-down:
    compose/down

# List, show, accept or reject baselines
[group('release')]
baseline *ARGS:
    cargo run --quiet --bin proofhouse -- baseline {{ ARGS }}

# What this machine can and cannot do
[group('help')]
doctor:
    cargo run --quiet --bin proofhouse -- doctor
