//! The JSON Schema that editors complete and check the files with, read from the table of settings.

use serde_json::{Map, Value, json};

use super::keys::{Absent, INSTALLATION, Key, STORE};
use super::shapes::Shape;

/// One schema for both kinds of file: `#/$defs/installation` is `holdfast.toml`, `#/$defs/store` is `stores/*.toml`.
pub fn json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Holdfast configuration",
        "anyOf": [{ "$ref": "#/$defs/installation" }, { "$ref": "#/$defs/store" }],
        "$defs": { "installation": section(INSTALLATION), "store": section(STORE), "secret": secret() },
    })
}

fn section(keys: &[Key]) -> Value {
    let required: Vec<&str> =
        keys.iter().filter(|key| matches!(key.absent, Absent::Mistake)).map(|key| key.name).collect();
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn property(key: &Key) -> Value {
    let mut schema = form(&key.shape);
    schema["description"] = key.says.into();
    match (&key.absent, &key.shape) {
        (Absent::Text(text), _) => schema["default"] = (*text).into(),
        (Absent::Number(number), _) => schema["default"] = (*number).into(),
        (Absent::UnderDataDir(name), _) => schema["default"] = format!("<data_dir>/{name}").into(),
        (Absent::Empty, Shape::List(_) | Shape::Tables(_)) => schema["default"] = json!([]),
        (Absent::Empty | Absent::Nothing | Absent::Mistake, _) => {}
    }
    schema
}

fn form(shape: &Shape) -> Value {
    match shape {
        Shape::Words | Shape::Path | Shape::Pattern => json!({ "type": "string", "minLength": 1 }),
        Shape::Name => json!({ "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" }),
        Shape::Choice(words) => json!({ "type": "string", "enum": words }),
        Shape::Count(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[0-9]+[smhdwy]$" }),
        Shape::Size => json!({ "type": "string", "pattern": "^[0-9]+([KMGT]i)?B$" }),
        Shape::Schedule => json!({ "type": "string", "pattern": "^\\S+(\\s+\\S+){4}$" }),
        Shape::Weekly => json!({ "type": "string", "pattern": "^[A-Za-z]+ [0-9]{1,2}:[0-9]{2}$" }),
        Shape::TimeZone => json!({ "type": "string", "examples": ["UTC", "Europe/Stockholm"] }),
        Shape::Mail => json!({ "type": "string", "format": "email" }),
        Shape::LocationUrl => json!({ "type": "string", "pattern": "^(file:///|s3://|gs://)." }),
        Shape::Endpoint => json!({ "type": "string", "pattern": "^https?://[^/@]+/?$" }),
        Shape::Secret => json!({ "$ref": "#/$defs/secret" }),
        Shape::List(inner) => json!({ "type": "array", "items": form(inner) }),
        Shape::Table(keys) => section(keys),
        Shape::Tables(keys) => json!({ "type": "array", "items": section(keys) }),
        Shape::Map(inner) => json!({ "type": "object", "additionalProperties": form(inner) }),
    }
}

fn secret() -> Value {
    json!({
        "type": "object",
        "description": "Where a secret is kept, never the secret",
        "properties": {
            "env": { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "description": "An environment variable" },
            "file": { "type": "string", "minLength": 1, "description": "A file; one final newline is not part of the secret" },
            "command": { "type": "array", "minItems": 1, "items": { "type": "string" },
                         "description": "A program and its arguments, run without a shell" },
        },
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
    })
}
