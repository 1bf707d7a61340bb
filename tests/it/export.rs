//! Downloading everything that is stored about a person.

mod contents;
mod coverage;
mod links;
mod streams;

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use reqwest::{Method, Response};
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::support::{Api, User};

const EXPORT: &str = "/api/export";

/// The files of an archive by their names.
struct Archive(BTreeMap<String, String>);

impl Archive {
    /// Fails if the archive is not complete.
    fn of(bytes: &[u8]) -> Self {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a complete zip");
        let mut files = BTreeMap::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).expect("a file");
            let name = file.name().expect("UTF-8").into_owned();
            let mut text = String::new();
            file.read_to_string(&mut text).expect("UTF-8");
            files.insert(name, text);
        }
        Self(files)
    }

    /// The lines of a file, which must be JSON.
    #[track_caller]
    fn rows(&self, file: &str) -> Vec<Value> {
        let text = self.0.get(file).unwrap_or_else(|| panic!("no {file} in {:?}", self.0.keys()));
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// The contents of the messages in a chat, in the order of the file.
    fn texts(&self, chat: &Value) -> Vec<String> {
        let rows = self.rows("messages.jsonl");
        let rows = rows.iter().filter(|row| row["chat"] == *chat);
        rows.map(|row| row["content"].as_str().expect("a text").to_owned()).collect()
    }

    /// Everything in it.
    fn whole(&self) -> String {
        self.0.values().map(String::as_str).collect()
    }
}

impl User {
    /// A new link to an export.
    async fn export_link(&self) -> String {
        let body = self.post(EXPORT, json!({})).await.expect(201);
        body["link"].as_str().expect("a link").to_owned()
    }

    /// Begins a download by a new link.
    async fn begin_export(&self) -> Response {
        let link = self.export_link().await;
        self.begin_download(&link).await
    }

    /// Begins a download without a token in the headers.
    async fn begin_download(&self, link: &str) -> Response {
        let response = Api::new(self.base()).request(Method::GET, link).send().await.expect("the server answers");
        assert_eq!(response.status(), 200);
        response
    }

    /// A whole export.
    async fn export(&self) -> Archive {
        let bytes = self.begin_export().await.bytes().await.expect("a whole body");
        Archive::of(&bytes)
    }
}
