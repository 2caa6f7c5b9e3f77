//! The small values of a configuration, each read from text with its unit: durations, sizes, tiers, schedules, weekly times.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveTime, Weekday};
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};

/// Why a text could not be read as the value it should be, and how to write it instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}: {next}")]
pub struct Misread {
    pub why: String,
    pub next: String,
}

impl Misread {
    pub(crate) fn new(why: impl Into<String>, next: impl Into<String>) -> Misread {
        Misread { why: why.into(), next: next.into() }
    }
}

/// How near to production a copy is kept: `hot` to restore from, `warm` elsewhere, `cold` for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    Hot,
    Warm,
    Cold,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tier::Hot => "hot",
            Tier::Warm => "warm",
            Tier::Cold => "cold",
        })
    }
}

const DURATION_UNITS: [(char, u64); 6] =
    [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800), ('y', 365 * 86_400)];

/// A whole number and a unit, `90m`, `24h`, `7d`, `1y`: shown as it was written, compared by its length.
///
/// A day has 86,400 seconds and a year 365 days: these are ages and objectives, not dates.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Duration {
    amount: u64,
    unit: char,
    seconds: u64,
}

impl Duration {
    pub const fn days(amount: u64) -> Duration {
        Duration { amount, unit: 'd', seconds: amount * 86_400 }
    }

    pub const fn seconds(&self) -> u64 {
        self.seconds
    }

    pub const fn to_std(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.seconds)
    }
}

impl FromStr for Duration {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Duration, Misread> {
        let wrong =
            || Misread::new("a duration is a number and a unit: s, m, h, d, w or y", "write for example \"24h\"");
        let by_length = |(unit, length): (char, u64)| Some((text.strip_suffix(unit)?, unit, length));
        let (amount, unit, length) = DURATION_UNITS.into_iter().find_map(by_length).ok_or_else(wrong)?;
        let amount = Some(amount).filter(|digits| digits.chars().all(|c| c.is_ascii_digit()));
        let amount: u64 = amount.and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
        let seconds = amount.checked_mul(length).filter(|seconds| (1..=100 * 365 * 86_400).contains(seconds));
        let seconds =
            seconds.ok_or_else(|| Misread::new("a duration lies between 1s and 100y", "write for example \"24h\""))?;
        Ok(Duration { amount, unit, seconds })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.unit)
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Duration) -> bool {
        self.seconds == other.seconds
    }
}

impl Eq for Duration {}

impl PartialOrd for Duration {
    fn partial_cmp(&self, other: &Duration) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Duration {
    fn cmp(&self, other: &Duration) -> Ordering {
        self.seconds.cmp(&other.seconds)
    }
}

const SIZE_UNITS: [(&str, u64); 5] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// A number of bytes, written with a binary unit: `512MiB`, `4GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size(u64);

impl Size {
    pub const fn bytes(&self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Size, Misread> {
        let wrong =
            || Misread::new("a size is a number and a unit: B, KiB, MiB, GiB or TiB", "write for example \"1GiB\"");
        let (amount, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
        let amount: u64 = amount.parse().map_err(|_| wrong())?;
        let (_, factor) = SIZE_UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        amount.checked_mul(factor).map(Size).ok_or_else(wrong)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |factor: &u64| self.0 >= *factor && self.0.is_multiple_of(*factor);
        let (unit, factor) = SIZE_UNITS.into_iter().find(|(_, factor)| fits(factor)).unwrap_or(("B", 1));
        write!(f, "{}{unit}", self.0 / factor)
    }
}

/// When something is due: a cron line of five fields (minute, hour, day of month, month, day of week), in its store's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Schedule(String);

impl Schedule {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Schedule {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Schedule, Misread> {
        let next = "write five fields, for example \"15 2 * * *\" for 02:15 every day";
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        match text.split_whitespace().count() {
            5 => {}
            fields => return Err(Misread::new(format!("a schedule has five fields, this has {fields}"), next)),
        }
        let cron = parser.parse(text).map_err(|error| Misread::new(error.to_string().trim_end_matches('.'), next))?;
        // Any moment will do: what does not come after one comes after none.
        match cron.find_next_occurrence(&DateTime::UNIX_EPOCH, false) {
            Ok(_) => Ok(Schedule(text.to_owned())),
            Err(_) => Err(Misread::new("this time never comes", next)),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A time of the week, `Mon 07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weekly {
    pub day: Weekday,
    pub time: NaiveTime,
}

impl FromStr for Weekly {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Weekly, Misread> {
        let read = |(day, time): (&str, &str)| {
            Some(Weekly { day: day.parse().ok()?, time: NaiveTime::parse_from_str(time, "%H:%M").ok()? })
        };
        let wrong = || Misread::new("a weekly time is a day and a time", "write for example \"Mon 07:00\"");
        text.split_once(' ').and_then(read).ok_or_else(wrong)
    }
}

impl fmt::Display for Weekly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.day, self.time.format("%H:%M"))
    }
}

/// serde goes through the text form, so what is stored is what was written.
macro_rules! text_form {
    ($($kind:ty),*) => {$(
        impl TryFrom<String> for $kind {
            type Error = Misread;
            fn try_from(text: String) -> Result<$kind, Misread> {
                text.parse()
            }
        }
        impl From<$kind> for String {
            fn from(value: $kind) -> String {
                value.to_string()
            }
        }
    )*};
}

text_form!(Duration, Size, Schedule, Weekly);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_shown_as_written_and_compared_by_its_length() {
        let day: Duration = "24h".parse().unwrap();
        assert_eq!((day.to_string().as_str(), day.seconds()), ("24h", 86_400));
        assert_eq!(day, Duration::days(1));
        assert!("1y".parse::<Duration>().unwrap() > "52w".parse().unwrap());
        assert_eq!("90m".parse::<Duration>().unwrap().to_std().as_secs(), 5_400);
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "7", "d", "7 d", "7days", "-7d", "1.5h", "0s", "101y", "99999999999999999999y", "７d"] {
            assert!(text.parse::<Duration>().is_err(), "{text:?} was read as a duration");
        }
    }

    #[test]
    fn a_size_is_bytes_with_a_binary_unit() {
        assert_eq!("4GiB".parse::<Size>().unwrap().bytes(), 4 << 30);
        assert_eq!("1536MiB".parse::<Size>().unwrap().to_string(), "1536MiB");
        assert_eq!("0B".parse::<Size>().unwrap().to_string(), "0B");
        for text in ["4GB", "4", "GiB", "4 GiB", "99999999999TiB"] {
            assert!(text.parse::<Size>().is_err(), "{text:?} was read as a size");
        }
    }

    #[test]
    fn a_schedule_has_five_fields_that_cron_knows() {
        for text in ["15 2 * * *", "*/5 * * * 1-5", "0 4 * * 0", "0 0 L * *", "0 0 29 2 *"] {
            assert_eq!(text.parse::<Schedule>().unwrap().as_str(), text);
        }
        for text in ["", "15 2 * *", "0 15 2 * * *", "61 2 * * *", "15 2 * * Monday2", "@daily", "0 0 30 2 *"] {
            assert!(text.parse::<Schedule>().is_err(), "{text:?} was read as a schedule");
        }
    }

    #[test]
    fn a_weekly_time_is_a_day_and_a_time() {
        assert_eq!("Mon 07:00".parse::<Weekly>().unwrap().to_string(), "Mon 07:00");
        for text in ["07:00", "Mon", "Moon 07:00", "Mon 25:00", "Mon 07:00:00"] {
            assert!(text.parse::<Weekly>().is_err(), "{text:?} was read as a weekly time");
        }
    }
}
