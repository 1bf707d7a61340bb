//! Turns a conversation of the material into messages: by whom, when, and with which of its words.

use std::collections::HashMap;

use super::{
    cast::Actor,
    chance::Chance,
    script::{Line, Thread},
};
use crate::{
    model::{ChatKey, MessageId, MessageKind, Timestamp},
    store::{LoadedMessage, LoadedReaction},
};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;

/// The user of each part.
pub(super) type Parts<'a> = HashMap<&'a str, &'a Actor>;

/// The messages of a conversation that starts at `start`. Includes those later than `now`, which the caller drops;
/// edits and reactions end at `now`.
pub(super) fn messages(
    thread: &Thread,
    parts: &Parts<'_>,
    chat: ChatKey,
    [start, now]: [Timestamp; 2],
    chance: &mut Chance,
) -> Vec<LoadedMessage> {
    let words: Vec<_> = thread.words.iter().map(|(name, of)| (name.as_str(), chance.one(of).as_str())).collect();
    let mut choices = HashMap::new();
    let mut said: Vec<LoadedMessage> = Vec::new();
    let mut at = start;
    for line in &thread.lines {
        let Some(actor) = parts.get(line.speaker.as_str()) else { continue };
        if !said.is_empty() {
            at = at.plus_millis(line.pause_minutes * MINUTE + typing(line, chance));
        }
        at = actor.awake_at(at, chance.between(3, 50) * MINUTE).plus_millis(chance.between(1, 999));
        let edited_at = at.plus_millis(chance.between(20, 150) * SECOND);
        let reactions = reactions(line, parts, at, chance);
        let message = LoadedMessage {
            chat,
            id: MessageId(chance.id()),
            sender: actor.id,
            content: worded(&line.text, &words, parts, actor, |of| choice(&mut choices, of, chance)),
            kind: MessageKind::Text,
            subject: None,
            reply_to: said.len().checked_sub(line.answers).filter(|_| line.answers > 0).map(|place| said[place].id),
            created_at: at,
            edited_at: (line.is_edited && edited_at <= now).then_some(edited_at),
            deleted_at: None,
            hidden_from: Vec::new(),
            reactions: reactions.into_iter().filter(|reaction| reaction.at <= now).collect(),
        };
        said.push(message);
    }
    said
}

/// How long a user reads, thinks and types.
fn typing(line: &Line, chance: &mut Chance) -> i64 {
    let characters = i64::try_from(line.text.chars().count()).unwrap_or(i64::MAX).min(600);
    let thinks = if chance.percent(15) { chance.between(3, 25) * MINUTE } else { chance.between(4, 90) * SECOND };
    thinks + characters * chance.between(120, 260)
}

fn reactions(line: &Line, parts: &Parts<'_>, at: Timestamp, chance: &mut Chance) -> Vec<LoadedReaction> {
    let mut reactions = Vec::new();
    for (emoji, from) in &line.reactions {
        for actor in from.iter().filter_map(|who| parts.get(who.as_str())) {
            let at = at.plus_millis(chance.between(5, 600) * SECOND);
            reactions.push(LoadedReaction { user: actor.id, emoji: emoji.clone(), at });
        }
    }
    reactions
}

/// Picks an alternative; the same set of alternatives gives the same choice within a conversation.
fn choice(choices: &mut HashMap<String, usize>, of: &[&str], chance: &mut Chance) -> String {
    let place = *choices.entry(of.join("|")).or_insert_with(|| chance.below(of.len()));
    of[place].to_owned()
}

/// A text with its `$words`, `{one|of these}`, `[his|hers]` and `@names` replaced.
fn worded(
    text: &str,
    words: &[(&str, &str)],
    parts: &Parts<'_>,
    actor: &Actor,
    choose: impl FnMut(&[&str]) -> String,
) -> String {
    let mut text = text.to_owned();
    for (name, word) in words {
        text = text.replace(&format!("${name}"), word);
    }
    text = replaced(&text, ['[', ']'], |of| of[usize::from(actor.is_she).min(of.len() - 1)].to_owned());
    text = replaced(&text, ['{', '}'], choose);
    for (part, actor) in parts {
        text = text.replace(&format!("@{part}"), &actor.first_name);
    }
    text
}

/// Replaces every `{one|other}` by the chosen alternative.
fn replaced(text: &str, [open, close]: [char; 2], mut choose: impl FnMut(&[&str]) -> String) -> String {
    let mut worded = String::new();
    let mut rest = text;
    while let Some((before, (inside, after))) =
        rest.split_once(open).and_then(|(before, after)| Some((before, after.split_once(close)?)))
    {
        worded.push_str(before);
        worded.push_str(&choose(&inside.split('|').collect::<Vec<_>>()));
        rest = after;
    }
    worded + rest
}
