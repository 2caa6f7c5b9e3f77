//! What a value may look like: how it is described to a person, and how its text is checked.

use std::str::FromStr;

use super::keys::Key;
use super::objectives::{self, Misread};
use super::suggestions::nearest;

/// The form of one value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// Free text, not empty.
    Words,
    /// Lower-case letters, digits and hyphens: part of object names and limit keys.
    Name,
    Choice(&'static [&'static str]),
    /// A whole number between two, both allowed.
    Count(i64, i64),
    Duration,
    Size,
    Schedule,
    Weekly,
    TimeZone,
    Mail,
    LocationUrl,
    Endpoint,
    /// A path of this machine, made absolute from the file's folder.
    Path,
    /// The same with `*`.
    Pattern,
    /// `{ env = … }`, `{ file = … }` or `{ command = […] }`.
    Secret,
    List(&'static Shape),
    Table(&'static [Key]),
    Tables(&'static [Key]),
    /// A section whose keys are free.
    Map(&'static Shape),
}

impl Shape {
    /// "it takes …"
    pub(crate) fn takes(&self) -> String {
        match self {
            Shape::Words => "text".to_owned(),
            Shape::Name => "a name of lower-case letters, digits and hyphens".to_owned(),
            Shape::Choice(words) => format!("one of {}", one_of(words)),
            Shape::Count(least, most) => format!("a whole number from {least} to {most}"),
            Shape::Duration => "a duration such as \"24h\"".to_owned(),
            Shape::Size => "a size such as \"1GiB\"".to_owned(),
            Shape::Schedule => "a schedule such as \"15 2 * * *\"".to_owned(),
            Shape::Weekly => "a weekly time such as \"Mon 07:00\"".to_owned(),
            Shape::TimeZone => "a time zone such as \"Europe/Stockholm\"".to_owned(),
            Shape::Mail => "a mail address".to_owned(),
            Shape::LocationUrl => "a URL: file://, s3:// or gs://".to_owned(),
            Shape::Endpoint => "a URL: http:// or https://".to_owned(),
            Shape::Path => "a path".to_owned(),
            Shape::Pattern => "a path with *".to_owned(),
            Shape::Secret => "a reference to a secret".to_owned(),
            Shape::List(_) => "a list".to_owned(),
            Shape::Table(_) | Shape::Map(_) => "a section".to_owned(),
            Shape::Tables(_) => "a list of sections".to_owned(),
        }
    }

    /// A value as it is written in TOML.
    pub(crate) fn example(&self) -> String {
        match self {
            Shape::Words => "\"…\"".to_owned(),
            Shape::Name => "\"acme\"".to_owned(),
            Shape::Choice(words) => format!("\"{}\"", words[0]),
            Shape::Count(least, _) => (*least.max(&1)).to_string(),
            Shape::Duration => "\"24h\"".to_owned(),
            Shape::Size => "\"1GiB\"".to_owned(),
            Shape::Schedule => "\"15 2 * * *\"".to_owned(),
            Shape::Weekly => "\"Mon 07:00\"".to_owned(),
            Shape::TimeZone => "\"Europe/Stockholm\"".to_owned(),
            Shape::Mail => "\"ops@acme.example\"".to_owned(),
            Shape::LocationUrl => "\"file:///var/lib/holdfast/hot\"".to_owned(),
            Shape::Endpoint => "\"http://127.0.0.1:9000\"".to_owned(),
            Shape::Path => "\"/var/lib/holdfast\"".to_owned(),
            Shape::Pattern => "\"stores/*.toml\"".to_owned(),
            Shape::Secret => "{ env = \"NAME\" }".to_owned(),
            Shape::List(inner) => format!("[{}]", inner.example()),
            Shape::Table(_) | Shape::Map(_) => "{ … }".to_owned(),
            Shape::Tables(_) => "[{ … }]".to_owned(),
        }
    }

    /// Checks the text of a value that is written as text; forms that are not are never asked.
    pub(crate) fn check(&self, text: &str) -> Result<(), Misread> {
        match self {
            Shape::Words | Shape::Path | Shape::Pattern => not_empty(text),
            Shape::Name => name(text),
            Shape::Choice(words) => choice(text, words),
            Shape::Duration => objectives::Duration::from_str(text).map(drop),
            Shape::Size => objectives::Size::from_str(text).map(drop),
            Shape::Schedule => objectives::Schedule::from_str(text).map(drop),
            Shape::Weekly => objectives::Weekly::from_str(text).map(drop),
            Shape::TimeZone => time_zone(text),
            Shape::Mail => mail(text),
            Shape::LocationUrl => location_url(text),
            Shape::Endpoint => endpoint(text),
            Shape::Count(..) | Shape::Secret | Shape::List(_) | Shape::Table(_) | Shape::Tables(_) | Shape::Map(_) => {
                Ok(())
            }
        }
    }
}

/// `hot, warm or cold`, for a message.
pub(crate) fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

fn not_empty(text: &str) -> Result<(), Misread> {
    match text.trim() {
        "" => Err(Misread::new("it is empty", "write a value, or remove the key")),
        _ => Ok(()),
    }
}

fn name(text: &str) -> Result<(), Misread> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if text.len() <= 63 && text.starts_with(edge) && text.ends_with(edge) && text.chars().all(allowed) {
        return Ok(());
    }
    let mended: String = text.to_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).take(63).collect();
    let next = match mended.trim_matches('-') {
        "" => "write for example \"acme\"".to_owned(),
        mended => format!("write for example \"{mended}\""),
    };
    Err(Misread::new(
        "a name has lower-case letters, digits and inner hyphens, at most 63: it is part of object names",
        next,
    ))
}

fn choice(text: &str, words: &[&str]) -> Result<(), Misread> {
    if words.contains(&text) {
        return Ok(());
    }
    let next = match nearest(text, words.iter().copied()) {
        Some(word) => format!("did you mean \"{word}\"?"),
        None => format!("write for example \"{}\"", words[0]),
    };
    Err(Misread::new(format!("it takes {}", one_of(words)), next))
}

fn time_zone(text: &str) -> Result<(), Misread> {
    if text.parse::<chrono_tz::Tz>().is_ok() {
        return Ok(());
    }
    let next = match nearest(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())) {
        Some(zone) => format!("did you mean \"{zone}\"?"),
        None => "write for example \"Europe/Stockholm\"".to_owned(),
    };
    Err(Misread::new("the time zone database has no such zone", next))
}

