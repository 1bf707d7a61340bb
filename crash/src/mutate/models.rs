//! Mistakes in what clients keep.

use fastrand::Rng;

use super::Mutation;
use crate::{record::Round, wire::Known};

/// One per mistake.
pub(super) const ALL: &[Mutation] = &[
    Mutation::new("a client that resumed has another text", model_with_other_text),
    Mutation::new("a client that resumed misses a row", model_without_row),
    Mutation::new("a client that resumed misses a chat", model_without_chat),
    Mutation::new("a client that resumed has another unread count", model_with_other_unread),
    Mutation::new("a client that resumed has another reaction", model_with_other_reaction),
    Mutation::new("a client that resumed has another role", model_with_other_role),
    Mutation::new("a client that resumed does not know a block", model_without_block),
    Mutation::new("a client that resumed still shows a hidden dialog", model_with_hidden),
];

/// A chat that a client has kept.
fn kept<'a>(round: &'a mut Round, chance: &mut Rng, is_meant: impl Fn(&Known) -> bool) -> Option<&'a mut Known> {
    let chats = round.models.iter_mut().flat_map(|model| model.view.values_mut()).filter(|known| is_meant(known));
    chance.choice(chats.collect::<Vec<_>>())
}

fn model_with_other_text(round: &mut Round, chance: &mut Rng) -> Option<()> {
    kept(round, chance, |known| !known.rows.is_empty())?.rows.values_mut().next_back()?.content.push('!');
    Some(())
}

fn model_without_row(round: &mut Round, chance: &mut Rng) -> Option<()> {
    kept(round, chance, |known| !known.rows.is_empty())?.rows.pop_first().map(drop)
}

fn model_without_chat(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let models = round.models.iter_mut().filter(|model| !model.view.is_empty());
    chance.choice(models.collect::<Vec<_>>())?.view.pop_first().map(drop)
}

fn model_with_other_unread(round: &mut Round, chance: &mut Rng) -> Option<()> {
    kept(round, chance, |_| true)?.unread_count += 1;
    Some(())
}

fn model_with_other_reaction(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let known = kept(round, chance, |known| known.rows.values().any(|row| !row.reactions.is_empty()))?;
    known.rows.values_mut().find(|row| !row.reactions.is_empty())?.reactions[0].mine = None;
    Some(())
}

fn model_with_other_role(round: &mut Round, chance: &mut Rng) -> Option<()> {
    let known = kept(round, chance, |known| known.role.is_some())?;
    let other = if known.role.as_deref() == Some("admin") { "member" } else { "admin" };
    known.role = Some(other.to_owned());
    Some(())
}

fn model_without_block(round: &mut Round, chance: &mut Rng) -> Option<()> {
    kept(round, chance, |known| known.blocked == Some(true))?.blocked = Some(false);
    Some(())
}

fn model_with_hidden(round: &mut Round, chance: &mut Rng) -> Option<()> {
    kept(round, chance, |known| known.hidden_up_to > 0)?.hidden_up_to -= 1;
    Some(())
}
