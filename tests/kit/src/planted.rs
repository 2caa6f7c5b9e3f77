//! Values that must never be seen where they do not belong.

use uuid::Uuid;

/// A secret and a row's value, unlike anything else, to be looked for in logs, receipts and archives afterwards.
#[derive(Debug, Clone)]
pub struct Planted {
    pub secret: String,
    pub row_value: String,
}

impl Planted {
    pub fn new() -> Planted {
        let unlike = |what: &str| format!("planted{what}{}", Uuid::now_v7().simple());
        Planted { secret: unlike("secret"), row_value: unlike("row") }
    }

    /// Panics when `text` holds one of them.
    pub fn assert_absent(&self, place: &str, text: &[u8]) {
        for value in [&self.secret, &self.row_value] {
            let found = text.windows(value.len()).any(|window| window == value.as_bytes());
            assert!(!found, "{place} holds the planted value {value}");
        }
    }
}

impl Default for Planted {
    fn default() -> Planted {
        Planted::new()
    }
}
