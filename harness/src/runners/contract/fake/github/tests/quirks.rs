//! The ways of GitHub that services fall over.

use super::super::{NewPull, PullState};
use super::{Bench, proposed};
use reqwest::Method;
use serde_json::{Value, json};

fn decoy(owner: &str, head: &str, base: &str) -> NewPull {
    NewPull {
        head_owner: owner.into(),
        head: head.into(),
        base: base.into(),
        title: "decoy".into(),
        ..NewPull::default()
    }
}

fn numbers(listed: &Value) -> Vec<u64> {
    let rows = listed.as_array().unwrap().iter();
    rows.map(|pull| pull["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_head_without_owner_is_ignored_and_with_owner_is_exact() {
    let bench = Bench::start().await;
    bench.fake.change(|repository| {
        repository.push("other-base", &[("o", Some(b"1"))]);
        for new in [
            decoy("", "fix-10", ""),
            decoy("", "fix-1", ""),
            decoy("", "Fix-1", ""),
            decoy("fork", "fix-1", ""),
            decoy("", "fix-1", "other-base"),
        ] {
            repository.open_pull(new, "ann");
        }
        repository.open_pull(decoy("", "done", ""), "ann");
        repository.close_pull(6, PullState::Merged);
    });
    let list = async |query: &str| numbers(&bench.get(&format!("/pulls{query}")).await.expect(200));
    assert_eq!(list("").await, [5, 4, 3, 2, 1]);
    assert_eq!(list("?head=fix-1").await, [5, 4, 3, 2, 1]);
    assert_eq!(list("?head=nobody").await, [5, 4, 3, 2, 1]);
    assert_eq!(list("?head=Octo:fix-1").await, [5, 2]);
    assert_eq!(list("?head=octo:fix-1&base=trunk").await, [2]);
    assert_eq!(list("?head=octo:Fix-1").await, [3]);
    assert_eq!(list("?head=fork:fix-1").await, [4]);
    assert_eq!(list("?head=octo:fix").await, [] as [u64; 0]);
    assert_eq!(list("?state=closed").await, [6]);
    assert_eq!(
        list("?state=all&sort=created&direction=asc&per_page=2").await,
        [1, 2]
    );
    let fork = bench.get("/pulls/4").await.expect(200);
    assert_eq!(
        (&fork["head"]["repo"]["fork"], &fork["head"]["label"]),
        (&json!(true), &json!("fork:fix-1"))
    );
}

#[tokio::test]
async fn pages_are_thirty_or_at_most_a_hundred_and_lead_to_each_other() {
    let bench = Bench::start().await;
    bench.fake.change(|repository| {
        for n in 1..=101 {
            repository.open_pull(decoy("fork", &format!("b{n}"), ""), "ann");
        }
    });
    let first = bench.get("/pulls?state=open&head=b7").await;
    assert_eq!(numbers(&first.json()).len(), 30);
    let wide = bench.get("/pulls?per_page=1000").await;
    assert_eq!(numbers(&wide.json()).len(), 100);
    let link = wide.header("link").to_owned();
    let next = link.split(['<', '>']).nth(1).unwrap().to_owned();
    assert!(
        link.contains("rel=\"next\"") && link.contains("rel=\"last\""),
        "{link}"
    );
    assert!(
        next.contains("/repositories/1296269/pulls?per_page=1000&page=2"),
        "{next}"
    );
    let path = next.strip_prefix(&bench.fake.api_url()).unwrap().to_owned();
    let last = bench.send(bench.request(Method::GET, &path)).await;
    assert!(last.header("link").contains("rel=\"prev\"") && !last.header("link").contains("next"));
    assert_eq!(numbers(&last.expect(200)), [1]);
}

#[tokio::test]
async fn a_search_is_late_and_matches_the_start_of_a_branch() {
    let bench = Bench::start().await;
    bench
        .fake
        .change(|repository| repository.open_pull(decoy("", "fix-1", ""), "ann"));
    bench.proposal("fix-10", &[("a", b"1")]).await;
    bench.post("/pulls", proposed("fix-10")).await.expect(201);
    let search = async |q: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let path = format!("/search/issues?{}", query.append_pair("q", q).finish());
        let request = bench.request(Method::GET, &path);
        bench.send(request).await.expect(200)
    };
    let q = "repo:octo/hello is:pr is:open head:fix-1";
    let late = search(q).await;
    assert_eq!(
        (&late["total_count"], &late["incomplete_results"]),
        (&json!(1), &json!(true))
    );
    let whole = search(q).await;
    assert_eq!(
        (&whole["total_count"], &whole["incomplete_results"]),
        (&json!(2), &json!(false))
    );
    for (q, count) in [
        ("head:fix-10", 1),
        ("author:ann", 1),
        ("is:issue", 0),
        ("is:closed", 0),
        ("is:merged", 0),
        ("\"decoy\" base:trunk", 1),
        ("repo:octo/other", 0),
        ("label:x", 0),
    ] {
        assert_eq!(search(q).await["total_count"], count, "{q}");
    }
    let none = bench
        .send(bench.request(Method::GET, "/search/issues"))
        .await;
    assert_eq!(none.status, 422);
    assert_eq!(none.header("x-ratelimit-resource"), "search");
}

#[tokio::test]
async fn a_body_is_known_again_by_its_tag() {
    let bench = Bench::start().await;
    let first = bench.get("/git/ref/heads/trunk").await;
    let etag = first.header("etag").to_owned();
    let request = bench.request(Method::GET, "/repos/octo/hello/git/ref/heads/trunk");
    let second = bench.send(request.header("if-none-match", &etag)).await;
    assert_eq!((second.status, second.text.as_str()), (304, ""));
    bench
        .fake
        .change(|repository| repository.push("trunk", &[("n", Some(b"1"))]));
    let request = bench.request(Method::GET, "/repos/octo/hello/git/ref/heads/trunk");
    bench
        .send(request.header("if-none-match", &etag))
        .await
        .expect(200);
}
