//! What GitHub asks of every request, and what it says of itself in every reply.

use super::super::{Mark, Options, Problem, Version};
use super::{Bench, proposed};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn every_reply_has_the_headers_of_github() {
    let bench = Bench::start().await;
    let said = bench.get("/git/ref/heads/trunk").await;
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("x-github-media-type", "github.v3; format=json"),
        ("x-github-api-version-selected", "2022-11-28"),
        ("x-ratelimit-limit", "5000"),
        ("x-ratelimit-remaining", "4999"),
        ("x-ratelimit-used", "1"),
        ("x-ratelimit-resource", "core"),
    ] {
        assert_eq!(said.header(name), value, "{name}");
    }
    assert!(said.header("etag").starts_with("W/\"") && said.header("date").ends_with("GMT"));
    assert!(said.header("x-ratelimit-reset").parse::<u64>().is_ok());
    let again = bench.get("/git/ref/heads/none").await;
    assert_ne!(
        again.header("x-github-request-id"),
        said.header("x-github-request-id")
    );
    assert_eq!(again.header("x-ratelimit-remaining"), "4998");
    let seen = bench.fake.requests_since(Mark::default());
    assert_eq!(seen[0].request_id, said.header("x-github-request-id"));
    assert!(seen[1].at >= seen[0].at && seen[1].status == Some(404));
}

#[tokio::test]
async fn versions_are_known_or_refused_and_differ_in_what_they_show() {
    let bench = Bench::start().await;
    bench.proposal("fix", &[("a", b"1")]).await;
    bench.post("/pulls", proposed("fix")).await.expect(201);
    let ask = async |version: Option<&str>, path: &str| {
        let url = format!("{}{path}", bench.fake.api_url());
        let request = bench
            .http
            .get(url)
            .header("user-agent", "bench")
            .bearer_auth(bench.fake.token());
        bench
            .send(match version {
                Some(version) => request.header("x-github-api-version", version),
                None => request,
            })
            .await
    };
    for (version, selected, has_assignee) in [
        (None, "2022-11-28", true),
        (Some("2022-11-28"), "2022-11-28", true),
        (Some("2026-03-10"), "2026-03-10", false),
    ] {
        let said = ask(version, "/repos/octo/hello/pulls/1").await;
        assert_eq!(said.header("x-github-api-version-selected"), selected);
        let pull = said.expect(200);
        assert_eq!(pull.get("assignee").is_some(), has_assignee);
        assert_eq!(pull.get("merge_commit_sha").is_some(), has_assignee);
        assert_eq!(
            pull["head"]["repo"].get("has_downloads").is_some(),
            has_assignee
        );
        let limits = ask(version, "/rate_limit").await.expect(200);
        assert_eq!(limits.get("rate").is_some(), has_assignee);
        assert_eq!(limits["resources"]["core"]["limit"], 5000);
        ask(version, "/repos/octo/hello").await.expect(200);
        assert_eq!(
            ask(version, "/user").await.expect(200)["login"],
            "proofhouse-bot"
        );
    }
    for version in ["2022-11-29", "latest"] {
        let said = ask(Some(version), "/user").await;
        assert_eq!(said.status, 400, "{version}");
        assert!(said.told().1.contains("X-GitHub-Api-Version"));
    }
    assert_eq!(
        Version::ALL.map(Version::word),
        ["2022-11-28", "2026-03-10"]
    );
}

