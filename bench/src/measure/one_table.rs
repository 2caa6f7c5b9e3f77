//! One table out of all: how much of the archive is read for it.

use crate::Outcome;
use crate::child::{self, Archive, Task};
use crate::figures::mib;
use crate::stage::Stage;
use crate::table::Table;

/// The largest table, and one that is as large as the median: what is read too much weighs more there.
pub fn run(stage: &Stage, archive: &Archive, table: &mut Table) -> Outcome<()> {
    let target = stage.target()?;
    let ask = |tables: Vec<String>, schema: &str| {
        let (target, archive) = (target.url(schema), archive.clone());
        child::run(&Task::Load { archive, target, parallel: stage.parallel, tables: Some(tables) })
    };
    let told = ask(Vec::new(), "nothing")?.told;
    let mut sizes: Vec<(u64, String)> = serde_json::from_value(told["stored"].clone())?;
    sizes.retain(|(bytes, _)| *bytes > 0);
    sizes.sort_unstable();
    let all: u64 = sizes.iter().map(|(bytes, _)| bytes).sum();
    let chosen = [("largest", sizes.last()), ("median", sizes.get(sizes.len() / 2))];
    for (which, (stored, name)) in chosen.into_iter().filter_map(|(which, size)| Some((which, size?))) {
        let ran = ask(vec![name.clone()], which)?;
        let read = ran.told["read_bytes"].as_f64().unwrap_or_default();
        let measure = format!(
            "restore of the {which} table (`{name}`) out of {} ({}): bytes read, beside its stored bytes",
            sizes.len(),
            mib(all as f64)
        );
        table.ratio(&measure, mib(read), mib(*stored as f64), read / *stored as f64, None);
    }
    Ok(())
}
