//! What a command prints: for people on stdout and stderr, or one JSON document for programs.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use holdfast_schema::Fault;
use serde::Serialize;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::exit::Failure;

#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
    colour: bool,
}

impl Output {
    pub fn new(json: bool) -> Output {
        Output { json, colour: std::env::var_os("NO_COLOR").is_none() && io::stderr().is_terminal() }
    }

    pub fn is_json(self) -> bool {
        self.json
    }

    /// A line for people; silent under `--json`.
    pub fn say(self, line: impl AsRef<str>) {
        if !self.json {
            print_line(&mut io::stdout(), line.as_ref());
        }
    }

    /// The command's answer: the document under `--json`, else the text.
    pub fn answer<T: Serialize>(self, document: &T, text: impl FnOnce() -> String) {
        if self.json {
            print_line(&mut io::stdout(), &json!(document).to_string());
        } else {
            let text = text();
            print_line(&mut io::stdout(), text.trim_end_matches('\n'));
        }
    }

    pub fn fail(self, failure: &Failure) -> ExitCode {
        if self.json {
            print_line(&mut io::stdout(), &json!({ "error": failure.fault }).to_string());
        }
        print_line(&mut io::stderr(), &self.fault_text(&failure.fault));
        failure.exit.into()
    }

    /// what · why · next, as a person reads it anywhere.
    pub fn fault_text(self, fault: &Fault) -> String {
        let (strong, plain) = if self.colour { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        let runbook = fault.runbook.as_ref().map(|file| format!("      runbooks/{file}")).unwrap_or_default();
        format!("{strong}what{plain}  {}\nwhy   {}\nnext  {}{runbook}", fault.what, fault.why, fault.next)
    }
}

/// A reader that went away (`holdfast … | head`) is no failure of ours.
fn print_line(out: &mut dyn Write, line: &str) {
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        tracing::debug!("nobody reads the output any more");
    }
}

/// Logs go to stderr: sentences at `warn`, more with `-v`; `HOLDFAST_LOG` takes a tracing filter.
pub fn log(verbose: u8) {
    // What Postgres remarks on is the pool's own housekeeping, such as rolling back what a shutdown gave up.
    let level = match verbose {
        0 => "warn,sqlx::postgres::notice=error",
        1 => "info,sqlx=warn,sqlx::postgres::notice=error,sea_orm=warn,sea_orm_migration=warn",
        _ => "debug,sqlx=info,sea_orm=info,hyper=info",
    };
    let filter = EnvFilter::try_from_env("HOLDFAST_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false).init();
}
