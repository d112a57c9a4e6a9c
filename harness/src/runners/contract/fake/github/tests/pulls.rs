//! Pull requests: what they show, and what GitHub refuses.

use super::super::{Options, PullState};
use super::{Bench, proposed};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_way_of_git_data_makes_a_right_pull_request() {
    let bench = Bench::start().await;
    let tip = bench.tip("trunk").await;
    let files: [(&str, &[u8]); 2] = [("README.md", b"# hello\nmore\n"), ("new/deep/a", b"1\n2\n")];
    let sha = bench.proposal("fix", &files).await;
    let made = bench.post("/pulls", proposed("fix")).await;
    let location = made.header("location").to_owned();
    let pull = made.expect(201);
    assert_eq!(pull["url"], json!(location));
    assert_eq!(
        (&pull["number"], &pull["state"]),
        (&json!(1), &json!("open"))
    );
    assert_eq!(
        (&pull["title"], &pull["body"]),
        (&json!("Fix"), &json!("Because."))
    );
    assert_eq!(
        (&pull["head"]["sha"], &pull["head"]["label"]),
        (&json!(sha), &json!("octo:fix"))
    );
    assert_eq!(
        (&pull["base"]["sha"], &pull["base"]["ref"]),
        (&json!(tip), &json!("trunk"))
    );
    let counts =
        ["commits", "additions", "deletions", "changed_files"].map(|name| pull[name].clone());
    assert_eq!(counts, [1, 3, 0, 2].map(|count| json!(count)));
    let files = bench.get("/pulls/1/files").await.expect(200);
    assert_eq!(
        (&files[0]["status"], &files[1]["status"]),
        (&json!("modified"), &json!("added"))
    );
    assert_eq!(
        bench.get("/pulls/1/commits").await.expect(200)[0]["sha"],
        json!(sha)
    );
    let compared = bench.get("/compare/trunk...octo:fix").await.expect(200);
    assert_eq!(
        (&compared["status"], &compared["ahead_by"]),
        (&json!("ahead"), &json!(1))
    );
    assert_eq!(
        bench.get("/branches/fix").await.expect(200)["commit"]["sha"],
        json!(sha)
    );
    assert_eq!(
        bench
            .get("/branches")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(bench.get("").await.expect(200)["open_issues_count"], 1);
    assert_eq!(bench.tip("trunk").await, tip);
}

#[tokio::test]
async fn what_cannot_be_proposed_is_refused_and_not_opened() {
    let bench = Bench::start().await;
    bench.proposal("fix", &[("a", b"1")]).await;
    bench
        .post(
            "/git/refs",
            json!({ "ref": "refs/heads/same", "sha": bench.tip("trunk").await }),
        )
        .await;
    let with = |name: &str, value: Value| {
        let mut body = proposed("fix");
        body[name] = value;
        body
    };
    for (body, error) in [
        (
            with("title", json!("")),
            json!({ "resource": "PullRequest", "field": "title", "code": "missing_field" }),
        ),
        (
            with("head", json!("none")),
            json!({ "resource": "PullRequest", "field": "head", "code": "invalid" }),
        ),
        (
            with("head", json!("stranger:fix")),
            json!({ "resource": "PullRequest", "field": "head", "code": "invalid" }),
        ),
        (
            with("base", json!("main")),
            json!({ "resource": "PullRequest", "field": "base", "code": "invalid" }),
        ),
        (
            with("head", json!("same")),
            json!({ "resource": "PullRequest", "code": "custom", "message": "No commits between trunk and same" }),
        ),
    ] {
        let said = bench.post("/pulls", body).await.expect(422);
        assert_eq!(
            (&said["message"], &said["errors"][0]),
            (&json!("Validation Failed"), &error)
        );
    }
    let long = with("body", json!("x".repeat(65_537)));
    let said = bench.post("/pulls", long).await.expect(422);
    assert_eq!(
        said["errors"][0]["message"],
        "body is too long (maximum is 65536 characters)"
    );
    assert_eq!(bench.pulls(), 0);
    bench
        .post("/pulls", with("body", json!("x".repeat(65_536))))
        .await
        .expect(201);
    let said = bench.post("/pulls", proposed("OCTO:fix")).await.expect(422);
    assert_eq!(
        said["errors"][0]["message"],
        "A pull request already exists for octo:fix."
    );
    assert_eq!(
        said["documentation_url"],
        "https://docs.github.com/rest/pulls/pulls#create-a-pull-request"
    );
    assert_eq!(bench.pulls(), 1);
    bench.get("/pulls/9").await.expect(404);
}

#[tokio::test]
async fn a_pull_request_is_changed_closed_and_opened_again() {
    let bench = Bench::start().await;
    bench.proposal("fix", &[("a", b"1")]).await;
    bench.post("/pulls", proposed("fix")).await.expect(201);
    let patch = |body: Value| bench.change(Method::PATCH, "/pulls/1", &body);
    let shown = bench
        .send(patch(
            json!({ "title": "New", "body": "", "state": "closed" }),
        ))
        .await
        .expect(200);
    assert_eq!(
        (&shown["title"], &shown["body"], &shown["state"]),
        (&json!("New"), &json!(""), &json!("closed"))
    );
    assert!(shown["closed_at"].is_string());
    // Closed, so that another one may be opened; then the first one may not.
    bench.post("/pulls", proposed("fix")).await.expect(201);
    bench
        .send(patch(json!({ "state": "open" })))
        .await
        .expect(422);
    bench
        .fake
        .change(|repository| repository.close_pull(2, PullState::Merged));
    let merged = bench.get("/pulls/2").await.expect(200);
    assert_eq!(
        (&merged["merged"], &merged["state"]),
        (&json!(true), &json!("closed"))
    );
    bench
        .send(patch(json!({ "base": "none" })))
        .await
        .expect(422);
    bench
        .send(patch(json!({ "state": "open" })))
        .await
        .expect(200);
    let listed = bench.get("/pulls?state=all").await.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn labels_and_reviewers_are_asked_for() {
    let options = Options {
        collaborators: vec!["ann".into()],
        teams: vec!["owners".into()],
        ..Options::default()
    };
    let bench = Bench::with(options).await;
    bench.proposal("fix", &[("a", b"1")]).await;
    bench.post("/pulls", proposed("fix")).await.expect(201);
    bench
        .post(
            "/issues/1/labels",
            json!({ "labels": ["drift", { "name": "bot" }] }),
        )
        .await
        .expect(200);
    let labels = bench
        .post("/issues/1/labels", json!(["Drift", "new"]))
        .await
        .expect(200);
    let names: Vec<_> = labels
        .as_array()
        .unwrap()
        .iter()
        .map(|label| label["name"].clone())
        .collect();
    assert_eq!(names, ["drift", "bot", "new"]);
    assert_eq!(
        bench
            .get("/issues/1/labels?per_page=1")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .len(),
        1
    );
    bench
        .post("/issues/9/labels", json!({ "labels": ["x"] }))
        .await
        .expect(404);
    let ask = |people: Value| bench.change(Method::POST, "/pulls/1/requested_reviewers", &people);
    let shown = bench
        .send(ask(
            json!({ "reviewers": ["ann"], "team_reviewers": ["owners"] }),
        ))
        .await
        .expect(201);
    assert_eq!(shown["requested_reviewers"][0]["login"], "ann");
    let said = bench.send(ask(json!({ "reviewers": ["bob"] }))).await;
    assert!(
        said.told()
            .1
            .starts_with("Reviews may only be requested from collaborators.")
    );
    let said = bench
        .send(ask(json!({ "reviewers": ["proofhouse-bot"] })))
        .await;
    assert_eq!(
        said.told().1,
        "Review cannot be requested from pull request author."
    );
    let shown = bench.get("/pulls/1/requested_reviewers").await.expect(200);
    assert_eq!(shown["users"].as_array().unwrap().len(), 1);
}
