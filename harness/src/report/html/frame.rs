//! The page around everything: head, policy, skip link, navigation, footer.
//!
//! The policy allows nothing but this one style sheet, named by its digest: no script, no picture,
//! no font, no connection (CSP level 3, `style-src` with a hash).

use super::markup::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");

/// One part of a page.
pub(crate) struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// HTML below the heading.
    pub body: String,
}

/// A page of sections.
pub(crate) struct Page {
    /// The window's title.
    pub title: String,
    /// Above all sections: HTML with the one `h1`.
    pub top: String,
    /// In order; those without a body are left out.
    pub sections: Vec<Section>,
    /// Below everything; HTML.
    pub foot: String,
}

/// The whole document.
pub(crate) fn document(page: &Page) -> String {
    let sections: Vec<&Section> = page
        .sections
        .iter()
        .filter(|s| !s.body.is_empty())
        .collect();
    let links: String = sections.iter().map(|section| link(section)).collect();
    let bodies: String = sections.iter().map(|section| body(section)).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the verdict</a>\n\
         <header><p>Proofhouse</p><nav aria-label=\"Sections\"><ul>{links}</ul></nav></header>\n\
         <main id=\"main\">\n{}{bodies}</main>\n<footer>{}</footer>\n</body>\n</html>\n",
        policy(),
        text(&page.title),
        page.top,
        page.foot
    )
}

fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

fn link(section: &Section) -> String {
    let title = text(&section.title);
    format!("<li><a href=\"#{}\">{title}</a></li>", section.id)
}

fn body(section: &Section) -> String {
    let (id, title) = (section.id, text(&section.title));
    let body = &section.body;
    format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{body}</section>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_style_that_is_there_and_nothing_else() {
        let page = document(&Page {
            title: "a <b>".into(),
            top: "<h1>a</h1>".into(),
            sections: vec![],
            foot: String::new(),
        });
        let (_, rest) = page.split_once("<style>").unwrap_or_default();
        let (style, _) = rest.split_once("</style>").unwrap_or_default();
        let digest = STANDARD.encode(Sha256::digest(style));
        assert!(page.contains(&format!("style-src 'sha256-{digest}'")));
        assert!(page.contains("default-src 'none'") && page.contains("<title>a &lt;b&gt;</title>"));
        // Names of suites and services stay whole: a table is scrolled, and the page is not.
        assert!(style.contains("th,td,table code{overflow-wrap:break-word}"));
        assert!(style.contains(".scroll{overflow-x:auto}"));
        for word in ["unsafe", "http://", "https://", "url(", "@import"] {
            assert!(!page.contains(word), "{word}");
        }
    }
}
