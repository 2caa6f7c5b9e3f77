//! A sample store for the `mariadb` client: `cargo run -p holdfast-sample --example sql -- --size 10M --seed 1 |
//! mariadb shop`

use std::io::{BufWriter, ErrorKind, Write, stdout};
use std::process::ExitCode;

use holdfast_sample::SampleStore;

const USAGE: &str = "usage: sql [--size BYTES, with K, M or G; default 5M] [--seed NUMBER; default 1]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mut size, mut seed) = (Some(5_000_000), Some(1));
    for pair in arguments.chunks(2) {
        match pair {
            [flag, value] if flag == "--size" => size = bytes(value),
            [flag, value] if flag == "--seed" => seed = value.parse().ok(),
            _ => size = None,
        }
    }
    let (Some(size), Some(seed)) = (size, seed) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let mut out = BufWriter::with_capacity(1 << 20, stdout().lock());
    match SampleStore::new(seed, size).to_sql(&mut out).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the store has seen enough of it.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write the store: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bytes(size: &str) -> Option<u64> {
    let (number, unit) = match size.strip_suffix(['K', 'M', 'G']) {
        Some(number) => (number, &size[number.len()..]),
        None => (size, ""),
    };
    let unit = match unit {
        "K" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        _ => 1,
    };
    number.parse::<u64>().ok().map(|number| number * unit)
}