#[tokio::test]
async fn strangers_see_nothing() {
    let bench = Bench::start().await;
    let url = |path: &str| format!("{}{path}", bench.fake.api_url());
    let repository = url("/repos/octo/hello");
    // No User-Agent at all: the client of the tests sends none of its own.
    let nameless = bench.http.get(&repository).bearer_auth(bench.fake.token());
    let said = bench.send(nameless).await;
    assert_eq!(said.status, 403);
    assert!(
        said.text.contains("administrative rules")
            && said.header("content-type").starts_with("text/html")
    );
    let named = || bench.http.get(&repository).header("user-agent", "x");
    assert_eq!(
        bench.send(named()).await.told(),
        (404, "Not Found".to_owned())
    );
    let wrong = bench.send(named().bearer_auth("ghp_wrong")).await;
    assert_eq!(
        wrong.json(),
        json!({ "message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401" })
    );
    let token = format!("token {}", bench.fake.token());
    bench
        .send(named().header("authorization", token))
        .await
        .expect(200);
    let basic = named().basic_auth("x", Some(bench.fake.token()));
    bench.send(basic).await.expect(401);
    let nobody = bench.http.get(url("/user")).header("user-agent", "x");
    assert_eq!(
        bench.send(nobody).await.told(),
        (401, "Requires authentication".to_owned())
    );
    let picky = named()
        .bearer_auth(bench.fake.token())
        .header("accept", "text/html");
    bench.send(picky).await.expect(415);
    for path in [
        "/repos/octo/other",
        "/repos/else/hello",
        "/repositories/7",
        "/nothing",
        "/repos/octo/hello/nothing",
    ] {
        bench
            .send(bench.request(Method::GET, path))
            .await
            .expect(404);
    }
    let cased = bench
        .send(bench.request(Method::GET, "/repos/OCTO/Hello"))
        .await;
    assert_eq!(cased.expect(200)["full_name"], "octo/hello");
    bench
        .send(bench.request(Method::GET, "/repositories/1296269"))
        .await
        .expect(200);
}

#[tokio::test]
async fn bodies_are_read_and_held_against_their_shape() {
    let bench = Bench::start().await;
    let raw = |body: &'static str| {
        bench
            .request(Method::POST, "/repos/octo/hello/git/refs")
            .body(body)
    };
    let said = bench.send(raw("{\"ref\":")).await;
    assert_eq!(said.told(), (400, "Problems parsing JSON".to_owned()));
    assert_eq!(
        bench.send(raw("[]")).await.told(),
        (400, "Body should be a JSON object".to_owned())
    );
    let said = bench.send(raw("")).await;
    assert_eq!(
        said.told(),
        (
            422,
            "Invalid request.\n\n\"ref\", \"sha\" weren't supplied.".to_owned()
        )
    );
    let mark = bench.fake.mark();
    let tip = bench.tip("trunk").await;
    // What nobody published is ignored, and found.
    let body = json!({ "ref": "refs/heads/x", "sha": tip, "force": true });
    bench.post("/git/refs", body).await.expect(201);
    bench.get("/pulls?sate=open&per_page=x").await.expect(200);
    let seen = bench.fake.requests_since(mark);
    assert!(seen[0].request_findings.is_empty());
    let told = |at: usize| -> Vec<String> {
        seen[at]
            .request_findings
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(told(1), ["/force is in no published shape"]);
    assert_eq!(
        told(2),
        [
            "?sate is in no published shape",
            "?per_page is `x`, an integer is wanted"
        ]
    );
    assert_eq!(seen[1].request_findings[0].problem, Problem::Unknown);
    assert_eq!((seen[1].op(), seen[1].is_write()), ("git/create-ref", true));
    assert_eq!(seen[1].json()["ref"], "refs/heads/x");
}

#[tokio::test]
async fn an_enterprise_server_answers_below_its_prefix_only() {
    let options = Options {
        enterprise: true,
        public_url: Some("http://hub.example:8080/".into()),
        ..Options::default()
    };
    let bench = Bench::with(options).await;
    assert_eq!(bench.fake.api_url(), "http://hub.example:8080/api/v3");
    let ask = async |path: &str| {
        let url = format!("http://{}{path}", bench.fake.address());
        let request = bench
            .http
            .get(url)
            .header("user-agent", "x")
            .bearer_auth(bench.fake.token());
        bench.send(request).await
    };
    ask("/repos/octo/hello").await.expect(404);
    let shown: Value = ask("/api/v3/repos/octo/hello").await.expect(200);
    assert_eq!(
        shown["url"],
        "http://hub.example:8080/api/v3/repos/octo/hello"
    );
    assert_eq!(shown["html_url"], "http://hub.example:8080/octo/hello");
}

#[tokio::test]
async fn a_name_that_cannot_be_and_a_port_that_is_taken_are_told() {
    let options = Options {
        owner: "a/b".into(),
        ..Options::default()
    };
    let told = super::GitHub::start(options).await.unwrap_err().to_string();
    assert!(told.contains("`a/b`"), "{told}");
    let bench = Bench::start().await;
    let options = Options {
        listen: bench.fake.address(),
        ..Options::default()
    };
    let told = super::GitHub::start(options).await.unwrap_err().to_string();
    assert!(told.starts_with("cannot listen on 127.0.0.1:"), "{told}");
}
