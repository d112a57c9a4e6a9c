//! Whoever adds an operation, a reply or a kind of incident writes it down for the people who use it.

use super::super::Operation;
use super::super::wrong::TABLE;

#[test]
fn every_operation_reply_and_kind_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/howto/fake-github.md");
    let page = std::fs::read_to_string(path).unwrap();
    let words = TABLE.iter().map(|wrong| wrong.word);
    for word in Operation::known().into_iter().chain(words) {
        assert!(
            page.contains(&format!("`{word}`")),
            "{word} is not documented"
        );
    }
    for kind in super::super::kind::OTHERS {
        let word = kind.split(['[', '{', '=']).next().unwrap();
        assert!(page.contains(word), "{kind} is not documented");
    }
}
