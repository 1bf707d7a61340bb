//! Who is in which group: sizes by Zipf's law, members at random.

/// The law and its chance.
#[derive(Clone, Copy)]
pub(super) struct Law {
    pub(super) people: u32,
    pub(super) writers: u32,
    pub(super) largest: u32,
    pub(super) seed: u64,
}

impl Law {
    /// The members of each group, as places in the list of people; a writer is the first. The n-th group has an n-th of the
    /// members of the first.
    pub(super) fn groups(self, number: u32) -> Vec<Vec<usize>> {
        let mut chance = fastrand::Rng::with_seed(self.seed);
        (1..=number).map(|rank| self.group(self.largest / rank, &mut chance)).collect()
    }

    fn group(self, size: u32, chance: &mut fastrand::Rng) -> Vec<usize> {
        let owner = chance.usize(..self.writers as usize);
        let others = (0..self.people as usize).filter(|place| *place != owner);
        let mut members = vec![owner];
        members.extend(chance.choose_multiple(others, size.max(2) as usize - 1));
        members
    }
}

/// How active the group with this place in the order of sizes is: the first is twice as active as the second.
pub(super) fn activity(place: usize) -> f64 {
    1.0 / (crate::report::count(place) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_group_is_large_and_most_are_small() {
        let groups = Law { people: 100, writers: 10, largest: 60, seed: 1 }.groups(50);
        let sizes: Vec<_> = groups.iter().map(Vec::len).collect();
        assert_eq!((sizes[0], sizes[1], sizes[2], sizes[49]), (60, 30, 20, 2));
        for mut members in groups {
            assert!(members[0] < 10);
            let size = members.len();
            members.sort_unstable();
            members.dedup();
            assert_eq!(members.len(), size);
        }
    }
}
