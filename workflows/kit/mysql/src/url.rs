//! Where a database is and who we are there: `mysql://user:password@host:3306/schema?ssl-mode=required`.

use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::MysqlError;

/// How the connection is protected, in the words of the servers' own clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    Disabled,
    /// TLS when the server offers it; the certificate is not looked at.
    #[default]
    Preferred,
    /// TLS or nothing; the certificate is not looked at.
    Required,
    /// TLS, and the certificate is signed by `ssl-ca` (else by the system's roots).
    VerifyCa,
    /// As `VerifyCa`, and the certificate names the host.
    VerifyIdentity,
}

/// A parsed database URL. `Display` and `Debug` show everything but the password.
///
/// Query settings: `socket` (absolute path; host and port are then ignored), `ssl-mode`
/// (`disabled`, `preferred`, `required`, `verify_ca`, `verify_identity`), `ssl-ca` (a PEM file).
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    user: String,
    password: Zeroizing<String>,
    host: String,
    port: u16,
    schema: String,
    socket: Option<PathBuf>,
    ssl_mode: SslMode,
    ssl_ca: Option<PathBuf>,
}

impl DatabaseUrl {
    /// # Errors
    /// `MysqlError::Url`, which says what is wrong and never repeats the password.
    pub fn parse(text: &str) -> Result<DatabaseUrl, MysqlError> {
        let rest = (text.strip_prefix("mysql://").or_else(|| text.strip_prefix("mariadb://")))
            .ok_or_else(|| wrong("it must start with mysql://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, schema) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, port) = host_and_port(address)?;
        let mut url = DatabaseUrl {
            user: decode(user, "user name")?,
            password: Zeroizing::new(decode(password, "password")?),
            host: decode(host, "host")?,
            port,
            schema: decode(schema, "schema")?,
            socket: None,
            ssl_mode: SslMode::default(),
            ssl_ca: None,
        };
        if url.user.is_empty() {
            return Err(wrong("it names no user"));
        }
        for setting in query.split('&').filter(|s| !s.is_empty()) {
            url.set(setting)?;
        }
        if url.host.is_empty() && url.socket.is_none() {
            return Err(wrong("it names neither a host nor a socket"));
        }
        Ok(url)
    }

    fn set(&mut self, setting: &str) -> Result<(), MysqlError> {
        let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
        let value = decode(value, key)?;
        match key {
            "socket" => self.socket = Some(PathBuf::from(value)),
            "ssl-ca" => self.ssl_ca = Some(PathBuf::from(value)),
            "ssl-mode" => self.ssl_mode = ssl_mode(&value)?,
            _ => return Err(wrong(&format!("`{key}` is not a setting; known are socket, ssl-mode, ssl-ca"))),
        }
        Ok(())
    }

    /// The same account on the same server, with another schema (empty: none).
    #[must_use]
    pub fn with_schema(&self, schema: &str) -> DatabaseUrl {
        DatabaseUrl { schema: schema.to_owned(), ..self.clone() }
    }

    /// The server as people name it: `host:port`, or the socket's path.
    pub fn server(&self) -> String {
        match &self.socket {
            Some(path) => path.display().to_string(),
            None => format!("{}:{}", self.host, self.port),
        }
    }

    pub fn user(&self) -> &str {
        &self.user
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Empty when the URL names none.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    pub fn socket(&self) -> Option<&Path> {
        self.socket.as_deref()
    }

    pub fn ssl_mode(&self) -> SslMode {
        self.ssl_mode
    }

    pub fn ssl_ca(&self) -> Option<&Path> {
        self.ssl_ca.as_deref()
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = if self.password.is_empty() { "" } else { ":***" };
        match &self.socket {
            Some(path) => {
                write!(f, "mysql://{}{secret}@localhost/{}?socket={}", self.user, self.schema, path.display())
            }
            None => write!(f, "mysql://{}{secret}@{}:{}/{}", self.user, self.host, self.port, self.schema),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn wrong(problem: &str) -> MysqlError {
    MysqlError::Url { problem: problem.to_owned() }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn host_and_port(address: &str) -> Result<(&str, u16), MysqlError> {
    let (host, port) = match address.strip_prefix('[') {
        Some(v6) => {
            let (host, rest) = v6.split_once(']').ok_or_else(|| wrong("the host's `[` has no `]`"))?;
            (host, rest.strip_prefix(':'))
        }
        None => match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    let port = match port {
        Some(text) => text.parse().map_err(|_| wrong("the port is not a number below 65536"))?,
        None => 3306,
    };
    Ok((host, port))
}

fn ssl_mode(value: &str) -> Result<SslMode, MysqlError> {
    match value.to_ascii_lowercase().replace('-', "_").as_str() {
        "disabled" => Ok(SslMode::Disabled),
        "preferred" => Ok(SslMode::Preferred),
        "required" => Ok(SslMode::Required),
        "verify_ca" => Ok(SslMode::VerifyCa),
        "verify_identity" => Ok(SslMode::VerifyIdentity),
        _ => Err(wrong("ssl-mode is one of disabled, preferred, required, verify_ca, verify_identity")),
    }
}

fn decode(text: &str, part: &str) -> Result<String, MysqlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = tail;
            continue;
        }
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.ok_or_else(|| wrong(&format!("the {part} has a `%` without two hex digits after it")))?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).map_err(|_| wrong(&format!("the {part} is not UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_percent_decoded_and_the_password_is_never_shown() {
        let url =
            DatabaseUrl::parse("mysql://ba%40ck:p%3a%2Fss@db.example:3307/my%20shop?ssl-mode=verify_ca&ssl-ca=/ca.pem")
                .unwrap();
        assert_eq!((url.user(), url.password(), url.host(), url.port()), ("ba@ck", "p:/ss", "db.example", 3307));
        assert_eq!((url.schema(), url.ssl_mode()), ("my shop", SslMode::VerifyCa));
        assert_eq!(url.ssl_ca(), Some(Path::new("/ca.pem")));
        let shown = format!("{url} {url:?}");
        assert!(!shown.contains("p:/ss") && !shown.contains("p%3a") && shown.contains(":***"), "{shown}");
    }

    #[test]
    fn sockets_and_v6_hosts_are_understood() {
        let url = DatabaseUrl::parse("mysql://root@localhost/shop?socket=/run/mysqld/mysqld.sock").unwrap();
        assert_eq!(url.server(), "/run/mysqld/mysqld.sock");
        let url = DatabaseUrl::parse("mysql://root:x@[::1]:3310/shop").unwrap();
        assert_eq!((url.host(), url.port()), ("::1", 3310));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, says) in [
            ("postgres://u:secret@h/s", "mysql://"),
            ("mysql://:secret@h/s", "no user"),
            ("mysql://u:secret@h:port/s", "port"),
            ("mysql://u:secret@h/s?ssl=1", "`ssl` is not a setting"),
            ("mysql://u:secret%2@h/s", "two hex digits"),
            ("mysql://u:secret@/s", "neither a host nor a socket"),
        ] {
            let error = DatabaseUrl::parse(text).unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains("secret"), "{text}: {error}");
        }
    }
}
