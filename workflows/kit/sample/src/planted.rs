//! Values that look like secrets, stand in every sample store whatever its seed and size, and occur nowhere else:
//! search a log for them to learn whether a row's values reached it.

/// A value to search for. It is a part of the cells it stands in, unescaped in SQL, JSON and PHP's serialisation alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planted {
    pub what: &'static str,
    pub value: &'static str,
    /// One place of it; there are more.
    pub table: &'static str,
    pub column: &'static str,
}

pub(crate) const EMAIL: &str = "zq7-planted-mailbox";
pub(crate) const GIVEN: &str = "Zephyrinequa";
pub(crate) const FAMILY: &str = "Quarrelwindström";
pub(crate) const STREET: &str = "Plantedgränd 4711";
pub(crate) const PHONE: &str = "+46 70 471 147 11";
pub(crate) const CARD: &str = "4929471147114711";
pub(crate) const CARD_IN_TEXT: &str = "4929 4711 4711 4711";
pub(crate) const NATIONAL_ID: &str = "19471147-4711";
pub(crate) const PASSWORD_HASH: &str = "9f4711c0ffee4711beef4711dead4711";
pub(crate) const ADMIN: &str = "zq7-planted-admin";
pub(crate) const GATEWAY_KEY: &str = "sk_live_zq7Planted4711Key";
pub(crate) const TOKEN: &str = "zq7plantedsessiontoken4711";
pub(crate) const ADDRESS: &str = "203.0.113.147";

/// Rows that carry the planted person: the first, then one in this many.
pub(crate) const EVERY: u64 = 500;

pub(crate) const PLANTED: &[Planted] = &[
    Planted { what: "e-mail address", value: EMAIL, table: "customer_entity", column: "email" },
    Planted { what: "given name", value: GIVEN, table: "customer_entity", column: "firstname" },
    Planted { what: "family name", value: FAMILY, table: "sales_order_address", column: "lastname" },
    Planted { what: "street", value: STREET, table: "customer_address_entity", column: "street" },
    Planted { what: "telephone", value: PHONE, table: "customer_address_entity", column: "telephone" },
    Planted { what: "card number", value: CARD, table: "sales_order_payment", column: "cc_number_enc" },
    Planted {
        what: "card number in a comment",
        value: CARD_IN_TEXT,
        table: "sales_order_status_history",
        column: "comment",
    },
    Planted { what: "national id in JSON", value: NATIONAL_ID, table: "acme_loyalty", column: "profile" },
    Planted { what: "password hash", value: PASSWORD_HASH, table: "customer_entity", column: "password_hash" },
    Planted { what: "administrator", value: ADMIN, table: "admin_user", column: "username" },
    Planted { what: "payment gateway key", value: GATEWAY_KEY, table: "core_config_data", column: "value" },
    Planted { what: "session token in a blob", value: TOKEN, table: "session", column: "session_data" },
    Planted { what: "IP address", value: ADDRESS, table: "sales_order", column: "remote_ip" },
];
