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
    [ {{ SERVERS }} != containers ] || compose/images/servers
    cargo run --quiet --release --example outbox -- {{ SERVERS }} bench {{ SECONDS }}

# 100 000 events and 10 kills of the relay: nothing lost, doubled or reordered; servers as above
[group('develop')]
torture-outbox EVENTS="100000" KILLS="10" SERVERS="packages":
    cargo build --quiet --release --bin platform
    [ {{ SERVERS }} != containers ] || compose/images/servers
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

# Ten thousand reports through the gate on one core, alone and with JUnit twins, beside reading, parsing and hashing: under 400 ms and 128 MiB
[group('develop')]
bench-gate REPORTS="10000":
    cargo run --quiet --release --example gate_bench -- {{ trim_start_match(REPORTS, "REPORTS=") }}

# How true recovery times are: 100 programmed outages of 0.05 to 30 s, told by the real probes and the real judge
[group('develop')]
bench-recovery OUTAGES="100" SEED="1":
    cargo run --quiet --release --example outages -- {{ OUTAGES }} {{ SEED }}

# How well faults keep their schedule, as a prober outside sees it; needs Docker, root and nft (about five minutes)
[group('develop')]
bench-chaos INJECTIONS="100":
    cargo build --quiet --release --bin proofhouse
    cargo run --quiet --release --example onsets -- {{ INJECTIONS }}

# Load the reference platform for the full durations and judge it (about nine minutes)
[group('prove')]
test-performance *ARGS:
    cargo run --quiet --release --bin proofhouse -- run performance {{ ARGS }}

# What the reference platform's API does, held against what it declares; without the API no result
[group('prove')]
test-drift *ARGS:
    cargo run --quiet --bin proofhouse -- drift --strict {{ ARGS }}

# Wrong production environments, each of which the reference platform must refuse
[group('prove')]
test-guard *ARGS:
    cargo run --quiet --bin proofhouse -- run production_guard --strict {{ ARGS }}

# Load it for short durations, about forty seconds in all; such a report is not fit for release
[group('prove')]
quick *ARGS:
    cargo run --quiet --bin proofhouse -- run performance --profile quick {{ ARGS }}

# Judge the inference of the reference platform's knowledge graph
[group('prove')]
test-reasoning *ARGS:
    cargo run --quiet --bin proofhouse -- run reasoning {{ ARGS }}

# Judge the reference platform from outside: its tokens, and its pull requests (about ninety seconds)
[group('prove')]
test-contract *ARGS:
    cargo run --quiet --bin proofhouse -- run contract_auth contract_github {{ ARGS }}

# Every black-box suite against the healthy platform and under every seeded fault: each is caught by its own check
[group('prove')]
prove *ARGS:
    cargo build --quiet --workspace --bin proofhouse
    cargo build --quiet --workspace --bin platform-seeded --features reference-platform/seeded-faults
    target/debug/proofhouse prove {{ ARGS }}

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

# Every seeded fault of the platform against the scenario that must catch it, and every sabotage of a run (about fifteen minutes); `third` takes another third each day, any other word those whose name contains it
[group('prove')]
prove-chaos TWINS="":
    cargo build --quiet --workspace --bin platform --bin proofhouse
    cargo build --quiet --workspace --bin platform-seeded --features reference-platform/seeded-faults
    PROOFHOUSE_TWINS={{ TWINS }} cargo nextest run --workspace --run-ignored only --no-capture -E 'test(chaos_twins)'
    PROOFHOUSE_SABOTAGES=all cargo nextest run --workspace -E 'test(chaos_in_containers)'

# Kill the runner at random instants over all faults: nothing leaks, and all is healed within a second
[group('prove')]
torture-chaos KILLS="200" SEED="":
    cargo build --quiet --workspace --bin platform --bin proofhouse
    PROOFHOUSE_KILLS={{ trim_start_match(KILLS, "KILLS=") }} {{ if SEED == "" { "" } else { "PROOFHOUSE_SEED=" + SEED } }} cargo nextest run --workspace --run-ignored only --no-capture -E 'test(chaos_torture_)'

