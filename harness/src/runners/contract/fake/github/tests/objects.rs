//! Blobs, trees and commits: every byte stays, and nothing else changes.

use super::super::Options;
use super::Bench;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn every_byte_stays() {
    let bench = Bench::start().await;
    let all: Vec<u8> = (0..=255).collect();
    let contents: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("crlf", b"a\r\nb"),
        ("emoji", "🦀\n".as_bytes()),
        ("bytes", &all),
        ("long", &vec![7; 1024 * 1024 + 1]),
    ];
    bench.proposal("bytes", &contents).await;
    let repository = bench.fake.repository();
    for (path, content) in contents {
        assert_eq!(repository.content("bytes", path), Some(content), "{path}");
        let blob = repository.files("bytes")[path].id;
        let shown = bench.get(&format!("/git/blobs/{blob}")).await.expect(200);
        let text = shown["content"].as_str().unwrap().replace('\n', "");
        assert_eq!(STANDARD.decode(text).unwrap(), content, "{path}");
        let raw = bench.request(Method::GET, &format!("/repos/octo/hello/git/blobs/{blob}"));
        let raw = bench
            .send(raw.header("accept", "application/vnd.github.raw+json"))
            .await;
        let length = content.len().to_string();
        assert_eq!(
            (raw.status, raw.header("content-length")),
            (200, length.as_str()),
            "{path}"
        );
    }
    let wrong = json!({ "content": "%%%", "encoding": "base64" });
    bench.post("/git/blobs", wrong).await.expect(422);
    bench
        .get(&format!("/git/blobs/{}", "0".repeat(40)))
        .await
        .expect(404);
}

