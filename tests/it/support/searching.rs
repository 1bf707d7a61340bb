//! Searches, with results that are easy to compare.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Reply, User};

impl User {
    /// Searches for a text, escaped as browsers do.
    pub async fn search(&self, text: &str) -> Reply {
        self.get(&format!("/api/use-cases/search?searchText={}", escape(text))).await
    }

    /// Searches for users who are not in a group.
    pub async fn search_outside(&self, group: &str, text: &str) -> Reply {
        self.get(&format!("/api/use-cases/search-users?groupId={group}&searchText={}", escape(text))).await
    }

    /// The results of a search: see [`labels`].
    pub async fn finds(&self, text: &str) -> Vec<String> {
        labels(&self.search(text).await.expect(200))
    }

    /// The body of the response to a GET whose target is sent unchanged.
    pub async fn get_raw(&self, target: &str) -> Value {
        let mut tcp = TcpStream::connect(self.base()).await.expect("the server listens");
        let token = &self.token;
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: bearer {token}\r\nConnection: close\r\n\r\n"
        );
        tcp.write_all(request.as_bytes()).await.expect("the server reads");
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).await.expect("the server answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("headers and a body");
        serde_json::from_str(body).expect("the body is JSON")
    }
}

/// The results: users as `First Last`, groups as `#name`.
pub fn labels(body: &Value) -> Vec<String> {
    let rows = body["data"].as_array().expect("rows");
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let label = |row: &Value| match row["groupName"].as_str() {
        Some(name) => format!("#{name}"),
        None => format!("{} {}", text(row, "firstName"), text(row, "lastName")).trim_end().to_owned(),
    };
    rows.iter().map(label).collect()
}

/// Percent-encodes everything except letters and digits.
fn escape(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
