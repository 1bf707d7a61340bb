//! What a page may do in a browser: run and look like what stands in it, and nothing else.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// The policy of what is no page.
pub(super) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The Content-Security-Policy of a page. Its inline scripts and styles are allowed one by one, by their hashes, files
/// only if it names some, calls to this server only if it runs anything. Whatever else finds its way into the page
/// stays dead.
pub(super) fn of(page: &str) -> String {
    let (scripts, styles) = (sources(page, "script"), sources(page, "style"));
    let calls = if scripts == NONE { NONE } else { "'self'" };
    format!(
        "default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; manifest-src 'self'; \
         connect-src {calls}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The Content-Security-Policy of the web client, which is made of files alone. Its WebSocket is named by the server's
/// own name as well: not every browser counts `ws:` to `'self'`.
pub(super) fn of_client(host: Option<&str>) -> String {
    let socket = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{socket}; \
         manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

const NONE: &str = "'none'";

/// Where the page's elements of this name come from, as the policy words it.
fn sources(page: &str, name: &str) -> String {
    let mut sources: Vec<_> = elements(page).into_iter().filter(|element| element.name == name).map(source).collect();
    if name == "style" && page.contains("rel=\"stylesheet\"") {
        sources.push("'self'".into());
    }
    if sources.is_empty() { NONE.into() } else { sources.join(" ") }
}

fn source(element: Element) -> String {
    if element.attributes.contains(" src=") {
        return "'self'".into();
    }
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(element.content)))
}

/// A script or a style of a page.
#[derive(Debug, PartialEq)]
struct Element<'a> {
    name: &'static str,
    attributes: &'a str,
    content: &'a str,
}

/// The scripts and styles in order. As for browsers, an element ends at the first end tag of its name, and until then
/// everything is its content, tags of other names included.
fn elements(page: &str) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut rest = page;
    loop {
        let starts = ["script", "style"].into_iter().filter_map(|name| Some((rest.find(&format!("<{name}"))?, name)));
        let Some((start, name)) = starts.min() else { return found };
        let Some((attributes, content)) = rest[start + 1 + name.len()..].split_once('>') else { return found };
        let Some((content, after)) = content.split_once(&format!("</{name}>")) else { return found };
        found.push(Element { name, attributes, content });
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    fn directive(policy: &str, name: &str) -> String {
        let mut directives = policy.split("; ").filter_map(|directive| directive.split_once(' '));
        directives.find(|(known, _)| *known == name).expect("the directive is there").1.to_owned()
    }

    #[test]
    fn inline_elements_are_allowed_by_their_hashes() {
        let policy = of("<style>p{}</style><script charset=utf-8>alert('<style>no</style>')</script>");
        // As `openssl dgst -sha256 -binary | base64` makes them.
        assert_eq!(directive(&policy, "style-src"), "'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='");
        assert_eq!(directive(&policy, "script-src"), "'sha256-R4eBpdvVk/p8sbt6cXLbF2EyquQi3paGvg+REecyP80='");
        assert_eq!(directive(&policy, "connect-src"), "'self'");
    }

    #[test]
    fn files_are_allowed_to_pages_that_name_some() {
        let policy = of(r#"<link rel="stylesheet" href="/a.css"><script type="module" src="/a.js"></script>"#);
        assert_eq!((&*directive(&policy, "style-src"), &*directive(&policy, "script-src")), ("'self'", "'self'"));
    }

    #[test]
    fn a_page_without_scripts_runs_and_calls_nothing() {
        let policy = of("<p>Nothing</p>");
        for name in ["script-src", "style-src", "connect-src"] {
            assert_eq!(directive(&policy, name), "'none'");
        }
    }
}
