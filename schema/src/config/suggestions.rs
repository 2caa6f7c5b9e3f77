//! "Did you mean": the nearest of the words that would have been right.

/// The candidate nearest to `word`, when it is near enough to be a slip of the hand rather than another word.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    // A third of the letters may be wrong: "shedule" and "paralel" are meant, "ssh" and "url" are not each other.
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_hand_is_recognised() {
        let keys = ["url", "ssh", "schedule", "parallel", "host_limit"];
        assert_eq!(nearest("shedule", keys), Some("schedule"));
        assert_eq!(nearest("Parralel", keys), Some("parallel"));
        assert_eq!(nearest("host-limit", keys), Some("host_limit"));
        assert_eq!(nearest("urls", keys), Some("url"));
    }

    #[test]
    fn another_word_is_not_a_slip() {
        assert_eq!(nearest("password", ["url", "ssh", "schedule"]), None);
        assert_eq!(nearest("", ["url"]), None);
    }
}
