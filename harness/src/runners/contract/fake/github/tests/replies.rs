//! The replies R1 to R20 of the contract, each over the wire and none with an effect.

use super::{Bench, Said, proposed};
use serde_json::{Value, json};

async fn met(bench: &Bench, word: &str) -> Said {
    bench.incident("pulls/create", 1, word);
    let said = bench.post("/pulls", proposed("fix")).await;
    assert_eq!(bench.pulls(), 0, "{word} had an effect");
    said
}

async fn bench() -> Bench {
    let bench = Bench::start().await;
    bench.proposal("fix", &[("a", b"1")]).await;
    bench
}

#[tokio::test]
async fn plain_refusals_are_word_for_word() {
    let bench = bench().await;
    for (word, status, message) in [
        ("r1", 401, "Bad credentials"),
        ("r2", 403, "Resource not accessible by integration"),
        (
            "r2:pat",
            403,
            "Resource not accessible by personal access token",
        ),
        (
            "r3",
            403,
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        ),
        (
            "r3:429",
            429,
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        ),
        (
            "r3:content",
            403,
            "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.",
        ),
        (
            "r3:abuse",
            403,
            "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.",
        ),
        ("r5", 404, "Not Found"),
        ("r9", 422, "Reference already exists"),
        ("r10", 422, "Update is not a fast forward"),
        ("r11", 422, "Reference does not exist"),
        ("r12", 422, "Reference update failed"),
        ("r13", 409, "Git Repository is empty."),
        (
            "r15",
            422,
            "Repository rule violations found\n\nChanges must be made through a pull request.\n\n",
        ),
        (
            "r15:409",
            409,
            "Repository rule violations found\n\nChanges must be made through a pull request.\n\n",
        ),
        ("r18", 400, "Problems parsing JSON"),
        ("r20:absent", 422, "Validation Failed"),
    ] {
        let said = met(&bench, word).await;
        assert_eq!(said.told(), (status, message.to_owned()), "{word}");
        assert_eq!(said.json().get("errors"), None, "{word}");
        assert!(
            said.json()["documentation_url"]
                .as_str()
                .unwrap()
                .starts_with("https://docs.github.com")
        );
    }
    for word in ["r2", "r2:pat"] {
        let said = met(&bench, word).await;
        assert_eq!(
            said.header("x-accepted-github-permissions"),
            "contents=write"
        );
    }
    for word in ["r3", "r3:429"] {
        let said = met(&bench, word).await;
        // More is left, and no time is named: that is the trap.
        assert_ne!(said.header("x-ratelimit-remaining"), "0");
        assert_eq!(said.header("retry-after"), "");
    }
}

#[tokio::test]
async fn a_used_up_quota_says_when_it_is_full_again() {
    let bench = bench().await;
    for (word, status) in [("r4", 403), ("r4:429", 429)] {
        let said = met(&bench, word).await;
        assert_eq!(said.status, status);
        assert!(
            said.told()
                .1
                .starts_with("API rate limit exceeded for user ID 9535539.")
        );
        assert!(said.told().1.contains(said.header("x-github-request-id")));
        assert_eq!(said.header("x-ratelimit-remaining"), "0");
        assert!(said.header("x-ratelimit-reset").parse::<u64>().is_ok());
        assert_eq!(said.header("retry-after"), "");
    }
}

#[tokio::test]
async fn lists_of_errors_have_their_form() {
    let bench = bench().await;
    let resource = "PullRequest";
    for (word, errors) in [
        (
            "r6",
            json!([{ "resource": resource, "code": "custom", "message": "A pull request already exists for octo:fix." }]),
        ),
        (
            "r7",
            json!([{ "resource": resource, "field": "head", "code": "invalid" }]),
        ),
        (
            "r8",
            json!([{ "resource": resource, "code": "custom", "message": "No commits between trunk and fix" }]),
        ),
        (
            "r20",
            json!(["Head branch is protected", "Base branch is protected"]),
        ),
        (
            "r20:object",
            json!({ "resource": resource, "field": "head", "code": "invalid", "message": "Head branch is protected" }),
        ),
    ] {
        let said = met(&bench, word).await.expect(422);
        assert_eq!(
            (&said["message"], &said["errors"]),
            (&json!("Validation Failed"), &errors),
            "{word}"
        );
    }
    let said = met(&bench, "r19").await.expect(422);
    let message = said["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("Could not resolve to a node"),
        "{message}"
    );
    let said = met(&bench, "r20:no-message").await.expect(422);
    assert_eq!(said.get("message"), None);
    let said = met(&bench, "r20:not-json").await;
    assert_eq!(said.status, 422);
    assert!(serde_json::from_str::<Value>(&said.text).is_err());
}

#[tokio::test]
async fn servers_that_fail_say_little() {
    let bench = bench().await;
    let said = met(&bench, "r16").await;
    assert_eq!((said.status, said.text.as_str()), (500, ""));
    let said = met(&bench, "r16:502").await;
    assert_eq!(
        (said.status, said.header("content-type")),
        (502, "text/html")
    );
    assert!(said.text.contains("Unicorn"));
    let said = met(&bench, "r16:503").await.expect(503);
    assert!(said["code"].is_string() && said["message"].is_string());
    let said = met(&bench, "r18:agent").await;
    assert_eq!(said.status, 403);
    met(&bench, "r18:version").await.expect(400);
}

#[tokio::test]
async fn what_moved_leads_to_its_number_or_elsewhere() {
    let bench = bench().await;
    for (word, status) in [("r17", 301), ("r17:302", 302), ("r17:307", 307)] {
        let said = met(&bench, word).await;
        let wanted = format!("{}/repositories/1296269/pulls", bench.fake.api_url());
        assert_eq!(
            (said.status, said.header("location")),
            (status, wanted.as_str())
        );
        assert_eq!(said.json()["url"], json!(wanted));
    }
    let said = met(&bench, "r17:to=http://127.0.0.9:1/x").await;
    assert_eq!(
        (said.status, said.header("location")),
        (301, "http://127.0.0.9:1/x")
    );
}

#[tokio::test]
async fn a_stale_hash_names_its_path() {
    let bench = Bench::start().await;
    bench.incident("repos/create-or-update-file-contents", 1, "r14");
    let body = json!({ "message": "m", "content": "" });
    let said = bench
        .write(reqwest::Method::PUT, "/contents/a/b", &body)
        .await;
    assert!(
        said.told().1.starts_with("a/b does not match "),
        "{}",
        said.text
    );
    assert_eq!(said.status, 409);
}
