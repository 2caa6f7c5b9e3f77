//! Dump, restore and verify, turn by turn with the pipelines and the floors; the archive's size; the memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::child::{self, Archive, Task};
use crate::figures::{Turns, mib, seconds};
use crate::server::Server;
use crate::stage::{SCHEMA, Stage};
use crate::table::Table;
use crate::{Outcome, rival};

/// What takes turns, by what it is called in the table.
type Sides = BTreeMap<&'static str, Turns>;

/// Returns the last turn's archive.
pub fn run(stage: &Stage, rounds: usize, table: &mut Table) -> Outcome<Archive> {
    let mut sides = Sides::new();
    let mut target = stage.target()?;
    let rival_file = stage.directory.join("store.sql.zst.age");
    // A machine makes the template of its sandboxes once, and not in every verification.
    super::sandbox::make_template(stage)?;
    let mut last: Option<Archive> = None;
    for round in 0..rounds.max(1) {
        eprintln!("turn {} of {rounds}", round + 1);
        if let Some(archive) = last.take() {
            remove(&archive)?;
        }
        let archive = dumps(stage, round, &rival_file, &mut sides)?;
        restores(stage, round, &archive, &rival_file, &mut target, &mut sides)?;
        let verify = child::run(&Task::Verify {
            archive: archive.clone(),
            directory: stage.sandboxes().display().to_string(),
            parallel: stage.parallel,
        })?;
        note(&mut sides, "verify", verify.seconds);
        last = Some(archive);
    }
    rows(&sides, table);
    last.ok_or_else(|| "no turn was taken".into())
}

fn note(sides: &mut Sides, side: &'static str, value: f64) {
    eprintln!("  {side}: {value:.2}");
    sides.entry(side).or_default().add(value);
}

/// Whoever comes first finds the machine as the turn before left it, so everyone is first in turn.
fn in_turn<const N: usize>(round: usize, mut names: [&'static str; N]) -> [&'static str; N] {
    names.rotate_left(round % N);
    names
}

fn dumps(stage: &Stage, round: usize, rival_file: &Path, sides: &mut Sides) -> Outcome<Archive> {
    let mut archive = None;
    for side in in_turn(round, ["dump", "dump rival", "dump floor"]) {
        match side {
            "dump" => {
                let made = stage.dump()?;
                note(sides, side, made.ran.seconds);
                note(sides, "dump memory", made.ran.peak_mib);
                note(sides, "size", made.ran.told["stored_bytes"].as_f64().unwrap_or_default());
                archive = Some(made.archive);
            }
            "dump rival" => {
                let _ = fs::remove_file(rival_file);
                note(sides, side, rival::dump(&stage.source, SCHEMA, &stage.age_recipient, rival_file)?);
                note(sides, "size rival", fs::metadata(rival_file)?.len() as f64);
            }
            _ => {
                let task = Task::ReadEverything { source: stage.source.url(SCHEMA), parallel: stage.parallel };
                note(sides, side, child::run(&task)?.seconds);
            }
        }
    }
    archive.ok_or_else(|| "nothing was dumped".into())
}

fn restores(
    stage: &Stage,
    round: usize,
    archive: &Archive,
    rival_file: &Path,
    target: &mut Server,
    sides: &mut Sides,
) -> Outcome<()> {
    for side in in_turn(round, ["load", "load rival", "load floor"]) {
        // Each begins on a server that has written out what the one before left it.
        target.empty_schema(SCHEMA)?;
        target.restart()?;
        let (url, parallel) = (target.url(SCHEMA), stage.parallel);
        match side {
            "load" => {
                let ran = child::run(&Task::Load { archive: archive.clone(), target: url, parallel, tables: None })?;
                note(sides, side, ran.seconds);
                for phase in ["load_seconds", "index_seconds", "objects_seconds"] {
                    eprintln!("    {phase}: {:.2}", ran.told[phase].as_f64().unwrap_or_default());
                }
                note(sides, "load memory", ran.peak_mib);
            }
            "load rival" => {
                note(sides, side, rival::restore(target, SCHEMA, &stage.directory.join("age.key"), rival_file)?);
            }
            _ => {
                let (directory, size) = (stage.rows_dir(), stage.size);
                let ran = child::run(&Task::LoadPlainFiles { directory, size, target: url, parallel })?;
                note(sides, side, ran.seconds);
            }
        }
    }
    Ok(())
}

fn remove(archive: &Archive) -> Outcome<()> {
    Ok(fs::remove_dir_all(archive.location.trim_start_matches("file://"))?)
}

/// The goals are those the project was given when it was begun.
fn rows(sides: &Sides, table: &mut Table) {
    let of = |side: &str| &sides[side];
    let mut compare = |measure: &str, ours: &str, theirs: &str, most: f64| {
        let (ours, theirs) = (of(ours), of(theirs));
        table.ratio(measure, seconds(ours.median()), seconds(theirs.median()), ours.over(theirs), Some(most));
    };
    compare(&format!("store → sealed archive in hot, beside {}", rival::DUMP), "dump", "dump rival", 0.60);
    compare("store → sealed archive in hot, beside reading every table into nothing", "dump", "dump floor", 1.30);
    compare(&format!("archive → empty durable server, beside {}", rival::RESTORE), "load", "load rival", 0.40);
    compare("archive → empty durable server, beside LOAD DATA of plain files, keys after", "load", "load floor", 1.20);
    compare(
        &format!("verify: every byte, sandbox, restore, every row, teardown, beside {}", rival::RESTORE),
        "verify",
        "load rival",
        0.40,
    );
    let (ours, theirs) = (of("size"), of("size rival"));
    table.ratio(
        "size of the archive, beside the pipeline's",
        mib(ours.median()),
        mib(theirs.median()),
        ours.over(theirs),
        Some(1.0),
    );
    for (measure, side) in [("peak memory of a dump", "dump memory"), ("peak memory of a load", "load memory")] {
        let most = 400.0;
        let peak = of(side).median();
        table.ratio(measure, format!("{peak:.0} MiB"), format!("{most:.0} MiB"), peak / most, Some(1.0));
    }
}
