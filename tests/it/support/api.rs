//! REST calls.

use std::sync::Arc;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{PASSWORD, User};

/// Calls REST, with a user's token or without.
#[derive(Clone)]
pub struct Api {
    http: Client,
    base: String,
    /// The servers of the cluster, if there are several.
    bases: Arc<[String]>,
    token: Option<String>,
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Reply {
    /// The body, if the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The message of a failure with this status.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        let body = self.expect(status);
        assert!(body["code"].is_string(), "a failure has a code: {body}");
        body["message"].as_str().expect("a failure has a message").to_owned()
    }

    /// The fields that an invalid request's response names.
    #[track_caller]
    pub fn faults(self) -> Vec<String> {
        let body = self.expect(400);
        let faults = body["errors"].as_array().expect("an invalid request's answer names the fields");
        faults.iter().map(|fault| fault["path"].as_str().expect("a fault has a path").to_owned()).collect()
    }
}

impl Api {
    /// Calls without a token to a server at `base`, such as `127.0.0.1:3001`.
    pub fn new(base: &str) -> Self {
        // Fails if another test of this process was first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { http: Client::new(), base: base.to_owned(), bases: Arc::default(), token: None }
    }

    /// The same calls to the first of several servers of a cluster.
    pub fn of_cluster(self, bases: Arc<[String]>) -> Self {
        Self { bases, ..self }
    }

    /// The same calls to the next server of the cluster.
    pub fn elsewhere(&self) -> Self {
        let place = self.bases.iter().position(|base| *base == self.base);
        let next = place.map(|place| self.bases[(place + 1) % self.bases.len()].clone());
        Self { base: next.unwrap_or_else(|| self.base.clone()), ..self.clone() }
    }

    /// The same calls with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Host and port.
    pub fn base(&self) -> &str {
        &self.base
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request = self.request(Method::GET, path);
        self.finish(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    /// The first line of the readiness probe, which must have this status.
    pub async fn readiness(&self, status: u16) -> String {
        let body = self.get("/readyz").await.expect(status);
        let first = body.as_str().and_then(|text| text.lines().next());
        first.expect("a probe says something").to_owned()
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None).await
    }

    /// A request to be completed by hand: odd headers, bodies that are not JSON.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("http://{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request made by hand; a body that is not JSON becomes a string.
    pub async fn finish(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a whole body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status, headers, body }
    }

    /// Sends bytes on a new connection, and reads until the server closes it.
    pub async fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.base).await.expect("the server listens");
        stream.write_all(request).await.expect("the server reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the server answers and closes");
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let request = self.request(method, path);
        self.finish(if let Some(body) = body { request.json(&body) } else { request }).await
    }

    /// Signs up `Name` with the email `name@example.org` and logs in.
    pub async fn sign_up(&self, name: &str) -> User {
        let email = format!("{}@example.org", name.to_lowercase());
        let new = json!({ "firstName": name, "lastName": "", "email": email, "password": PASSWORD });
        self.post("/api/auth/sing-up", new).await.expect(201);
        self.log_in(&email, PASSWORD).await
    }

    /// Logs in.
    pub async fn log_in(&self, email: &str, password: &str) -> User {
        let body = self.post("/api/auth/login", json!({ "email": email, "password": password })).await.expect(201);
        let text = |key: &str| body[key].as_str().expect("login returns strings").to_owned();
        let token = text("token");
        User { id: text("id"), name: text("firstName"), email: text("email"), api: self.with_token(&token), token }
    }
}
