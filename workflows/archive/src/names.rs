//! Where the objects of an archive lie. No table's name stands in an object's name.

use uuid::Uuid;

/// Everything of one backup lies under this prefix, and nothing else does. Ends with `/`.
pub fn backup_prefix(store: &str, backup: &Uuid) -> String {
    format!("{store}/{backup}/")
}

pub fn header_key(store: &str, backup: &Uuid) -> String {
    format!("{store}/{backup}/header")
}

pub fn pack_key(store: &str, backup: &Uuid, number: u32) -> String {
    format!("{store}/{backup}/p/{number:06}")
}

/// The commit marker: written last, and without it there is no backup.
pub fn manifest_key(store: &str, backup: &Uuid) -> String {
    format!("{store}/{backup}/manifest")
}
