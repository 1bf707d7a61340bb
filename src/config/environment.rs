//! Reads `HEARTH_SECTION__KEY=value`. The type of a key's default decides how the value is parsed: a secret of digits
//! stays a string, a list is separated by commas.

use anyhow::{Context, bail};
use figment::{
    Figment,
    value::{Dict, Value},
};

const PREFIX: &str = "HEARTH_";

/// The values that the variables set, by section and key.
pub(super) fn read(defaults: &Figment, variables: impl Iterator<Item = (String, String)>) -> anyhow::Result<Dict> {
    let sections: Dict = defaults.extract().context("defaults")?;
    let mut values = Dict::new();
    for (name, text) in variables {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        #[cfg(feature = "mutations")]
        if name == crate::mutations::VARIABLE {
            continue;
        }
        let path = path.to_lowercase();
        let Some((section, key)) = path.split_once("__") else {
            bail!("{name}: unknown; variables are named {PREFIX}SECTION__KEY");
        };
        let Some(known) = sections.get(section).and_then(Value::as_dict) else {
            bail!("{name}: there is no section {section}; sections are {}", names(&sections));
        };
        let Some(default) = known.get(key) else {
            bail!("{name}: section {section} has no key {key}; it has {}", names(known));
        };
        let value = parse(default, &text).with_context(|| format!("{name} ({section}.{key})"))?;
        let entry = values.entry(section.to_owned()).or_insert_with(|| Dict::new().into());
        if let Value::Dict(_, keys) = entry {
            keys.insert(key.to_owned(), value);
        }
    }
    Ok(values)
}

fn parse(default: &Value, text: &str) -> anyhow::Result<Value> {
    Ok(match default {
        Value::Bool(..) => match text {
            "true" => true.into(),
            "false" => false.into(),
            _ => bail!("{text:?}: must be true or false"),
        },
        Value::Num(..) => match text.parse::<u64>() {
            Ok(number) => number.into(),
            Err(_) => bail!("{text:?}: must be a whole number"),
        },
        Value::Array(..) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            items.map(Value::from).collect::<Vec<_>>().into()
        }
        _ => text.into(),
    })
}

fn names(dict: &Dict) -> String {
    dict.keys().cloned().collect::<Vec<_>>().join(", ")
}
