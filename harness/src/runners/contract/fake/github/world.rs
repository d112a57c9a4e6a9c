//! What the operations act on: the repository, the account behind the token, and where all of it is shown.

use super::repository::Repository;
use std::collections::BTreeMap;

/// The account that the token belongs to.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) login: String,
    pub(super) token: String,
    pub(super) revoked: bool,
}

/// Where clients see the fake.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// The root of the API.
    pub(super) api: String,
    /// The root of the pages for people.
    pub(super) web: String,
}

/// The state that operations read and change.
#[derive(Debug)]
pub(super) struct World {
    pub(super) repository: Repository,
    pub(super) account: Account,
    pub(super) site: Site,
    /// Who may be asked for a review.
    pub(super) collaborators: Vec<String>,
    pub(super) teams: Vec<String>,
    /// Above so many entries a tree is answered in part.
    pub(super) tree_limit: usize,
    pub(super) delays: Delays,
}

/// What lists and searches do not know yet.
#[derive(Debug, Default)]
pub(super) struct Delays {
    /// A new pull request is missing from so many searches.
    pub(super) search_lag: u32,
    /// Calls of the list from which a pull request is still missing.
    pub(super) list: BTreeMap<u64, u32>,
    /// Searches from which a pull request is still missing.
    pub(super) search: BTreeMap<u64, u32>,
}

impl Delays {
    /// The pull requests that this call does not know; each call counts.
    pub(super) fn unknown(waiting: &mut BTreeMap<u64, u32>) -> Vec<u64> {
        let numbers = waiting.keys().copied().collect();
        waiting.retain(|_, left| {
            *left -= 1;
            *left > 0
        });
        numbers
    }

    /// Keeps a pull request from so many calls.
    pub(super) fn hide(waiting: &mut BTreeMap<u64, u32>, number: u64, calls: u32) {
        if calls > 0 {
            waiting.insert(number, calls);
        }
    }
}

impl World {
    /// The number that an account has for the time of the fake: the same name, the same number.
    pub(super) fn account_id(login: &str) -> u64 {
        let letters = login.to_ascii_lowercase();
        let step = |sum: u64, byte: u8| (sum * 31 + u64::from(byte)) % 90_000_000;
        1_000 + letters.bytes().fold(7, step)
    }

    /// The mail address that stands for an account in commits.
    pub(super) fn address(login: &str) -> String {
        format!(
            "{}+{login}@users.noreply.github.com",
            Self::account_id(login)
        )
    }

    /// The address of something in the repository.
    pub(super) fn api(&self, below: &str) -> String {
        format!(
            "{}/repos/{}{below}",
            self.site.api,
            self.repository.full_name()
        )
    }

    /// The page of something in the repository.
    pub(super) fn page(&self, below: &str) -> String {
        format!("{}/{}{below}", self.site.web, self.repository.full_name())
    }
}

/// A path or name as it stands in an address: everything but unreserved characters and `/` is escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_hidden_for_so_many_calls() {
        let mut waiting = BTreeMap::new();
        Delays::hide(&mut waiting, 7, 2);
        Delays::hide(&mut waiting, 8, 0);
        assert_eq!(Delays::unknown(&mut waiting), [7]);
        assert_eq!(Delays::unknown(&mut waiting), [7]);
        assert!(Delays::unknown(&mut waiting).is_empty());
    }

    #[test]
    fn addresses_are_escaped() {
        assert_eq!(escaped("dir/ä ?#.md"), "dir/%C3%A4%20%3F%23.md");
    }
}
