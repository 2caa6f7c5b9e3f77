//! The servers' own client program: tests look at a database through it, not through the client they test.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs `sql` and answers its rows: fields by tabs, rows by newlines, escaped as `mariadb --batch` does.
pub(crate) fn sql(socket: &Path, password: &str, schema: Option<&str>, sql: &[u8]) -> Result<String, String> {
    let mut command = Command::new("mariadb");
    command.args(["--no-defaults", "--user=root", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"]);
    command
        .args(["--max-allowed-packet=1G", "--binary-mode"])
        .arg(format!("--socket={}", socket.display()))
        .args(schema);
    command.env("MYSQL_PWD", password).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
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
