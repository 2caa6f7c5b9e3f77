//! When a step that failed is tried again. Pure: the jitter is passed in, the result becomes a row.

use std::time::Duration;

/// Doubling delays with jitter, capped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Backoff {
    /// The delay after failure number `failures` (from 1): `first`, doubled for each further failure, at most `longest`,
    /// then spread over ± a quarter by `jitter` in 0..1, so that steps which failed together do not return together.
    pub fn after(&self, failures: u32, jitter: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(30);
        let delay = self.first.saturating_mul(1 << doublings).min(self.longest);
        delay.mul_f64(0.75 + 0.5 * jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Backoff = Backoff { first: Duration::from_secs(10), longest: Duration::from_secs(600) };

    #[test]
    fn delays_double_up_to_the_longest() {
        let seconds: Vec<u64> = (1..=8).map(|n| RETRY.after(n, 0.5).as_secs()).collect();
        assert_eq!(seconds, [10, 20, 40, 80, 160, 320, 600, 600]);
        assert_eq!(RETRY.after(u32::MAX, 0.5).as_secs(), 600);
    }

    #[test]
    fn jitter_spreads_a_delay_by_a_quarter_each_way() {
        assert_eq!(RETRY.after(1, 0.0), Duration::from_millis(7_500));
        assert_eq!(RETRY.after(1, 1.0), Duration::from_millis(12_500));
    }
}
