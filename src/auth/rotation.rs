//! Rules for replacing the tokens of a session.

use crate::model::Timestamp;

/// How long a token is accepted after its successor was first used, for requests already on their way.
pub const GRACE_MILLIS: i64 = 60_000;

/// Which of a session's tokens are valid. A client whose renewal response was lost renews again with the older token,
/// so that one stays valid until its successor has been used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The generation of the newest token.
    pub newest: i64,
    /// When a token of that generation was first used.
    pub used_at: Option<Timestamp>,
}

impl Rotation {
    /// Whether a token of this generation is valid now.
    pub fn admits(self, generation: i64, now: Timestamp) -> bool {
        let in_grace = || self.used_at.is_none_or(|used_at| now < used_at.plus_millis(GRACE_MILLIS));
        generation >= self.newest || (generation + 1 == self.newest && in_grace())
    }

    /// Combines two observations of the same session.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        match self.newest.cmp(&other.newest) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => {
                let used_at = self.used_at.into_iter().chain(other.used_at).min();
                Self { used_at, ..self }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_replaced_token_is_valid_until_a_minute_after_the_first_use_of_its_successor() {
        let unused = Rotation { newest: 2, used_at: None };
        assert!(unused.admits(2, NOW) && unused.admits(1, NOW) && !unused.admits(0, NOW));
        let used = Rotation { used_at: Some(NOW), ..unused };
        assert!(used.admits(1, NOW.plus_millis(GRACE_MILLIS - 1)));
        assert!(!used.admits(1, NOW.plus_millis(GRACE_MILLIS)) && used.admits(2, NOW.plus_millis(GRACE_MILLIS)));
    }

    #[test]
    fn a_late_observation_takes_nothing_back() {
        let (old, new) = (Rotation { newest: 1, used_at: Some(NOW) }, Rotation { newest: 2, used_at: None });
        assert_eq!((old.merged(new), new.merged(old)), (new, new));
        let later = Rotation { used_at: Some(NOW.plus_millis(1)), ..old };
        assert_eq!((later.merged(old), Rotation { used_at: None, ..old }.merged(old)), (old, old));
    }
}
