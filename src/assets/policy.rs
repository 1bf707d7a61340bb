//! Content security policies: what a page may load, run and connect to.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

const NONE: &str = "'none'";
/// The policy for anything but pages.
pub(super) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The policy of a self-contained page. Allows only its inline scripts and styles, by their hashes, and connections to
/// this server if it has scripts. Anything injected into the page is blocked.
pub(super) fn of(page: &str) -> String {
    let (scripts, styles) = (sources(page, "script"), sources(page, "style"));
    let calls = if scripts == NONE { NONE } else { "'self'" };
    format!(
        "default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; connect-src {calls}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The policy of the web client, which consists of files only. Names the server's own host for the WebSocket, because
/// not every browser includes `ws:` in `'self'`.
pub(super) fn of_client(host: Option<&str>) -> String {
    let socket = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{socket}; \
         manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The hashes of the page's inline elements of this name, in the policy's syntax.
fn sources(page: &str, name: &str) -> String {
    let hash = |content: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(content)));
    let hashes: Vec<_> =
        inline(page).into_iter().filter(|(kind, _)| *kind == name).map(|(_, text)| hash(text)).collect();
    if hashes.is_empty() { NONE.into() } else { hashes.join(" ") }
}

/// The inline scripts and styles with their contents. As in browsers, an element ends at the first end tag of its name;
/// everything before is its content, including other tags.
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
