//! Numbers out of turns.

pub const MIB: u64 = 1 << 20;

/// What the sides of a comparison took, turn by turn.
#[derive(Default)]
pub struct Turns {
    turns: Vec<f64>,
}

impl Turns {
    pub fn add(&mut self, value: f64) {
        self.turns.push(value);
    }

    pub fn median(&self) -> f64 {
        median(self.turns.clone())
    }

    /// The median of the ratios turn by turn: what slows a whole turn down slows both of its sides.
    pub fn over(&self, other: &Turns) -> f64 {
        median(self.turns.iter().zip(&other.turns).map(|(ours, theirs)| ours / theirs).collect())
    }
}

/// The middle value, of an even number the mean of the two; 0 of none.
pub fn median(values: Vec<f64>) -> f64 {
    (percentile(values.clone(), 0.5) + percentile(values, 0.499_999)) / 2.0
}

/// The value that the share `at` (0 to 1) of all stays below or reaches; 0 of none.
pub fn percentile(mut values: Vec<f64>, at: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * at).floor() as usize;
    values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or_default()
}

pub fn seconds(value: f64) -> String {
    format!("{value:.2} s")
}

pub fn mib(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / MIB as f64)
}
