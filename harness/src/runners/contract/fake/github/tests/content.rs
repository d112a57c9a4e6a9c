//! Files by their path.

use super::Bench;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

fn put(content: &[u8], more: Value) -> Value {
    let mut body = json!({ "message": "write", "content": STANDARD.encode(content) });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn the_way_of_contents_makes_the_same_pull_request() {
    let bench = Bench::start().await;
    let tip = bench.tip("trunk").await;
    bench
        .post("/git/refs", json!({ "ref": "refs/heads/fix", "sha": tip }))
        .await
        .expect(201);
    let path = "/contents/dir/%C3%A4%20%3F.md";
    let body = put(b"x\r\n", json!({ "branch": "fix" }));
    let made = bench.write(Method::PUT, path, &body).await.expect(201);
    assert_eq!(made["content"]["path"], "dir/ä ?.md");
    assert_eq!(made["commit"]["parents"][0]["sha"], json!(tip));
    let readme = bench.get("/contents/README.md?ref=fix").await.expect(200);
    let body = put(b"new\n", json!({ "branch": "fix", "sha": readme["sha"] }));
    bench
        .write(Method::PUT, "/contents/README.md", &body)
        .await
        .expect(200);
    let pull = bench
        .post("/pulls", super::proposed("fix"))
        .await
        .expect(201);
    assert_eq!(
        (&pull["commits"], &pull["changed_files"]),
        (&json!(2), &json!(2))
    );
    let repository = bench.fake.repository();
    assert_eq!(
        repository.content("fix", "dir/ä ?.md"),
        Some(b"x\r\n".as_slice())
    );
    assert_eq!(
        repository.content("fix", "README.md"),
        Some(b"new\n".as_slice())
    );
    assert_eq!(repository.tip("trunk").unwrap().to_string(), tip);
}

#[tokio::test]
async fn a_stale_hash_changes_nothing() {
    let bench = Bench::start().await;
    let before = bench.fake.repository().tip("trunk");
    let zeros = "0".repeat(40);
    for (path, more, status, told) in [
        ("README.md", json!({}), 422, "\"sha\" wasn't supplied."),
        (
            "README.md",
            json!({ "sha": zeros }),
            409,
            "README.md does not match",
        ),
        (
            "new.md",
            json!({ "sha": zeros }),
            409,
            "new.md does not match",
        ),
        (
            "new.md",
            json!({ "branch": "none" }),
            404,
            "Branch none not found",
        ),
        (".git/config", json!({}), 422, "malformed path component"),
        ("a//b", json!({}), 422, "malformed path component"),
    ] {
        let said = bench
            .write(Method::PUT, &format!("/contents/{path}"), &put(b"x", more))
            .await;
        let (saw, message) = said.told();
        assert_eq!(saw, status, "{path}: {message}");
        assert!(message.contains(told), "{path}: {message}");
    }
    let not_base64 = json!({ "message": "m", "content": "%" });
    bench
        .write(Method::PUT, "/contents/x", &not_base64)
        .await
        .expect(422);
    assert_eq!(bench.fake.repository().tip("trunk"), before);
}

#[tokio::test]
async fn files_folders_and_links_are_shown_as_they_are() {
    let bench = Bench::start().await;
    bench.fake.change(|repository| {
        repository.push("trunk", &[("a/x", Some(b"1\n")), ("a/b/y", Some(b"2\n"))])
    });
    let entries = json!([{ "path": "a/l", "mode": "120000", "type": "blob", "content": "x" }]);
    let tree = json!({ "base_tree": bench.tip("trunk").await, "tree": entries });
    let tree = bench.post("/git/trees", tree).await.expect(201);
    let commit =
        json!({ "message": "m", "tree": tree["sha"], "parents": [bench.tip("trunk").await] });
    let commit = bench.post("/git/commits", commit).await.expect(201);
    let moved = json!({ "sha": commit["sha"] });
    bench
        .write(Method::PATCH, "/git/refs/heads/trunk", &moved)
        .await
        .expect(200);
    let folder = bench.get("/contents/a").await.expect(200);
    let kinds: Vec<_> = folder
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["type"].clone())
        .collect();
    assert_eq!(kinds.len(), 3);
    assert!(kinds.contains(&json!("dir")) && kinds.contains(&json!("symlink")));
    assert_eq!(
        bench
            .get("/contents")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(bench.get("/contents/a/l").await.expect(200)["target"], "x");
    let raw = bench.request(Method::GET, "/repos/octo/hello/contents/a/x");
    let raw = bench
        .send(raw.header("accept", "application/vnd.github.raw+json"))
        .await;
    assert_eq!(raw.text, "1\n");
    bench.get("/contents/a/none").await.expect(404);
    bench.get("/contents/a?ref=none").await.expect(404);
}

#[tokio::test]
async fn a_file_is_deleted_by_its_hash() {
    let bench = Bench::start().await;
    let readme = bench.get("/contents/README.md").await.expect(200);
    let stale = json!({ "message": "m", "sha": "0".repeat(40) });
    bench
        .write(Method::DELETE, "/contents/README.md", &stale)
        .await
        .expect(409);
    let right = json!({ "message": "m", "sha": readme["sha"] });
    let said = bench
        .write(Method::DELETE, "/contents/README.md", &right)
        .await
        .expect(200);
    assert_eq!(said["content"], Value::Null);
    assert!(bench.fake.repository().files("trunk").is_empty());
    bench
        .write(Method::DELETE, "/contents/README.md", &right)
        .await
        .expect(404);
}
