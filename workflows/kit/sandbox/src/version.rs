//! Which database server: a sandbox proves something only when it is the source's own product and version.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    MariaDb,
    MySql,
}

impl Product {
    /// As images and packages are named.
    pub fn name(self) -> &'static str {
        match self {
            Product::MariaDb => "mariadb",
            Product::MySql => "mysql",
        }
    }
}

/// A product and its version: `mariadb 10.11.19`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub product: Product,
    pub major: u16,
    pub minor: u16,
    pub patch: u16,
}

impl Version {
    /// Reads what a server says of itself: `10.11.19-MariaDB-0+deb12u1`, `5.5.5-10.6.1-MariaDB`, `8.0.36`, or the line
    /// of `--version`. `None` when no version stands in it.
    pub fn parse(text: &str) -> Option<Version> {
        let product = if text.to_ascii_lowercase().contains("mariadb") { Product::MariaDb } else { Product::MySql };
        Version::numbers(product, text)
    }

    /// As [`Version::parse`], with the product known from elsewhere (`10.11.6`).
    pub fn numbers(product: Product, text: &str) -> Option<Version> {
        // MariaDB's handshake puts 5.5.5- before its version, for clients that know MySQL's numbers only.
        let text = text.trim().strip_prefix("5.5.5-").unwrap_or(text);
        text.split([' ', '-', '+', '~']).find_map(|word| {
            let mut parts = word.split('.').map(str::parse::<u16>);
            let (major, minor) = (parts.next()?.ok()?, parts.next()?.ok()?);
            Some(Version { product, major, minor, patch: parts.next().and_then(Result::ok).unwrap_or(0) })
        })
    }

    /// `10.11`: the series whose data and behaviour are the same.
    pub fn series(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    pub fn same_series(self, other: Version) -> bool {
        (self.product, self.major, self.minor) == (other.product, other.major, other.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.{}.{}", self.product.name(), self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_a_server_states_its_version_is_read() {
        let mariadb = |major, minor, patch| Some(Version { product: Product::MariaDb, major, minor, patch });
        let mysql = |major, minor, patch| Some(Version { product: Product::MySql, major, minor, patch });
        assert_eq!(Version::parse("5.5.5-10.11.19-MariaDB-0+deb12u1"), mariadb(10, 11, 19));
        assert_eq!(Version::parse("11.8.3-MariaDB-log"), mariadb(11, 8, 3));
        assert_eq!(Version::parse("8.4.2"), mysql(8, 4, 2));
        assert_eq!(
            Version::parse("mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64"),
            mariadb(10, 11, 19)
        );
        assert_eq!(Version::parse("/usr/sbin/mysqld  Ver 9.7.0 for Linux on x86_64"), mysql(9, 7, 0));
        assert_eq!(Version::numbers(Product::MariaDb, "10.6"), mariadb(10, 6, 0));
        assert_eq!(Version::parse("unknown"), None);
    }
}