#[tokio::test]
async fn a_tree_is_another_one_and_its_changes() {
    let bench = Bench::start().await;
    bench.fake.change(|repository| {
        repository.push(
            "trunk",
            &[("a/x", Some(b"1")), ("a/y", Some(b"2")), ("b", Some(b"3"))],
        )
    });
    let trunk = bench.get("/git/trees/trunk?recursive=1").await.expect(200);
    let sha = trunk["sha"].clone();
    let paths = |shown: &serde_json::Value| -> Vec<String> {
        let rows = shown["tree"].as_array().unwrap().iter();
        rows.map(|row| {
            format!(
                "{} {}",
                row["mode"].as_str().unwrap(),
                row["path"].as_str().unwrap()
            )
        })
        .collect()
    };
    let whole = [
        "100644 README.md",
        "040000 a",
        "100644 a/x",
        "100644 a/y",
        "100644 b",
    ];
    assert_eq!(paths(&trunk).len(), whole.len());
    let changes = json!([
        { "path": "a/x", "mode": "100644", "type": "blob", "sha": null },
        { "path": "b", "mode": "100755", "type": "blob", "content": "new\n" },
        { "path": "l", "mode": "120000", "type": "blob", "content": "b" },
    ]);
    let made = bench
        .post("/git/trees", json!({ "base_tree": sha, "tree": changes }))
        .await
        .expect(201);
    let shown = bench
        .get(&format!(
            "/git/trees/{}?recursive=true",
            made["sha"].as_str().unwrap()
        ))
        .await;
    let mut found = paths(&shown.expect(200));
    found.sort();
    let mut wanted = [
        "040000 a",
        "100644 README.md",
        "100644 a/y",
        "100755 b",
        "120000 l",
    ];
    wanted.sort();
    assert_eq!(found, wanted);
    // Without a base everything else is gone.
    let alone =
        json!({ "tree": [{ "path": "z", "mode": "100644", "type": "blob", "content": "z" }] });
    let alone = bench.post("/git/trees", alone).await.expect(201);
    assert_eq!(alone["tree"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_tree_is_refused() {
    let bench = Bench::start().await;
    let blob = bench
        .post("/git/blobs", json!({ "content": "x" }))
        .await
        .expect(201);
    let entry = |path: &str, more: serde_json::Value| {
        let mut entry = json!({ "path": path, "mode": "100644", "type": "blob" });
        for (name, value) in more.as_object().unwrap() {
            entry[name] = value.clone();
        }
        json!({ "tree": [entry] })
    };
    let sha = json!({ "sha": blob["sha"] });
    for body in [
        entry("../x", sha.clone()),
        entry("/etc/x", sha.clone()),
        entry(".git/config", sha.clone()),
        entry("a//b", sha.clone()),
        entry("x", json!({ "sha": "0".repeat(40) })),
        entry("x", json!({ "sha": blob["sha"], "content": "y" })),
        entry("x", json!({})),
        entry("not/there", json!({ "sha": null })),
        entry("x", json!({ "sha": blob["sha"], "mode": "100600" })),
        entry("x", json!({ "sha": blob["sha"], "type": "tree" })),
        json!({ "tree": [] }),
        json!({ "tree": entry("x", sha)["tree"], "base_tree": "0".repeat(40) }),
    ] {
        bench.post("/git/trees", body).await.expect(422);
    }
}

#[tokio::test]
async fn a_tree_over_the_limit_is_answered_in_part() {
    let options = Options {
        tree_limit: 3,
        ..Options::default()
    };
    let bench = Bench::with(options).await;
    let names: Vec<String> = (0..5).map(|n| format!("f{n}")).collect();
    let changes: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), Some(b"x".as_slice())))
        .collect();
    bench
        .fake
        .change(|repository| repository.push("trunk", &changes));
    let shown = bench.get("/git/trees/trunk?recursive=1").await.expect(200);
    assert_eq!(shown["truncated"], true);
    assert_eq!(shown["tree"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_commit_has_its_people_and_its_parents() {
    let bench = Bench::start().await;
    let tip = bench.tip("trunk").await;
    let commit = bench.get(&format!("/git/commits/{tip}")).await.expect(200);
    let body = json!({
        "message": "Why\n\n  because é", "tree": commit["tree"]["sha"], "parents": [tip],
        "author": { "name": "Ann", "email": "ann@example.com", "date": "2008-07-09T16:13:30+12:00" },
        "signature": "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----",
    });
    let made = bench.post("/git/commits", body).await.expect(201);
    assert_eq!(made["author"]["date"], "2008-07-09T04:13:30Z");
    assert_eq!(made["committer"]["name"], "Ann");
    assert_eq!(made["parents"][0]["sha"], json!(tip));
    assert_eq!(made["verification"]["reason"], "unknown_key");
    let sha = made["sha"].as_str().unwrap();
    assert_eq!(
        bench.get(&format!("/commits/{sha}")).await.expect(200)["files"],
        json!([])
    );
    // The account of the token stands for whoever is not named.
    let body = json!({ "message": "m", "tree": commit["tree"]["sha"], "parents": [] });
    let made = bench.post("/git/commits", body).await.expect(201);
    assert_eq!(made["author"]["name"], "proofhouse-bot");
    for (member, value) in [
        ("tree", json!("0".repeat(40))),
        ("parents", json!(["abc"])),
        ("author", json!({ "name": "<>", "email": "e@x" })),
        (
            "author",
            json!({ "name": "A", "email": "e@x", "date": "soon" }),
        ),
    ] {
        let mut body = json!({ "message": "m", "tree": commit["tree"]["sha"], "parents": [tip] });
        body[member] = value;
        bench.post("/git/commits", body).await.expect(422);
    }
}

#[tokio::test]
async fn what_was_written_is_a_repository_of_git() {
    let bench = Bench::start().await;
    let files: [(&str, &[u8]); 2] = [("dir/ä ?.md", b"x\n"), ("README.md", b"new\n")];
    let sha = bench
        .proposal("fix/a b#1".replace(' ', "-").as_str(), &files)
        .await;
    bench
        .post("/pulls", super::proposed("fix/a-b#1"))
        .await
        .expect(201);
    let folder = tempfile::tempdir().unwrap();
    bench.fake.repository().export(folder.path()).unwrap();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.args(["-c", "safe.directory=*", "-c", "core.quotePath=false", "-C"]);
        let output = command.arg(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(
        git(&["fsck", "--strict", "--no-dangling", "--no-progress"]),
        ""
    );
    assert_eq!(git(&["rev-parse", "refs/pull/1/head"]), format!("{sha}\n"));
    let told = git(&["diff", "--name-status", "trunk", "refs/pull/1/head"]);
    assert_eq!(told, "M\tREADME.md\nA\tdir/ä ?.md\n");
}
