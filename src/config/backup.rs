//! `[backup]`

use serde::{Deserialize, Serialize};

/// The shortest and the longest interval, in milliseconds: ten minutes and a year.
const EVERY: std::ops::RangeInclusive<i64> = 600_000..=31_536_000_000;

/// `[backup]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backup {
    /// How often the server makes a backup: a number and `m`, `h` or `d`; if empty, never.
    pub every: String,
    /// How many backups are kept.
    pub keep: usize,
    /// A folder or `s3://BUCKET/PREFIX`; if empty, the folder `backups` beside the database.
    pub to: String,
    /// Encrypts backups; if empty, and the file too, they are not encrypted.
    pub passphrase: String,
    /// A file whose first line is the passphrase.
    pub passphrase_file: String,
    /// Whether to make a backup before a migration that changes stored rows.
    pub before_migration: bool,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            every: String::new(),
            keep: 7,
            to: String::new(),
            passphrase: String::new(),
            passphrase_file: String::new(),
            before_migration: true,
        }
    }
}

impl Backup {
    /// The interval in milliseconds; `None` if there are no scheduled backups.
    pub fn every_millis(&self) -> Option<i64> {
        millis(&self.every).filter(|millis| EVERY.contains(millis))
    }
}

fn millis(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u32>().ok().and_then(|number| i64::from(number).checked_mul(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_a_number_and_a_unit() {
        let every = |text: &str| Backup { every: text.to_owned(), ..Backup::default() }.every_millis();
        assert_eq!((every("24h"), every("90m"), every("7d")), (Some(86_400_000), Some(5_400_000), Some(604_800_000)));
        for wrong in ["", "h", "24", "9m", "366d", "-1h", "1.5h", "24 h", "24H", "4294967295d", "é"] {
            assert_eq!(every(wrong), None, "{wrong}");
        }
    }
}
