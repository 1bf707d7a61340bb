//! Backups in an S3-compatible store. `AWS_*` variables have its address and credentials, as for other tools.

use std::{
    io::Write,
    sync::{Arc, mpsc},
    time::Duration,
};

use anyhow::{Context, anyhow, ensure};
use futures_util::{StreamExt, TryStreamExt};
use object_store::{
    ClientOptions, Error, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey},
    multipart::{MultipartStore, PartId},
    path::Path as Key,
};
use tempfile::{NamedTempFile, TempPath};
use tokio::runtime::Handle;

use super::{super::room::Scratch, BUCKET, UNFINISHED};
use crate::model::Timestamp;

/// The bytes of a part of an upload. S3 allows 10,000 parts: a backup of up to 80 GB.
const PART: usize = 8 << 20;
/// The retries of a request, and their time in all: a store that is away fails a backup within a minute.
const RETRIES: usize = 5;
const RETRY_FOR: Duration = Duration::from_secs(40);
/// How long a request may take: a part on a slow line.
const REQUEST: Duration = Duration::from_mins(5);
/// How long to wait for the clean-up after an upload: two requests with their retries.
const CLEAN_UP: Duration = Duration::from_secs(90);
/// The error if the runtime ends during a request.
const STOPPED: &str = "the program is stopping";
/// An unfinished upload of another process may still be running for this long.
const UPLOAD_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A folder of a bucket.
#[derive(Clone)]
pub struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Key,
    url: String,
}

/// An object that is being written. It appears when it is complete.
pub(in crate::backup) struct Upload {
    bucket: Bucket,
    key: Key,
    id: String,
    parts: Vec<PartId>,
    buffer: Vec<u8>,
    bytes: u64,
    runtime: Handle,
    is_complete: bool,
}

impl Bucket {
    /// `s3://BUCKET/PREFIX`.
    pub(super) fn of(url: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix(BUCKET).unwrap_or_default().trim_end_matches('/');
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        ensure!(
            !name.is_empty() && !name.contains(['@', '?']),
            "{url}: must be s3://BUCKET/PREFIX, without credentials"
        );
        // Fails if there is a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = AmazonS3Builder::from_env().with_bucket_name(name);
        let endpoints = [AmazonS3ConfigKey::Endpoint, AmazonS3ConfigKey::S3Endpoint];
        let is_plain = endpoints
            .iter()
            .any(|key| builder.get_config_value(key).is_some_and(|endpoint| endpoint.starts_with("http://")));
        let options = ClientOptions::new().with_timeout(REQUEST).with_allow_http(is_plain);
        let retry = RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_FOR, ..RetryConfig::default() };
        let store = builder.with_client_options(options).with_retry(retry).build().context("s3")?;
        Ok(Self { store: Arc::new(store), prefix: Key::parse(prefix)?, url: format!("{BUCKET}{rest}") })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    fn key(&self, name: &str) -> Key {
        self.prefix.clone().join(name)
    }

    pub(super) async fn names(&self) -> anyhow::Result<Vec<String>> {
        let listed = self
            .store
            .list_with_delimiter(Some(&self.prefix))
            .await
            .map_err(plain)
            .with_context(|| self.url.clone())?;
        let names = listed.objects.iter().filter_map(|object| object.location.filename().map(str::to_owned));
        Ok(names.collect())
    }

    /// Begins an upload. A small object beside it has the upload's id until it is complete, so that the parts of a
    /// killed one can be removed.
    pub(super) async fn begin(&self, name: &str, now: Timestamp) -> anyhow::Result<Upload> {
        self.remove_leftovers(now).await.map_err(plain).with_context(|| self.url.clone())?;
        let key = self.key(name);
        match self.store.head(&key).await {
            Err(Error::NotFound { .. }) => {}
            Ok(_) => anyhow::bail!("{}/{name} is there already: choose another name", self.url),
            Err(error) => return Err(plain(error)).with_context(|| self.url.clone()),
        }
        let id = self.store.create_multipart(&key).await.map_err(plain).with_context(|| self.url.clone())?;
        if let Err(error) = self.replace(&format!("{name}{UNFINISHED}"), id.clone().into_bytes()).await {
            if let Err(error) = self.store.abort_multipart(&key, &id).await {
                tracing::warn!(%error, %key, "cannot abort an upload that has no parts");
            }
            return Err(error);
        }
        Ok(Upload {
            bucket: self.clone(),
            key,
            id,
            parts: Vec::new(),
            buffer: Vec::with_capacity(PART),
            bytes: 0,
            runtime: Handle::current(),
            is_complete: false,
        })
    }

