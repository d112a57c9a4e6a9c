//! Every kind of incident: what it does, and to whom.

use super::super::{Cut, IncidentError, Mark, Options};
use super::{Bench, proposed};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn bench() -> Bench {
    let bench = Bench::start().await;
    bench.proposal("fix", &[("a", b"1")]).await;
    bench
}

impl Bench {
    fn open(&self) -> reqwest::RequestBuilder {
        self.change(Method::POST, "/pulls", &proposed("fix"))
    }

    async fn listed(&self) -> usize {
        self.get("/pulls")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .len()
    }
}

#[tokio::test]
async fn a_lost_reply_is_done_and_a_lost_request_is_not() {
    let bench = bench().await;
    bench.incident("pulls/create", 1, "lost-request");
    assert!(bench.attempt(bench.open()).await.is_none());
    assert_eq!(bench.pulls(), 0);
    bench.incident("pulls/create", 1, "lost-reply");
    assert!(bench.attempt(bench.open()).await.is_none());
    assert_eq!(bench.pulls(), 1);
    bench.send(bench.open()).await.expect(422);
    let seen = bench.fake.requests_since(Mark::default());
    let creations: Vec<_> = seen
        .iter()
        .filter(|seen| seen.op() == "pulls/create")
        .collect();
    let told: Vec<_> = creations
        .iter()
        .map(|seen| (seen.status, seen.incident.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (None, Some("lost-request")),
            (None, Some("lost-reply")),
            (Some(422), None)
        ]
    );
}

#[tokio::test]
async fn the_end_of_the_connection_comes_before_the_reply() {
    let bench = bench().await;
    bench.incident("pulls/create", 2, "r16:eof");
    bench.send(bench.open()).await.expect(201);
    assert!(bench.attempt(bench.open()).await.is_none());
    bench.send(bench.open()).await.expect(422);
}

#[tokio::test]
async fn a_cut_that_takes_a_fault_server_is_refused_without_one_and_made_with_one() {
    let bench = bench().await;
    for cut in [Cut::Reset, Cut::HalfBody] {
        let incident =
            serde_json::from_value(json!({ "op": "any", "kind": format!("r16:{}", cut.word()) }));
        let refused = bench.fake.incidents(vec![incident.unwrap()]).unwrap_err();
        assert_eq!(refused, IncidentError::FaultServer(cut.word()));
    }
    let options = Options {
        behind_fault_server: true,
        ..Options::default()
    };
    let behind = Bench::with(options).await;
    behind.proposal("fix", &[("a", b"1")]).await;
    for (kind, whole_head, pulls) in [
        ("r16:reset", false, 0),
        ("r16:eof", false, 0),
        ("lost-request", false, 0),
        ("r16:half-body", true, 1),
    ] {
        behind.incident("pulls/create", 1, kind);
        let response = behind.open().send().await;
        assert_eq!(response.is_ok(), whole_head, "{kind}: {response:?}");
        if let Ok(response) = response {
            assert_eq!(response.status(), 201);
            assert!(response.text().await.is_err(), "{kind} came whole");
        }
        assert_eq!(behind.pulls(), pulls, "{kind}");
    }
    let seen = behind.fake.requests_since(Mark::default());
    assert!(seen.iter().rev().take(4).all(|seen| seen.status.is_none()));
    // What is not cut comes whole, and says nothing of the server in front.
    let said = behind.get("/pulls").await;
    assert_eq!(said.json().as_array().unwrap().len(), 1);
    assert_eq!(said.header("x-proofhouse-wire-fault"), "");
}

#[tokio::test]
async fn a_file_of_a_mebibyte_passes_the_fault_server() {
    let options = Options {
        behind_fault_server: true,
        ..Options::default()
    };
    let behind = Bench::with(options).await;
    let large: Vec<u8> = (0..1024 * 1024_u32).map(|n| (n % 251) as u8).collect();
    behind.proposal("large", &[("large", &large)]).await;
    assert_eq!(
        behind.fake.repository().content("large", "large"),
        Some(large.as_slice())
    );
}

#[tokio::test]
async fn a_slow_reply_is_late_and_holds_nobody_up() {
    let bench = bench().await;
    bench.incident("pulls/create", 1, "slow:400");
    let started = Instant::now();
    let slow = async {
        bench.send(bench.open()).await.expect(201);
        started.elapsed()
    };
    let others = async {
        for _ in 0..5 {
            bench.get("").await.expect(200);
        }
        started.elapsed()
    };
    let (slow, others) = tokio::join!(slow, others);
    assert!(
        slow >= Duration::from_millis(400) && others < slow,
        "{slow:?} {others:?}"
    );
}

