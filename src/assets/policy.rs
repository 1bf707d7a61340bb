//! What a page may do in a browser: run and look like what stands in it, call this server, and nothing else.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

const NONE: &str = "'none'";
/// The policy of what is no page.
pub(super) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The Content-Security-Policy of a page that is made of itself alone. Its scripts and styles are allowed one by one, by
/// their hashes, calls to this server only if it runs anything; whatever else finds its way into the page stays dead.
pub(super) fn of(page: &str) -> String {
    let (scripts, styles) = (sources(page, "script"), sources(page, "style"));
    let calls = if scripts == NONE { NONE } else { "'self'" };
    format!(
        "default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; connect-src {calls}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
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

/// The hashes of the page's elements of this name, as the policy words them.
fn sources(page: &str, name: &str) -> String {
    let hash = |content: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(content)));
    let hashes: Vec<_> =
        inline(page).into_iter().filter(|(kind, _)| *kind == name).map(|(_, text)| hash(text)).collect();
    if hashes.is_empty() { NONE.into() } else { hashes.join(" ") }
}

/// The inline scripts and styles with their contents. As for browsers, an element ends at the first end tag of its
/// name, and until then everything is its content, tags of other names included.
fn inline(page: &str) -> Vec<(&'static str, &str)> {
    let mut found = Vec::new();
    let mut rest = page;
    loop {
        let starts = ["script", "style"].into_iter().filter_map(|name| Some((rest.find(&format!("<{name}"))?, name)));
        let Some((start, name)) = starts.min() else { return found };
        let Some((_, content)) = rest[start..].split_once('>') else { return found };
        let Some((content, after)) = content.split_once(&format!("</{name}>")) else { return found };
        found.push((name, content));
        rest = after;
    }
}
