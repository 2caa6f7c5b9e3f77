//! Entity types and attributes. The ids are those of a fresh Magento for its own attributes, and of this store for
//! the user-defined ones.

use super::{Source, once};
use crate::SampleStore;
use crate::rows::Rows;

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "eav_entity_type", units: once, write: entity_types },
    Source { table: "eav_attribute", units: once, write: attributes },
    Source { table: "eav_attribute_set", units: once, write: attribute_sets },
    Source { table: "eav_attribute_group", units: once, write: attribute_groups },
    Source { table: "eav_entity_attribute", units: once, write: entity_attributes },
    Source { table: "eav_attribute_option", units: once, write: options },
    Source { table: "eav_attribute_option_value", units: once, write: option_values },
    Source { table: "customer_eav_attribute", units: once, write: customer_attributes },
];

const TYPES: [(&str, &str); 8] = [
    ("customer", "customer_entity"),
    ("customer_address", "customer_address_entity"),
    ("catalog_category", "catalog_category_entity"),
    ("catalog_product", "catalog_product_entity"),
    ("order", "sales_order"),
    ("invoice", "sales_invoice"),
    ("creditmemo", "sales_creditmemo"),
    ("shipment", "sales_shipment"),
];

fn entity_types(_: &SampleStore, _: u64, rows: &mut Rows) {
    for (index, (code, table)) in TYPES.iter().enumerate() {
        let id = index as u64 + 1;
        rows.int(id).text(code).put(format_args!("Magento\\Model\\ResourceModel\\{code}")).null().text(table).int(id);
        rows.int(u64::from(id > 4)).int(if id > 4 { 8 } else { 0 }).int(0);
        rows.text_or_null([None, None, None, Some("catalog_eav_attribute")].get(index).copied().flatten()).end();
    }
}

pub(crate) struct Attribute {
    pub(crate) id: u64,
    entity_type: u64,
    code: &'static str,
    pub(crate) backend: &'static str,
    input: &'static str,
    label: &'static str,
    user_defined: bool,
}

const fn attribute(
    id: u64,
    entity_type: u64,
    code: &'static str,
    backend: &'static str,
    input: &'static str,
    label: &'static str,
) -> Attribute {
    Attribute { id, entity_type, code, backend, input, label, user_defined: id >= 150 }
}

const ATTRIBUTES: &[Attribute] = &[
    attribute(5, 1, "firstname", "static", "text", "First Name"),
    attribute(7, 1, "lastname", "static", "text", "Last Name"),
    attribute(9, 1, "email", "static", "text", "Email"),
    attribute(11, 1, "dob", "static", "date", "Date of Birth"),
    attribute(20, 2, "firstname", "static", "text", "First Name"),
    attribute(22, 2, "lastname", "static", "text", "Last Name"),
    attribute(25, 2, "street", "static", "multiline", "Street Address"),
    attribute(31, 2, "telephone", "static", "text", "Phone Number"),
    attribute(45, 3, "name", "varchar", "text", "Name"),
    attribute(46, 3, "is_active", "int", "select", "Is Active"),
    attribute(47, 3, "description", "text", "textarea", "Description"),
    attribute(61, 3, "custom_design_from", "datetime", "date", "Active From"),
    attribute(70, 3, "filter_price_range", "decimal", "text", "Layered Navigation Price Step"),
    attribute(73, 4, "name", "varchar", "text", "Product Name"),
    attribute(74, 4, "sku", "static", "text", "SKU"),
    attribute(75, 4, "description", "text", "textarea", "Description"),
    attribute(76, 4, "short_description", "text", "textarea", "Short Description"),
    attribute(77, 4, "price", "decimal", "price", "Price"),
    attribute(78, 4, "special_price", "decimal", "price", "Special Price"),
    attribute(79, 4, "special_from_date", "datetime", "date", "Special Price From Date"),
    attribute(82, 4, "weight", "decimal", "weight", "Weight"),
    attribute(83, 4, "manufacturer", "int", "select", "Manufacturer"),
    attribute(87, 4, "image", "varchar", "media_image", "Base"),
    attribute(90, 4, "media_gallery", "static", "gallery", "Media Gallery"),
    attribute(97, 4, "status", "int", "select", "Enable Product"),
    attribute(99, 4, "visibility", "int", "select", "Visibility"),
    attribute(121, 4, "url_key", "varchar", "text", "URL Key"),
    attribute(150, 1, "mobile_phone", "varchar", "text", "Mobiltelefon"),
    attribute(151, 1, "delivery_notes", "text", "textarea", "Notes d'accès"),
    attribute(152, 1, "boat_type", "int", "select", "Båttyp"),
    attribute(153, 1, "licence_expires", "datetime", "date", "Förarbevis t.o.m."),
    attribute(154, 1, "credit_limit", "decimal", "text", "Kreditgräns"),
];