#[tokio::test]
async fn silence_outlasts_ten_seconds() {
    let bench = bench().await;
    bench.incident("pulls/create", 1, "r16:silence");
    let impatient = bench.open().timeout(Duration::from_millis(200));
    assert!(bench.attempt(impatient).await.is_none());
    assert_eq!(bench.pulls(), 0);
}

#[tokio::test]
async fn a_lax_list_takes_no_notice_of_head_and_base() {
    let bench = bench().await;
    bench.send(bench.open()).await.expect(201);
    let narrow = "/pulls?head=octo:other&base=trunk";
    let count = async || bench.get(narrow).await.json().as_array().unwrap().len();
    assert_eq!(count().await, 0);
    bench.incident("pulls/list", 1, "lax-list");
    assert_eq!(count().await, 1);
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn a_new_pull_request_is_missing_from_so_many_lists() {
    let bench = bench().await;
    bench.incident("pulls/create", 1, "stale-list:2");
    bench.send(bench.open()).await.expect(201);
    for count in [0, 0, 1] {
        assert_eq!(bench.listed().await, count);
    }
    bench.incident("pulls/list", 1, "stale-list:1");
    for count in [0, 1] {
        assert_eq!(bench.listed().await, count);
    }
}

#[tokio::test]
async fn the_base_moves_between_two_requests() {
    let bench = bench().await;
    let before = bench.tip("trunk").await;
    bench.incident("pulls/create", 1, "move-base:README.md");
    let pull = bench.send(bench.open()).await.expect(201);
    let after = bench.tip("trunk").await;
    assert_ne!(before, after);
    assert_eq!(pull["base"]["sha"], json!(after));
    let content = bench
        .fake
        .repository()
        .content("trunk", "README.md")
        .map(<[u8]>::to_vec);
    assert!(
        String::from_utf8(content.unwrap())
            .unwrap()
            .contains(&before)
    );
    bench.incident("git/get-ref", 1, "move-base");
    assert_ne!(bench.tip("trunk").await, after);
    assert!(
        bench
            .fake
            .repository()
            .content("trunk", "MOVED.md")
            .is_some()
    );
}

#[tokio::test]
async fn a_renamed_repository_is_found_under_its_number() {
    let bench = bench().await;
    bench.incident("git/get-ref", 1, "rename-repo");
    let said = bench.get("/git/ref/heads/fix").await;
    assert_eq!(said.status, 301);
    let moved = said.header("location").to_owned();
    assert!(
        moved.ends_with("/repositories/1296269/git/ref/heads/fix"),
        "{moved}"
    );
    let path = moved
        .strip_prefix(&bench.fake.api_url())
        .unwrap()
        .to_owned();
    bench
        .send(bench.request(Method::GET, &path))
        .await
        .expect(200);
    let said = bench.send(bench.open()).await;
    assert_eq!(said.status, 307);
    let path = said
        .header("location")
        .strip_prefix(&bench.fake.api_url())
        .unwrap()
        .to_owned();
    let request = bench.request(Method::POST, &path).json(&proposed("fix"));
    let pull = bench.send(request).await.expect(201);
    assert_eq!(pull["base"]["repo"]["full_name"], "octo/hello-renamed");
    bench
        .send(bench.request(Method::GET, "/repos/octo/hello-renamed"))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_revoked_token_is_one_until_it_is_given_back() {
    let bench = bench().await;
    bench.incident("pulls/create", 1, "revoke-token");
    for _ in 0..2 {
        assert_eq!(
            bench.send(bench.open()).await.told(),
            (401, "Bad credentials".to_owned())
        );
    }
    bench.get("").await.expect(401);
    bench.fake.heal();
    bench.send(bench.open()).await.expect(201);
}

#[tokio::test]
async fn a_list_can_lead_to_strangers() {
    let bench = bench().await;
    bench.incident("pulls/list", 1, "next-elsewhere:http://127.0.0.9:1/more");
    let said = bench.get("/pulls").await;
    assert_eq!(
        said.header("link"),
        "<http://127.0.0.9:1/more>; rel=\"next\""
    );
    assert_eq!(said.expect(200), json!([]));
}

#[tokio::test]
async fn incidents_are_all_set_or_none_and_forgotten_when_healed() {
    let bench = bench().await;
    let read = |value: Value| serde_json::from_value(value).unwrap();
    let good = json!({ "op": "any", "kind": "r16" });
    let bad = json!({ "op": "any", "kind": "r16:reset" });
    assert!(
        bench
            .fake
            .incidents(vec![read(good.clone()), read(bad)])
            .is_err()
    );
    bench.get("").await.expect(200);
    bench.fake.incidents(vec![read(good)]).unwrap();
    for _ in 0..2 {
        assert_eq!(bench.get("").await.status, 500);
    }
    bench.fake.heal();
    bench.get("").await.expect(200);
}
