//! Web origins that may call the server. Compared as browsers do, by scheme, host and port.

use url::{Position, Url};

/// Allows every origin.
const ANY: &str = "*";

/// The allowed origins.
#[derive(Debug, Clone)]
pub struct Origins {
    any: bool,
    listed: Vec<String>,
}

impl Origins {
    /// Parses the configured origins and ignores invalid ones.
    pub fn of(configured: &[String]) -> Self {
        let any = configured.iter().any(|origin| origin == ANY);
        Self { any, listed: configured.iter().filter_map(|origin| normal(origin)).collect() }
    }

    /// Whether pages of this origin may call a server addressed by this `Host`. The server's own origin always may.
    pub fn allow(&self, origin: &str, host: Option<&str>) -> bool {
        if self.any {
            return true;
        }
        let Some(origin) = normal(origin) else { return false };
        // Hearth does not know whether a proxy in front of it uses HTTPS, so it assumes the page's scheme.
        let own = host.and_then(|host| normal(&format!("{}://{host}", origin.split_once("://")?.0)));
        own.as_ref() == Some(&origin) || self.listed.contains(&origin)
    }
}

/// Whether this is a valid value of the configuration.
pub(super) fn is_valid(origin: &str) -> bool {
    origin == ANY || normal(origin).is_some()
}

/// Scheme, host and port as browsers write them: lower case, punycode, no default port. `None` if it is not an origin.
fn normal(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok().filter(|_| !origin.ends_with(['/', '?', '#']))?;
    let is_bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    // Apps have schemes of their own, such as `capacitor://localhost`, which also have a host.
    let host = url.host_str().filter(|host| is_bare && !host.is_empty() && !host.contains('*'))?;
    let port = &url[Position::AfterHost..Position::AfterPort];
    Some(format!("{}://{}{port}", url.scheme(), host.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_compared_as_browsers_do() {
        for (written, expected) in [
            ("https://Chat.Example.ORG", "https://chat.example.org"),
            ("HTTPS://chat.example.org:443", "https://chat.example.org"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://[::1]:3001", "http://[::1]:3001"),
            ("https://чат.рф", "https://xn--80a0bn.xn--p1ai"),
            ("capacitor://Localhost", "capacitor://localhost"),
        ] {
            assert_eq!(normal(written).as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn an_invalid_origin_is_none() {
        for written in [
            "",
            "null",
            "chat.example.org",
            "https://",
            "https://a.example/",
            "https://a.example/chat",
            "https://a@b.example",
            "https://a.example?x",
            "https://a.example#x",
            "https://a b",
            "https://*.example.org",
            "data:text/html,x",
            "://x",
        ] {
            assert!(!is_valid(written), "{written}");
        }
    }

    #[test]
    fn the_servers_own_origin_is_always_allowed() {
        let origins = Origins::of(&["https://other.example".into()]);
        assert!(origins.allow("https://other.example", Some("chat.example.org")));
        assert!(origins.allow("https://chat.example.org", Some("Chat.Example.org:443")));
        assert!(origins.allow("http://localhost:3001", Some("localhost:3001")));
        for (origin, host) in [
            ("https://chat.example.org:8443", Some("chat.example.org")),
            ("https://evil.example", Some("chat.example.org")),
            ("null", Some("null")),
            ("https://chat.example.org", None),
        ] {
            assert!(!origins.allow(origin, host), "{origin}");
        }
        assert!(Origins::of(&["*".into()]).allow("null", None));
    }
}
