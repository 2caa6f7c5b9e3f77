//! What holds in a consistent store at every moment, with a live shop or without.

/// Name, and a query that counts the rows that break it: 0 when the store is consistent. Between them they read all
/// that [`crate::Shop`] changes in one transaction.
pub fn invariants() -> Vec<(&'static str, &'static str)> {
    let file = include_str!("../schema/invariants.sql");
    file.split(";\n").filter_map(|statement| statement.trim().strip_prefix("-- ")?.split_once('\n')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_has_a_name_and_one_query() {
        let invariants = invariants();
        assert_eq!(invariants.len(), include_str!("../schema/invariants.sql").matches("\n-- ").count() + 1);
        for (name, sql) in invariants {
            assert!(sql.starts_with("SELECT COUNT(*)") && !sql.contains(';'), "{name}: {sql}");
        }
    }
}
