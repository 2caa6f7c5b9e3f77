//! A step as a plan names it.

use holdfast_engine::NewStep;

/// What a step may fail before a person must look. Dead workers and waits do not count.
const MAX_ATTEMPTS: i16 = 4;

pub fn step(name: &str, pool: &str, after: &[&str], limits: &[String]) -> NewStep {
    NewStep {
        name: name.to_owned(),
        pool: pool.to_owned(),
        after: after.iter().map(|&step| step.to_owned()).collect(),
        limits: limits.to_vec(),
        max_attempts: MAX_ATTEMPTS,
    }
}
