//! The servers' own client program: tests look at a database through it, not through the client they test.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs statements at any `mysql://user:password@…/schema?socket=/path` through the `mariadb` client, which knows
/// DELIMITER; answers their rows, without headings: fields by tabs, rows by newlines, escaped as `mariadb --batch` does.
/// The client's message when it fails.
pub fn sql_at(url: &str, sql: &[u8]) -> Result<String, String> {
    let (login, rest) =
        url.strip_prefix("mysql://").and_then(|url| url.split_once('@')).expect("a mysql:// URL with a login");
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let (schema, options) = rest.split_once('?').unwrap_or((rest, ""));
    let socket = options.split('&').find_map(|option| option.strip_prefix("socket="));
    let (host, port) = host.split_once(':').unwrap_or((host, "3306"));
    let server = socket
        .map_or_else(|| vec![format!("--host={host}"), format!("--port={port}")], |s| vec![format!("--socket={s}")]);
    let mut command = Command::new("mariadb");
    command.args(["--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"]);
    command.args(["--max-allowed-packet=1G", "--binary-mode"]).arg(format!("--user={user}")).args(server);
    command.args((!schema.is_empty()).then_some(schema));
    command.env("MYSQL_PWD", password).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    run(command, sql)
}

fn run(mut command: Command, sql: &[u8]) -> Result<String, String> {
    let mut client = command.spawn().expect("the mariadb client is installed");
    let mut input = client.stdin.take().expect("it was piped");
    let output = std::thread::scope(|scope| {
        // A client that fails at the first statement stops reading; its status says so.
        scope.spawn(move || input.write_all(sql));
        client.wait_with_output().expect("the client ends")
    });
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}