    async fn remove_leftovers(&self, now: Timestamp) -> object_store::Result<()> {
        let listed = self.store.list_with_delimiter(Some(&self.prefix)).await?;
        for object in listed.objects {
            let Some(key) = object.location.as_ref().strip_suffix(UNFINISHED) else { continue };
            if now.0 - object.last_modified.timestamp_millis() < UPLOAD_MILLIS {
                continue;
            }
            let id = self.store.get(&object.location).await?.bytes().await?;
            let id = String::from_utf8_lossy(&id).into_owned();
            match self.store.abort_multipart(&Key::parse(key)?, &id).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => tracing::warn!(%error, key, "cannot remove the parts of an unfinished backup"),
            }
            self.store.delete(&object.location).await?;
        }
        Ok(())
    }

    pub(super) async fn download(&self, name: &str, scratch: &Scratch) -> anyhow::Result<TempPath> {
        let named = || format!("{}/{name}", self.url);
        let folder = &scratch.folder;
        let (mut file, path) =
            NamedTempFile::new_in(folder).with_context(|| folder.display().to_string())?.into_parts();
        let found = self.store.get(&self.key(name)).await.map_err(plain).with_context(named)?;
        scratch.ensure_room(found.meta.size).with_context(named)?;
        let mut chunks = found.into_stream();
        while let Some(chunk) = chunks.next().await {
            file.write_all(&chunk.map_err(plain).with_context(named)?)?;
        }
        Ok(path)
    }

    pub(super) async fn remove(&self, name: &str) -> anyhow::Result<()> {
        self.store.delete(&self.key(name)).await.map_err(plain).with_context(|| format!("{}/{name}", self.url))
    }

    pub(super) async fn read(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let named = || format!("{}/{name}", self.url);
        match self.store.get(&self.key(name)).await {
            Ok(found) => {
                let bytes: Vec<_> = found.into_stream().try_collect().await.map_err(plain).with_context(named)?;
                Ok(Some(bytes.concat()))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(plain(error)).with_context(named),
        }
    }

    pub(super) async fn replace(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let put = self.store.put(&self.key(name), bytes.into()).await;
        put.map(drop).map_err(plain).with_context(|| format!("{}/{name}", self.url))
    }
}

/// An error of the store, without its causes, which its text repeats.
fn plain(error: Error) -> anyhow::Error {
    match error {
        Error::NotFound { .. } => anyhow!("there is no such file"),
        error => anyhow!("{error}"),
    }
}

impl Upload {
    /// Sends the part that is complete, or the last one.
    fn send(&mut self) -> anyhow::Result<()> {
        let part = std::mem::replace(&mut self.buffer, Vec::with_capacity(PART));
        let (store, key, id, index) = (self.bucket.store.clone(), self.key.clone(), self.id.clone(), self.parts.len());
        let sent = async move { store.put_part(&key, &id, index, part.into()).await };
        let sent = begin(&self.runtime, sent).recv().context(STOPPED)?;
        self.parts.push(sent.map_err(plain)?);
        Ok(())
    }

    pub(super) fn finish(mut self) -> anyhow::Result<u64> {
        self.send()?;
        let parts = std::mem::take(&mut self.parts);
        let (store, key, id) = (self.bucket.store.clone(), self.key.clone(), self.id.clone());
        let completed = async move { store.complete_multipart(&key, &id, parts).await };
        begin(&self.runtime, completed).recv().context(STOPPED)?.map_err(plain)?;
        self.is_complete = true;
        Ok(self.bytes)
    }
}

/// Begins work on the runtime. Its result arrives unless the runtime ends before. Unlike `Handle::block_on`, this works in
/// every thread.
fn begin<T: Send + 'static>(runtime: &Handle, work: impl Future<Output = T> + Send + 'static) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    runtime.spawn(async move {
        let _ = sender.send(work.await);
    });
    receiver
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = bytes.len().min(PART - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        self.bytes += count as u64;
        if self.buffer.len() == PART {
            self.send().map_err(std::io::Error::other)?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Removes the parts of an upload that failed, and the object with its id.
impl Drop for Upload {
    fn drop(&mut self) {
        let (bucket, key, id) = (self.bucket.clone(), self.key.clone(), std::mem::take(&mut self.id));
        let is_complete = self.is_complete;
        let cleaned = async move {
            if !is_complete {
                bucket.store.abort_multipart(&key, &id).await?;
            }
            bucket.store.delete(&Key::parse(format!("{key}{UNFINISHED}"))?).await
        };
        let cleaned = match begin(&self.runtime, cleaned).recv_timeout(CLEAN_UP) {
            Ok(cleaned) => cleaned.map_err(plain),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = cleaned {
            tracing::warn!(%error, key = %self.key, "cannot clean up after an upload: the next backup tries again");
        }
    }
}
