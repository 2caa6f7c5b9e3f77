//! Where a restore goes. The URL holds a password, so it stands in the ledger only sealed.

use holdfast_archive::{RecipientPrivate, RecipientPublic, letter};
use holdfast_engine::StepContext;
use holdfast_mysql::DatabaseUrl;
use holdfast_schema::Fault;
use serde::{Deserialize, Serialize};

use super::Request;
use crate::{Scene, faults};

/// What the sealed URL is bound to, so that it opens as nothing else.
const PURPOSE: &str = "holdfast 1 restore target";

/// A database URL under HPKE for the store's key, base64.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedUrl(String);

impl SealedUrl {
    pub fn seal(url: &str, key: &RecipientPublic) -> Result<SealedUrl, Fault> {
        Ok(SealedUrl(letter::seal(key, PURPOSE, url.as_bytes()).map_err(faults::archive)?))
    }

    pub fn open(&self, key: &RecipientPrivate) -> Result<DatabaseUrl, Fault> {
        let text = letter::open(key, PURPOSE, &self.0).map_err(faults::archive)?;
        DatabaseUrl::parse(&String::from_utf8_lossy(&text)).map_err(Fault::from)
    }
}

/// The request of this run, and its target opened.
pub fn of(step: &StepContext, scene: &Scene) -> Result<(Request, DatabaseUrl), Fault> {
    let request: Request = serde_json::from_value(step.input.clone()).map_err(|error| faults::input(step, &error))?;
    let url = request.target.open(&scene.keys.private(&scene.store.name)?)?;
    Ok((request, url))
}