# All four scenarios, so many times in a row: the healthy platform passes every time
[group('prove')]
soak-chaos RUNS="10" PROFILE="quick":
    cargo build --quiet --workspace --bin platform --bin proofhouse
    PROOFHOUSE_RUNS={{ trim_start_match(RUNS, "RUNS=") }} PROOFHOUSE_PROFILE={{ PROFILE }} cargo nextest run --workspace --run-ignored only --no-capture -E 'test(chaos_soak_)'

# All four scenarios while every bystander is pinged a thousand times a second: none loses a packet, and nothing is changed
[group('prove')]
prove-bystanders:
    cargo build --quiet --workspace --bin platform --bin proofhouse
    cargo nextest run --workspace --run-ignored only --no-capture -E 'test(chaos_bystanders_)'

# Remove the containers, their network and their volumes
[group('chaos')]
chaos-down:
    compose/down

# May this commit be released? Reads the reports of its runs, runs nothing; exit codes as in docs/howto/gate.md
[group('release')]
gate *ARGS:
    cargo run --quiet --bin proofhouse -- gate {{ ARGS }}

# Everything that a release needs, for the full durations, and then the gate; the gate alone opens
[group('release')]
release:
    #!/usr/bin/env bash
    # Every suite and every scenario runs, whatever became of the others, and the gate tells all of them.
    # What passed or failed has its report. Any other code may have left none, and the gate misses it, unless
    # an earlier report of this commit is there; so the first such code is kept for a gate that would be open.
    set -uo pipefail
    cargo build --quiet --release --locked --bin proofhouse || exit
    proofhouse="${CARGO_TARGET_DIR:-target}/release/proofhouse"
    kept=0
    run() {
      local code=0
      "$proofhouse" "$@" || code=$?
      case $code in
        0|1) ;;
        130) exit 130 ;;
        *) echo "release: \`proofhouse $*\` ended with $code; going on" >&2; [ "$kept" -ne 0 ] || kept=$code ;;
      esac
    }
    for suite in suites/*.yaml; do
      case $suite in *.targets.yaml|*.gate.yaml|*.waivers.yaml) continue ;; esac
      run run "$suite"
    done
    trap 'compose/down >&2' EXIT
    if compose/up; then
      for scenario in scenarios/chaos/*.yaml; do
        case $scenario in *.targets.yaml|*/system.yaml) continue ;; esac
        run chaos run "$(basename "$scenario" .yaml)" --enable-chaos
      done
    else
      echo "release: the containers did not come up; no scenario ran" >&2
      [ "$kept" -ne 0 ] || kept=3
    fi
    "$proofhouse" gate
    code=$?
    [ "$code" -ne 0 ] || code=$kept
    exit "$code"

# So many damaged sets of evidence: none of them opens the gate
[group('prove')]
prove-gate MUTATIONS="100000" SEED="":
    PROOFHOUSE_MUTATIONS={{ trim_start_match(MUTATIONS, "MUTATIONS=") }} {{ if SEED == "" { "" } else { "PROOFHOUSE_SEED=" + SEED } }} cargo nextest run --release --workspace --run-ignored only --no-capture -E 'test(gate_holes_many)'

# Give a reader of foreign bytes what a fuzzer thinks of, for so many seconds; without a name, list the readers
[group('prove')]
fuzz TARGET="" SECONDS="60":
    #!/usr/bin/env bash
    # The pinned stable compiler does it: coverage is stable, and only sanitizers are not.
    set -euo pipefail
    if [ -z "{{ TARGET }}" ]; then exec cargo fuzz list --fuzz-dir harness/fuzz; fi
    cargo nextest run --workspace --run-ignored only -E 'test(=readers::readers_write_seeds)'
    cargo fuzz run --fuzz-dir harness/fuzz --sanitizer none --dev \
      --target "$(rustc -vV | sed -n 's/^host: //p')" "{{ TARGET }}" -- \
      -max_total_time={{ trim_start_match(SECONDS, "SECONDS=") }} -rss_limit_mb=256 -timeout=5 -print_final_stats=1

# List, show, accept or reject baselines
[group('release')]
baseline *ARGS:
    cargo run --quiet --bin proofhouse -- baseline {{ ARGS }}

# What this machine can and cannot do
[group('help')]
doctor:
    cargo run --quiet --bin proofhouse -- doctor
