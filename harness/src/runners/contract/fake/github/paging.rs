//! Pages of lists: 30 rows, at most 100, and the `link` header (RFC 8288) that leads to the others.

use super::reply::Reply;
use super::request::Request;
use super::world::World;
use url::form_urlencoded::Serializer;

const DEFAULT_SIZE: usize = 30;
const MOST: usize = 100;

/// One page.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) rows: Vec<T>,
    link: Option<String>,
}

/// The page that a request asks for.
pub(super) fn page<T: Clone>(world: &World, request: &Request, all: &[T]) -> Page<T> {
    let asked = |name: &str| {
        request
            .query(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let size = asked("per_page")
        .filter(|size| *size > 0)
        .unwrap_or(DEFAULT_SIZE)
        .min(MOST);
    let number = asked("page").unwrap_or(1).max(1);
    let last = all.len().div_ceil(size).max(1);
    let rows = all
        .iter()
        .skip((number - 1).saturating_mul(size))
        .take(size);
    Page {
        rows: rows.cloned().collect(),
        link: link(world, request, number, last),
    }
}

impl<T> Page<T> {
    /// The reply with the way to the other pages.
    pub(super) fn linked(&self, reply: Reply) -> Reply {
        match &self.link {
            Some(link) => reply.with("link", link),
            None => reply,
        }
    }
}

fn link(world: &World, request: &Request, number: usize, last: usize) -> Option<String> {
    let mut ways = Vec::new();
    if number > 1 {
        ways.push(("prev", (number - 1).min(last)));
    }
    if number < last {
        ways.extend([("next", number + 1), ("last", last)]);
    }
    if number > 1 {
        ways.push(("first", 1));
    }
    let way =
        |(rel, to): &(&str, usize)| format!("<{}>; rel=\"{rel}\"", address(world, request, *to));
    (!ways.is_empty()).then(|| ways.iter().map(way).collect::<Vec<_>>().join(", "))
}

/// The same list at another page; of a repository by its number, as GitHub writes it.
fn address(world: &World, request: &Request, to: usize) -> String {
    let segments = request.segments.clone().unwrap_or_default();
    let path = match super::operation::repository(&segments) {
        Some((_, rest)) => format!("repositories/{}/{}", world.repository.id, rest.join("/")),
        None => segments.join("/"),
    };
    let mut query = Serializer::new(String::new());
    for (name, value) in request.query.iter().filter(|(name, _)| name != "page") {
        query.append_pair(name, value);
    }
    query.append_pair("page", &to.to_string());
    format!("{}/{path}?{}", world.site.api, query.finish())
}
