//! References move by git's rules, and only so.

use super::super::{NewPull, Options};
use super::Bench;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_reference_is_made_once_and_where_it_may_be() {
    let bench = Bench::start().await;
    let tip = bench.tip("trunk").await;
    let made = bench
        .post(
            "/git/refs",
            json!({ "ref": "refs/heads/fix/a#1", "sha": tip }),
        )
        .await;
    assert!(
        made.header("location")
            .ends_with("/repos/octo/hello/git/refs/heads/fix/a%231")
    );
    assert_eq!(made.expect(201)["ref"], "refs/heads/fix/a#1");
    assert_eq!(bench.tip("fix/a%231").await, tip);
    for (name, told) in [
        ("refs/heads/fix/a#1", "Reference already exists"),
        ("refs/heads/fix", "Reference update failed"),
        ("refs/heads/fix/a#1/b", "Reference update failed"),
        (
            "refs/heads/a..b",
            "refs/heads/a..b is not a valid ref name.",
        ),
        (
            "refs/heads/a.lock",
            "refs/heads/a.lock is not a valid ref name.",
        ),
        (
            "refs/x",
            "Reference name must contain at least three slash-separated components.",
        ),
        (
            "heads/x/y",
            "Reference name must contain at least three slash-separated components.",
        ),
    ] {
        let said = bench
            .post("/git/refs", json!({ "ref": name, "sha": tip }))
            .await;
        assert_eq!(said.told(), (422, told.to_owned()), "{name}");
        // A refusal of this kind has no list of errors.
        assert_eq!(said.json().get("errors"), None);
    }
    let said = bench
        .post(
            "/git/refs",
            json!({ "ref": "refs/heads/x", "sha": "0".repeat(40) }),
        )
        .await;
    assert_eq!(said.told(), (422, "Object does not exist".to_owned()));
    let found = bench.get("/git/matching-refs/heads/fi").await.expect(200);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(
        bench.get("/git/matching-refs/heads/none").await.expect(200),
        json!([])
    );
    bench.get("/git/ref/heads/fi").await.expect(404);
}

#[tokio::test]
async fn a_reference_moves_forward_or_by_force() {
    let bench = Bench::start().await;
    let first = bench.tip("trunk").await;
    let fix = bench.proposal("fix", &[("a", b"1")]).await;
    let other = bench.proposal("other", &[("b", b"2")]).await;
    let update = |sha: String, force: bool| {
        bench.change(
            Method::PATCH,
            "/git/refs/heads/fix",
            &json!({ "sha": sha, "force": force }),
        )
    };
    let said = bench.send(update(other.clone(), false)).await;
    assert_eq!(
        said.told(),
        (422, "Update is not a fast forward".to_owned())
    );
    assert_eq!(bench.tip("fix").await, fix);
    bench.send(update(other.clone(), true)).await.expect(200);
    assert_eq!(bench.tip("fix").await, other);
    bench.send(update(first, true)).await.expect(200);
    bench.send(update(fix.clone(), false)).await.expect(200);
    assert_eq!(bench.tip("fix").await, fix);
    let none = bench
        .write(
            Method::PATCH,
            "/git/refs/heads/none",
            &json!({ "sha": fix }),
        )
        .await;
    assert_eq!(none.told(), (422, "Reference does not exist".to_owned()));
}

#[tokio::test]
async fn a_deleted_branch_closes_its_pull_requests() {
    let bench = Bench::start().await;
    let new = NewPull {
        head: "fix".into(),
        title: "t".into(),
        ..NewPull::default()
    };
    bench
        .fake
        .change(|repository| repository.open_pull(new, "ann"));
    let gone = bench
        .write(Method::DELETE, "/git/refs/heads/fix", &json!({}))
        .await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    let shown = bench.get("/pulls/1").await.expect(200);
    assert_eq!(
        (&shown["state"], &shown["merged"]),
        (&json!("closed"), &json!(false))
    );
    let again = bench
        .write(Method::DELETE, "/git/refs/heads/fix", &json!({}))
        .await;
    assert_eq!(again.told(), (422, "Reference does not exist".to_owned()));
    bench
        .write(Method::DELETE, "/git/refs/heads/trunk", &json!({}))
        .await
        .expect(422);
}

#[tokio::test]
async fn an_empty_repository_says_so_and_takes_a_first_file() {
    let options = Options {
        files: Vec::new(),
        ..Options::default()
    };
    let bench = Bench::with(options).await;
    for below in [
        "/git/ref/heads/trunk",
        "/git/trees/trunk",
        "/git/matching-refs/heads/",
    ] {
        let said = bench.get(below).await;
        assert_eq!(
            said.told(),
            (409, "Git Repository is empty.".to_owned()),
            "{below}"
        );
    }
    let said = bench.post("/git/blobs", json!({ "content": "x" })).await;
    assert_eq!(said.status, 409);
    let body = json!({ "message": "first", "content": "eA==" });
    bench
        .write(Method::PUT, "/contents/a.txt", &body)
        .await
        .expect(201);
    assert_eq!(
        bench.fake.repository().content("trunk", "a.txt"),
        Some(b"x".as_slice())
    );
}
