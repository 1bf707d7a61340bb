//! The list of erased accounts, `erased.jsonl` beside the backups: a restore erases them again. It has ids and times, and
//! nothing about the people.

use anyhow::Context;

use super::Place;
use crate::{
    model::{Texts, Timestamp},
    store::{Erasure, Store},
};

const NAME: &str = "erased.jsonl";

/// Keeps the list beside the backups current.
#[derive(Default)]
pub struct Erasures {
    /// The accounts in the list.
    kept: Option<Vec<Erasure>>,
}

impl Erasures {
    /// Adds accounts that were erased since to the list. Keeps what is in the list: it may know more than a restored
    /// database.
    pub async fn keep(&mut self, store: &Store, place: &Place) -> anyhow::Result<()> {
        let erased = store.erasures().await?;
        let known = match self.kept.take() {
            Some(known) => known,
            None => read(place).await?,
        };
        let mut all = known.clone();
        all.extend(erased.into_iter().filter(|erasure| !known.iter().any(|known| known.id == erasure.id)));
        if all.len() > known.len() {
            place.create()?;
            let lines = all.iter().map(|erasure| Ok(serde_json::to_string(erasure)? + "\n"));
            let text = lines.collect::<anyhow::Result<String>>()?;
            place.replace(NAME, text.into_bytes()).await?;
        }
        self.kept = Some(all);
        Ok(())
    }
}

/// The list in a place; empty if there is none.
pub(super) async fn read(place: &Place) -> anyhow::Result<Vec<Erasure>> {
    let Some(text) = place.read(NAME).await? else { return Ok(Vec::new()) };
    let text = String::from_utf8(text).with_context(|| format!("{place}: {NAME} is not UTF-8"))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
    let parsed = lines.map(|(index, line)| {
        serde_json::from_str(line).with_context(|| format!("{place}: {NAME}, line {} is not an erasure", index + 1))
    });
    parsed.collect()
}

/// Erases these accounts again in a restored database. Returns how many were there.
pub(super) async fn repeat(store: &Store, erased: &[Erasure]) -> anyhow::Result<u64> {
    let mut count = 0;
    for erasure in erased {
        let texts = if erasure.texts { Texts::Erase } else { Texts::Keep };
        let mut batch = store.batch([]);
        if batch.erase_account(erasure.id, texts, erasure.at).await?.is_some() {
            batch.commit(&[]).await.map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
            count += 1;
        }
    }
    while store.purge_step(Timestamp::now()).await? {}
    if store.begin_scrub().await? {
        while store.scrub_step().await? {}
    }
    Ok(count)
}
