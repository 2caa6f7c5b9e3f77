//! What a server's refusal means to the person who restores: the object, why, and what to do.

use crate::error::{MysqlError, code};

/// Errors of the target by their number, where the number tells what to do.
mod target {
    pub(super) const OUT_OF_DISK: [u16; 5] = [3, 28, 1021, 1026, 1114];
    pub(super) const GOT_ERRNO: u16 = 1030;
    pub(super) const EXISTS: [u16; 6] = [1050, 1304, 1359, 1537, 4161, 1396];
    pub(super) const NO_LOCAL_FILES: [u16; 3] = [1148, 3948, 4166];
    pub(super) const ROUTINE_UNSAFE: u16 = 1418;
    pub(super) const UNKNOWN_COLLATION: [u16; 2] = [1115, 1273];
}

/// `error` met while doing `what` (`creating table `x``), told with the object's name. What is worth another try stays what it is.
pub(super) fn refused(what: &str, error: MysqlError) -> MysqlError {
    let MysqlError::Server { server, code, sqlstate, text, .. } = error else { return error };
    if matches!(code, code::LOCK_WAIT_TIMEOUT | code::LOCK_DEADLOCK) {
        return MysqlError::Server { server, doing: what.to_owned(), code, sqlstate, text };
    }
    MysqlError::Target {
        what: format!("{server} refused {what}"),
        why: format!("{text} (error {code})"),
        next: next(code, &text),
    }
}

fn next(number: u16, text: &str) -> String {
    let out_of_disk = target::OUT_OF_DISK.contains(&number)
        || number == target::GOT_ERRNO && (text.contains("error 28") || text.contains("No space left"));
    let next = if out_of_disk {
        "free disk space on the target server, then restore again into an empty schema"
    } else if target::EXISTS.contains(&number) {
        "name an empty schema, or remove what is there first"
    } else if target::NO_LOCAL_FILES.contains(&number) {
        "SET GLOBAL local_infile = 1 on the target server for the time of the restore"
    } else if number == target::ROUTINE_UNSAFE {
        "SET GLOBAL log_bin_trust_function_creators = 1 on the target server for the time of the restore"
    } else if target::UNKNOWN_COLLATION.contains(&number) {
        "restore into a server of the source's product and version, or a later one"
    } else if number == code::SPECIFIC_ACCESS_DENIED {
        "GRANT the privilege named to the restoring account (SET USER to keep other accounts as definers), or restore with the current account as definer"
    } else if matches!(
        number,
        code::DBACCESS_DENIED | code::TABLEACCESS_DENIED | code::COLUMNACCESS_DENIED | code::PROCACCESS_DENIED
    ) {
        "GRANT ALL PRIVILEGES on the target schema to the restoring account"
    } else {
        "see the server's log; restore into a server of the source's product and version"
    };
    next.to_owned()
}
