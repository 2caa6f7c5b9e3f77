//! The demo's installation: three locations on this disk, one store, keys of its own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use holdfast_archive::RecipientKind;
use holdfast_workflows::Keyring;

use super::STORE;
use crate::exit::Failure;

/// Writes the configuration and makes the keys; returns the configuration's path.
pub fn write(dir: &Path, database_url: &str) -> Result<PathBuf, Failure> {
    let failed = |error: std::io::Error| Failure::failed("the demo's configuration was not written", &error);
    fs::create_dir_all(dir.join("stores")).map_err(failed)?;
    let secret = dir.join("stores/demo.url");
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&secret).map_err(failed)?;
    file.write_all(database_url.as_bytes()).map_err(failed)?;
    let config = dir.join("holdfast.toml");
    fs::write(&config, installation(dir)).map_err(failed)?;
    fs::write(dir.join("stores/demo.toml"), store(&secret)).map_err(failed)?;
    let keys = Keyring::at(dir.join("keys"));
    keys.create_installation()?;
    keys.create_recipient("escrow", RecipientKind::Escrow)?;
    keys.create_recipient(STORE, RecipientKind::Store)?;
    Ok(config)
}

fn installation(dir: &Path) -> String {
    let location = |tier: &str| {
        format!("\n[[location]]\nname = \"{tier}\"\ntier = \"{tier}\"\nurl = \"file://{}\"\n", dir.join(tier).display())
    };
    let head = format!("data_dir = \"{0}\"\nkeys_dir = \"{0}/keys\"\nstores = \"stores/*.toml\"\n", dir.display());
    [head, location("hot"), location("warm"), location("cold")].concat()
}

fn store(secret: &Path) -> String {
    format!(
        r#"name = "{STORE}"
owner = "owner@demo.example"
timezone = "Europe/Stockholm"

[objectives]
rpo = "24h"
rto = "1h"

[database]
url = {{ file = "{}" }}
schedule = "15 2 * * *"

[verify]
key_tables = ["sales_order", "customer_entity", "catalog_product_entity", "core_config_data"]
checks = [{{ name = "every order has an item", sql = "SELECT COUNT(*) = 0 FROM sales_order o LEFT JOIN sales_order_item i ON i.order_id = o.entity_id WHERE i.item_id IS NULL" }}]
"#,
        secret.display()
    )
}
