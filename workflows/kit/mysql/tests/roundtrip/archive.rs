//! An archive in memory: what a dump hands out, and a load asks for.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::sync::Mutex;

use holdfast_archive::index::Index;
use holdfast_archive::{Dek, DigestKey};
use holdfast_mysql::{
    CompareOptions, DatabaseUrl, Definers, DumpOptions, LoadOptions, Loaded, MysqlError, NonTransactional, Problem,
    Watch, compare, dump, load,
};
use uuid::Uuid;

pub(crate) struct Archive {
    pub(crate) index: Index,
    pub(crate) packs: BTreeMap<u32, Vec<u8>>,
    pub(crate) dek: Dek,
    pub(crate) backup: Uuid,
}

const STORE: &str = "acme";

impl Archive {
    /// Small frames and packs, so that tables of a few megabytes have many of both.
    pub(crate) fn of(url: &str) -> Archive {
        let options = DumpOptions {
            non_transactional: NonTransactional::Lock,
            frame_bytes: 64 << 10,
            pack_bytes: 1 << 20,
            ..DumpOptions::for_store(STORE)
        };
        let (dek, backup) = (Dek::generate(), Uuid::now_v7());
        let packs = Mutex::new(BTreeMap::new());
        let keep = |digest: holdfast_archive::PackDigest, bytes: Vec<u8>| {
            packs.lock().unwrap().insert(digest.number, bytes);
            Ok(())
        };
        let new_pack = |_| Ok(Vec::new());
        let dumped = dump(&parse(url), &options, &dek, backup, new_pack, keep, &Watch::new()).unwrap();
        Archive { index: dumped.index, packs: packs.into_inner().unwrap(), dek, backup }
    }

    pub(crate) fn open(&self, pack: u32, offset: u64) -> io::Result<Cursor<&[u8]>> {
        let bytes = self.packs.get(&pack).ok_or_else(|| io::Error::other(format!("pack {pack} is missing")))?;
        let mut read = Cursor::new(bytes.as_slice());
        read.set_position(offset);
        Ok(read)
    }

    pub(crate) fn load(&self, url: &str, options: &LoadOptions) -> Result<Loaded, MysqlError> {
        let open = |pack, offset| self.open(pack, offset);
        load(&parse(url), &self.index, &self.dek, self.backup, open, options, &Watch::new())
    }

    pub(crate) fn compare(&self, url: &str, definers: Definers) -> Vec<Problem> {
        let options = CompareOptions { digest_key: DigestKey::for_store(STORE), definers, ..CompareOptions::default() };
        compare(&parse(url), &self.index, &options, &Watch::new()).unwrap()
    }
}

pub(crate) fn parse(url: &str) -> DatabaseUrl {
    DatabaseUrl::parse(url).unwrap()
}

/// What a person reads: what and why of every problem.
pub(crate) fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{}: {}\n", problem.what, problem.why)).collect()
}
