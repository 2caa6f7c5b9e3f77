//! Randomness that depends on (seed, what, number) alone: any row can be made without the rows before it, so an
//! order's items, addresses and grid row agree although each table is written on its own.

/// A stream of numbers (SplitMix64). Not for secrets. It is our own so that a library's new version never changes a
/// sample store.
#[derive(Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn of(seed: u64, what: u64, number: u64) -> Random {
        Random(mix(seed ^ mix(what.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ mix(number))))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Evenly from `0..limit`; 0 when `limit` is 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_gives_the_same_numbers_and_neighbours_differ() {
        let at = |number| {
            let mut random = Random::of(1, 2, number);
            (random.next(), random.below(1000), random.between(5, 9))
        };
        assert_eq!(at(7), at(7));
        assert_ne!(at(7), at(8));
    }

    #[test]
    fn below_reaches_both_ends_and_never_the_limit() {
        let mut random = Random::of(1, 2, 3);
        let mut seen = [0; 10];
        for _ in 0..10_000 {
            seen[random.below(10) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (800..1200).contains(&n)), "{seen:?}");
        assert_eq!(random.below(0), 0);
    }
}
