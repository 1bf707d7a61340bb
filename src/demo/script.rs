//! The format of the material: sections with a head, followed by conversations.
//!
//! ```text
//! # Sunday hikers                 a section's title
//! members: ann ben +cleo          its head
//!
//! $peak = the Brocken | Snowdon   a word that is the same throughout the conversation
//! ann: Who is up for $peak?       who says what
//! + 👍 ben cleo                   reactions to it
//! ben> Me!                        a reply to the line above; `ben^2>` to the one before that
//!   And I'll bring {tea|soup}     another line of the same message; one of several words
//! (2h)                            a pause: minutes, hours or days
//! cleo~ I'm [glad|pleased]        edited afterwards; a word for a man, another for a woman
//! ---                             the end of the conversation
//! ```

/// A section of the material.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) title: String,
    head: Vec<(String, String)>,
    pub(super) threads: Vec<Thread>,
}

/// A conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Thread {
    /// Words by name, each with its alternatives.
    pub(super) words: Vec<(String, Vec<String>)>,
    pub(super) lines: Vec<Line>,
}

/// A message of a conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) speaker: String,
    pub(super) text: String,
    /// How many lines back the line is that it replies to; 0 if none.
    pub(super) answers: usize,
    pub(super) is_edited: bool,
    /// The pause before it.
    pub(super) pause_minutes: i64,
    /// Emoji, each with the users who react.
    pub(super) reactions: Vec<(String, Vec<String>)>,
}

impl Section {
    /// All entries of the head.
    pub(super) fn heads(&self) -> impl Iterator<Item = (&str, &str)> {
        self.head.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The head's value for this key; empty if there is none.
    pub(super) fn head(&self, key: &str) -> &str {
        self.head.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
    }
}

/// Parses material. An error names the line.
pub(super) fn parse(text: &str) -> Result<Vec<Section>, String> {
    let mut sections = Vec::new();
    let mut in_head = false;
    let mut pause_minutes = 0;
    for (number, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}: {line}", number + 1);
        if let Some(title) = line.strip_prefix("# ") {
            sections.push(Section { title: title.trim().to_owned(), ..Section::default() });
            in_head = true;
            continue;
        }
        let Some(section) = sections.last_mut() else {
            if line.trim().is_empty() || line.starts_with("//") {
                continue;
            }
            return Err(wrong("before the first section"));
        };
        if line.trim().is_empty() {
            in_head = false;
            continue;
        }
        if in_head {
            let (name, value) = line.split_once(':').ok_or_else(|| wrong("no `name: value`"))?;
            section.head.push((name.trim().to_owned(), value.trim().to_owned()));
            continue;
        }
        if line == "---" {
            section.threads.push(Thread::default());
            continue;
        }
        if section.threads.is_empty() {
            section.threads.push(Thread::default());
        }
        let thread = section.threads.last_mut().ok_or_else(|| wrong("no conversation"))?;
        if let Some(pause) = line.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            pause_minutes = minutes(pause).ok_or_else(|| wrong("no pause such as (2h)"))?;
        } else if let Some(word) = line.strip_prefix('$') {
            let (name, of) = word.split_once('=').ok_or_else(|| wrong("no `$word = one | other`"))?;
            let of = of.split('|').map(|one| one.trim().to_owned()).collect();
            thread.words.push((name.trim().to_owned(), of));
        } else if let Some(reaction) = line.strip_prefix("+ ") {
            let mut words = reaction.split_whitespace().map(str::to_owned);
            let said = thread.lines.last_mut().ok_or_else(|| wrong("a reaction to nothing"))?;
            said.reactions.push((words.next().ok_or_else(|| wrong("no emoji"))?, words.collect()));
        } else if let Some(more) = line.strip_prefix("  ") {
            let said = thread.lines.last_mut().ok_or_else(|| wrong("continues no message"))?;
            said.text.push('\n');
            said.text.push_str(more);
        } else {
            let said = said(line).ok_or_else(|| wrong("has no speaker"))?;
            if said.answers > thread.lines.len() {
                return Err(wrong("a reply to no message"));
            }
            thread.lines.push(Line { pause_minutes, ..said });
            pause_minutes = 0;
        }
    }
    for section in &mut sections {
        section.threads.retain(|thread| !thread.lines.is_empty());
    }
    Ok(sections)
}

/// `ann: text`, `ann> text`, `ann^2> text`, `ann~ text`.
fn said(line: &str) -> Option<Line> {
    let end = line.find([':', '>', '~'])?;
    let (who, mark) = (&line[..end], line[end..].chars().next()?);
    let (speaker, back) = who.split_once('^').unwrap_or((who, "1"));
    let text = line[end + 1..].trim().to_owned();
    let is_name = !speaker.is_empty() && speaker.chars().all(char::is_alphanumeric);
    let answers = if mark == '>' { back.parse().ok()? } else { 0 };
    let line = Line { speaker: speaker.to_owned(), text, answers, is_edited: mark == '~', ..Line::default() };
    (is_name && !line.text.is_empty()).then_some(line)
}

fn minutes(pause: &str) -> Option<i64> {
    let (number, unit) = pause.split_at_checked(pause.len().checked_sub(1)?)?;
    let unit = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return None,
    };
    Some(number.parse::<i64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Hikers\nmembers: ann ben\n\n$peak = A | B\nann: Who is up for $peak?\n+ 👍 ben\nben> Me: \
                        https://x.example\n  and you\n(2h)\nann^2> again\n---\nben~ so\n";

    #[test]
    fn material_is_parsed() {
        let sections = parse(TEXT).unwrap();
        assert_eq!((sections.len(), sections[0].title.as_str(), sections[0].head("members")), (1, "Hikers", "ann ben"));
        let [first, second] = &sections[0].threads[..] else { panic!("two conversations") };
        assert_eq!(first.words, [("peak".to_owned(), vec!["A".to_owned(), "B".to_owned()])]);
        assert_eq!(first.lines[0].reactions, [("👍".to_owned(), vec!["ben".to_owned()])]);
        assert_eq!((first.lines[1].text.as_str(), first.lines[1].answers), ("Me: https://x.example\nand you", 1));
        assert_eq!((first.lines[2].pause_minutes, first.lines[2].answers), (120, 2));
        assert!(second.lines[0].is_edited && second.lines[0].speaker == "ben");
    }

    #[test]
    fn an_error_names_its_line() {
        for (text, line) in [("x", "line 1"), ("# A\n\nann> to nobody", "line 3"), ("# A\n\nnobody says it", "line 3")]
        {
            assert!(parse(text).unwrap_err().contains(line), "{text}");
        }
    }
}
