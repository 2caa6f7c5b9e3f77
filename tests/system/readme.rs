//! What README tells a person to type works as it stands there.

use std::path::{Path, PathBuf};
use std::process::Command;

use holdfast_testkit::fresh_dir;
use serde_json::Value;

use crate::support::{HOLDFAST, processes_naming};

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// The `holdfast` lines of the fenced `sh` blocks under the heading, without their comments.
fn commands_under(heading: &str, text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let (mut under, mut fenced) = (false, false);
    for line in text.lines() {
        match line.trim_end() {
            "```sh" => fenced = true,
            "```" => fenced = false,
            line if line.starts_with('#') && !fenced => under = line.trim_start_matches('#').trim() == heading,
            line if under && fenced && line.starts_with("holdfast ") => {
                commands.push(line.split(" #").next().unwrap_or(line).trim().to_owned());
            }
            _ => {}
        }
    }
    commands
}

#[test]
fn the_commands_to_try_work_in_an_empty_directory_in_their_order() {
    let commands = commands_under("Try it", &readme());
    assert!(
        commands.len() >= 2,
        "README has a heading `Try it` with holdfast commands in a fenced sh block: {commands:?}"
    );
    let dir = fresh_dir();
    let bin: PathBuf = Path::new(HOLDFAST).parent().expect("the program lies in a directory").to_owned();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for command in commands {
        let output = Command::new("bash")
            .args(["-euc", &command])
            .current_dir(&dir)
            .env("PATH", &path)
            .env_remove("HOLDFAST_CONFIG")
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
    }
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn the_demo_goes_all_the_way_and_leaves_nothing_behind() {
    let parent = fresh_dir();
    let demo = |args: &[&str]| {
        let output = Command::new(HOLDFAST)
            .args(["--json", "demo", "--size", "2M"])
            .args(args)
            .env("TMPDIR", &parent)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).expect("one document")
    };
    let told = demo(&[]);
    assert_eq!((&told["backup"]["state"], &told["restore"]["state"]), (&"verified".into(), &"succeeded".into()));
    assert!(told["tables_equal"].as_u64().unwrap() > 60, "{}", told["tables_equal"]);
    assert_eq!(told["backup"]["copies"].as_array().unwrap().len(), 3);
    assert_eq!(std::fs::read_dir(&parent).unwrap().count(), 0, "nothing is left");
    assert_eq!(processes_naming(&parent), Vec::<String>::new());
}