fn attributes(_: &SampleStore, _: u64, rows: &mut Rows) {
    for attribute in ATTRIBUTES {
        rows.int(attribute.id)
            .int(attribute.entity_type)
            .text(attribute.code)
            .null()
            .text(attribute.backend)
            .text(attribute.input);
        rows.text(attribute.label).text_or_null(
            (attribute.input == "select").then_some("Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Table"),
        );
        rows.int(u64::from(attribute.id < 80))
            .int(u64::from(attribute.user_defined))
            .null()
            .int(u64::from(attribute.code == "sku"))
            .null()
            .end();
    }
}

fn attribute_sets(_: &SampleStore, _: u64, rows: &mut Rows) {
    for id in 1..=TYPES.len() as u64 {
        rows.int(id).int(id).text("Default").int(id % 4).end();
    }
}

fn attribute_groups(_: &SampleStore, _: u64, rows: &mut Rows) {
    for id in 1..=TYPES.len() as u64 {
        rows.int(id).int(id).text("General").int(1).text("general").end();
    }
}

fn entity_attributes(_: &SampleStore, _: u64, rows: &mut Rows) {
    for (index, attribute) in ATTRIBUTES.iter().enumerate() {
        let kind = attribute.entity_type;
        rows.int(index as u64 + 1).int(kind).int(kind).int(kind).int(attribute.id).int(attribute.id * 10).end();
    }
}

/// Option, attribute, and its label in the administration and in the store.
const OPTIONS: &[(u64, u64, &str, &str)] = &[
    (1, 152, "sail", "Segelbåt ⛵"),
    (2, 152, "motor", "Motorbåt"),
    (3, 152, "rowing", "Eka"),
    (4, 83, "Ačme & Söhne", "Ačme & Söhne"),
    (5, 83, "O'Hara \"Steel\"", "O'Hara \"Steel\""),
    (6, 83, "日本鋼", "日本鋼"),
];

pub(crate) const MANUFACTURERS: [u64; 3] = [4, 5, 6];
pub(crate) const BOATS: [u64; 3] = [1, 2, 3];

fn options(_: &SampleStore, _: u64, rows: &mut Rows) {
    for (id, attribute, ..) in OPTIONS {
        rows.int(*id).int(*attribute).int(*id).end();
    }
}

fn option_values(_: &SampleStore, _: u64, rows: &mut Rows) {
    for (id, _, admin, store) in OPTIONS {
        rows.int(id * 2 - 1).int(*id).int(0).text(admin).end();
        rows.int(id * 2).int(*id).int(1).text(store).end();
    }
}

fn customer_attributes(_: &SampleStore, _: u64, rows: &mut Rows) {
    for attribute in ATTRIBUTES.iter().filter(|attribute| attribute.entity_type <= 2) {
        rows.int(attribute.id).int(1).text_or_null((attribute.input == "text").then_some("trim"));
        match attribute.code {
            "email" => rows.text("{\"input_validation\":\"email\"}"),
            _ => rows.null(),
        };
        rows.int(u64::from(!attribute.user_defined))
            .int(attribute.id * 10)
            .int(u64::from(attribute.code == "dob"))
            .end();
    }
}
