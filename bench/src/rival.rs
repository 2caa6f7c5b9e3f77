//! What a user would pick instead: pipelines of the usual tools, run by the shell as he would type them.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::Outcome;
use crate::server::Server;

pub const DUMP: &str = "`mariadb-dump --single-transaction \\| zstd -3 \\| age`";
pub const RESTORE: &str = "`age -d \\| zstd -d \\| mariadb`";

/// A key pair for age; returns the public half.
pub fn make_key(file: &Path) -> Outcome<String> {
    let made = Command::new("age-keygen").arg("-o").arg(file).output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into());
    }
    let derived = Command::new("age-keygen").arg("-y").arg(file).output()?;
    Ok(String::from_utf8(derived.stdout)?.trim().to_owned())
}

/// Seconds of the pipeline from `schema` into `out`.
pub fn dump(server: &Server, schema: &str, recipient: &str, out: &Path) -> Outcome<f64> {
    let client = client("mariadb-dump", server);
    pipe(
        server,
        &format!(
            "{client} --single-transaction --routines --events {schema} | zstd -q -3 -c | age -r {recipient} -o {}",
            out.display()
        ),
    )
}

/// Seconds of the pipeline from `file` into `schema`, which is there and empty.
pub fn restore(server: &Server, schema: &str, key_file: &Path, file: &Path) -> Outcome<f64> {
    let client = client("mariadb", server);
    pipe(server, &format!("age -d -i {} {} | zstd -q -d -c | {client} {schema}", key_file.display(), file.display()))
}

fn client(program: &str, server: &Server) -> String {
    format!("{program} --no-defaults --user=root --socket={} --max-allowed-packet=1G", server.socket().display())
}

fn pipe(server: &Server, line: &str) -> Outcome<f64> {
    let began = Instant::now();
    let output =
        Command::new("bash").args(["-o", "pipefail", "-c", line]).env("MYSQL_PWD", server.password()).output()?;
    let seconds = began.elapsed().as_secs_f64();
    if output.status.success() {
        return Ok(seconds);
    }
    Err(format!("{line}\n{}", String::from_utf8_lossy(&output.stderr)).into())
}