fn mail(text: &str) -> Result<(), Misread> {
    let whole = |(user, host): (&str, &str)| {
        !user.is_empty()
            && host.contains(|c: char| c != '.')
            && !host.contains('@')
            && !text.contains(char::is_whitespace)
    };
    match text.split_once('@').is_some_and(whole) {
        true => Ok(()),
        false => Err(Misread::new("it is not a mail address", "write for example \"ops@acme.example\"")),
    }
}

const SCHEMES: [&str; 3] = ["file", "s3", "gs"];

fn location_url(text: &str) -> Result<(), Misread> {
    let example = "write for example \"file:///var/lib/holdfast/hot\" or \"s3://bucket/prefix\"";
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(Misread::new("it is not a URL", example));
    };
    match scheme {
        "file" if rest.starts_with('/') && rest.len() > 1 => Ok(()),
        "file" => {
            Err(Misread::new("file:// takes an absolute path", "write three slashes: \"file:///var/lib/holdfast/hot\""))
        }
        "s3" | "gs" => bucket(scheme, rest),
        _ => {
            let next =
                nearest(scheme, SCHEMES).map_or_else(|| example.to_owned(), |s| format!("did you mean \"{s}://\"?"));
            Err(Misread::new(format!("there is no storage for {scheme}://, only file://, s3:// and gs://"), next))
        }
    }
}

fn bucket(scheme: &str, rest: &str) -> Result<(), Misread> {
    let bucket = rest.split('/').next().unwrap_or(rest);
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
    if bucket.len() >= 3 && bucket.chars().all(allowed) {
        return Ok(());
    }
    let why = "a bucket's name has 3 letters or more, of a-z, 0-9, hyphen and dot";
    Err(Misread::new(why, format!("write for example \"{scheme}://bucket/prefix\"")))
}

fn endpoint(text: &str) -> Result<(), Misread> {
    let example = "write for example \"http://127.0.0.1:9000\"";
    let Some(("http" | "https", authority)) = text.split_once("://") else {
        return Err(Misread::new("it is not an http:// or https:// URL", example));
    };
    if authority.contains('@') {
        return Err(Misread::new(
            "it holds a user or password",
            "credentials come from the cloud's own chain: remove them here",
        ));
    }
    let host = authority.trim_end_matches('/');
    match host.is_empty() || host.contains(|c: char| c == '/' || c.is_whitespace()) {
        true => Err(Misread::new("it takes a host and a port, no path", example)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(shape: Shape, texts: &[&str]) {
        for text in texts {
            assert!(shape.check(text).is_err(), "{text:?} was taken for {}", shape.takes());
        }
    }

    #[test]
    fn a_name_fits_into_an_object_name() {
        for name in ["acme", "acme-2", "7days", "a"] {
            assert_eq!(Shape::Name.check(name), Ok(()));
        }
        refused(Shape::Name, &["", "Acme", "acme_se", "acme/se", "-acme", "acme-", "åland", "a b", &"a".repeat(64)]);
        assert_eq!(Shape::Name.check("Acme Shop").unwrap_err().next, "write for example \"acme-shop\"");
    }

    #[test]
    fn a_location_has_a_scheme_we_know_and_a_place() {
        for url in ["file:///srv/hot", "s3://hf-warm/agency", "gs://hf-cold"] {
            assert_eq!(Shape::LocationUrl.check(url), Ok(()));
        }
        refused(
            Shape::LocationUrl,
            &["", "/srv/hot", "file://hot", "file:///", "s3://", "s3:///x", "gs://A", "ftp://h/p"],
        );
        assert_eq!(Shape::LocationUrl.check("gcs://b").unwrap_err().next, "did you mean \"gs://\"?");
    }

    #[test]
    fn an_endpoint_names_a_server_and_no_credentials() {
        for url in ["http://127.0.0.1:9000", "https://s3.example/"] {
            assert_eq!(Shape::Endpoint.check(url), Ok(()));
        }
        refused(Shape::Endpoint, &["127.0.0.1:9000", "s3://x", "http://", "http://h/p", "http://u:p@h"]);
    }

    #[test]
    fn a_mail_address_has_two_sides() {
        assert_eq!(Shape::Mail.check("ops@acme.example"), Ok(()));
        refused(Shape::Mail, &["ops", "@acme", "ops@", "ops @acme", "a@b@c"]);
    }

    #[test]
    fn a_mistyped_time_zone_is_suggested() {
        assert_eq!(Shape::TimeZone.check("Europe/Stokholm").unwrap_err().next, "did you mean \"Europe/Stockholm\"?");
    }
}
