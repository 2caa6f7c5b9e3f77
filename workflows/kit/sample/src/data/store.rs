//! Websites and stores with their id-0 rows, configuration, modules, administrators, pages, sessions and the state of
//! indexers.

use std::io::Write;

use super::{Source, once};
use crate::encode::{hex, php_string};
use crate::goods::{Category, Product, prose};
use crate::random::Random;
use crate::rows::Rows;
use crate::triggers::views;
use crate::{SampleStore, planted, stream};

pub(crate) const SOURCES: &[Source] = &[
    Source { table: "store_website", units: once, write: websites },
    Source { table: "store_group", units: once, write: groups },
    Source { table: "store", units: once, write: stores },
    Source { table: "core_config_data", units: once, write: configuration },
    Source { table: "setup_module", units: once, write: modules },
    Source { table: "patch_list", units: once, write: patches },
    Source { table: "theme", units: once, write: themes },
    Source { table: "flag", units: once, write: flags },
    Source { table: "session", units: |scale| scale.sessions, write: session },
    Source { table: "indexer_state", units: once, write: indexers },
    Source { table: "mview_state", units: once, write: mview_states },
    Source { table: "cron_schedule", units: |scale| 40 + scale.sessions / 2, write: cron_job },
    Source { table: "admin_user", units: once, write: administrators },
    Source { table: "authorization_role", units: once, write: roles },
    Source { table: "authorization_rule", units: once, write: rules },
    Source { table: "cms_page", units: |_| 8, write: page },
    Source { table: "cms_block", units: |_| 12, write: block },
    Source { table: "url_rewrite", units: |scale| scale.products + scale.categories, write: url_rewrite },
];

fn websites(_: &SampleStore, _: u64, rows: &mut Rows) {
    rows.line("0\tadmin\tAdmin\t0\t0\t0");
    rows.line("1\tbase\tAcme Website\t0\t1\t1");
}

fn groups(_: &SampleStore, _: u64, rows: &mut Rows) {
    rows.line("0\t0\tDefault\t0\t0\tdefault");
    rows.line("1\t1\tAcme Store\t2\t1\tacme_store");
}

fn stores(_: &SampleStore, _: u64, rows: &mut Rows) {
    rows.line("0\tadmin\t0\t0\tAdmin\t0\t1");
    rows.line("1\tdefault\t1\t1\tSvenska\t0\t1");
}

const CONFIGURATION: &[(&str, i64, &str, Option<&str>)] = &[
    ("default", 0, "web/unsecure/base_url", Some("https://shop.acme.example/")),
    ("default", 0, "web/secure/base_url", Some("https://shop.acme.example/")),
    ("websites", 1, "web/secure/base_url", Some("https://www.acme.example/")),
    ("default", 0, "web/cookie/cookie_domain", Some(".acme.example")),
    ("default", 0, "web/secure/enable_hsts", Some("1")),
    ("default", 0, "general/locale/code", Some("sv_SE")),
    ("stores", 1, "general/store_information/name", Some("Acme AB – häng fast! ⚓")),
    ("default", 0, "general/store_information/phone", None),
    ("default", 0, "currency/options/base", Some("SEK")),
    ("default", 0, "trans_email/ident_general/email", Some("owner@acme.example")),
    ("default", 0, "trans_email/ident_general/name", Some("Åsa \"Ankaret\" O'Ström")),
    ("default", 0, "sales_email/order/copy_to", Some("orders@acme.example,erp@acme.example")),
    ("default", 0, "system/smtp/host", Some("smtp.acme.example")),
    ("default", 0, "payment/stripe_payments_basic/stripe_live_sk", Some(planted::GATEWAY_KEY)),
    ("default", 0, "payment/klarna_kp/api_password", Some("0:3:kY7mQ2l0bm90LWEtcmVhbC1rZXk9PQ+/aGVsZA==")),
    ("default", 0, "carriers/dhl/password", Some("0:3:bm90aGluZyB0byBzZWUgaGVyZQ==")),
    ("default", 0, "catalog/search/engine", Some("opensearch")),
    ("default", 0, "catalog/search/opensearch_server_hostname", Some("search.internal")),
    ("default", 0, "catalog/search/opensearch_index_prefix", Some("acme_live")),
    (
        "default",
        0,
        "design/head/includes",
        Some("<script>\n  window.path = 'C:\\\\acme';\n</script>\r\n<!-- \u{feff}BOM -->"),
    ),
    ("default", 0, "design/footer/copyright", Some("© 2012–2025 Acme AB. Ensamrätt förbehålls.")),
    ("default", 0, "admin/url/custom", Some("https://office.acme.example/")),
    ("default", 0, "twofactorauth/general/force_providers", Some("google")),
    ("default", 0, "crontab/default/jobs/backup/schedule/cron_expr", Some("15 2 * * *")),
    ("default", 0, "dev/static/sign", Some("1")),
    ("default", 0, "acme/import/mapping", Some(r#"a:2:{s:5:"größe";s:4:"size";i:0;s:3:"sku";}"#)),
];

fn configuration(store: &SampleStore, _: u64, rows: &mut Rows) {
    for (index, (scope, scope_id, path, value)) in CONFIGURATION.iter().enumerate() {
        let changed = store.as_of - 86_400 * (400 - index as i64);
        rows.int(index as u64 + 1).text(scope).int(*scope_id).text(path).text_or_null(*value).time(changed).end();
    }
}

/// A module for each area and side: a few hundred, as an installation has.
const AREAS: &str = "\
AdminNotification AdvancedSearch Amqp Analytics Authorization Backend Backup Bundle Captcha Catalog \
CatalogInventory CatalogRule CatalogSearch CatalogUrlRewrite Checkout Cms Config ConfigurableProduct Contact \
Cookie Cron CurrencySymbol Customer Deploy Directory Downloadable Eav Email Fedex GiftMessage GroupedProduct \
ImportExport Indexer Integration Inventory InventorySales LayeredNavigation MediaGallery MessageQueue Msrp \
Multishipping Newsletter OfflinePayments OfflineShipping PageBuilder PageCache Payment Paypal Persistent Quote \
Reports Review Sales SalesRule Search Security SendFriend Shipping Sitemap Store Swatches Tax Theme Translation Ui \
UrlRewrite User Vault Webapi Weee Widget Wishlist";
const SIDES: [&str; 4] = ["", "GraphQl", "Analytics", "ImportExport"];

fn modules(_: &SampleStore, _: u64, rows: &mut Rows) {
    for area in AREAS.split_whitespace() {
        for side in SIDES.iter().filter(|side| !area.ends_with(*side) || side.is_empty()) {
            rows.put(format_args!("Magento_{area}{side}")).text("2.0.0").text("2.0.0").end();
        }
    }
    rows.text("Acme_Loyalty").text("1.4.2").null().end();
}

fn patches(_: &SampleStore, _: u64, rows: &mut Rows) {
    for (index, area) in AREAS.split_whitespace().enumerate() {
        rows.int(index as u64 + 1).put(format_args!("Magento\\{area}\\Setup\\Patch\\Data\\Initialize{area}")).end();
    }
}

fn themes(_: &SampleStore, _: u64, rows: &mut Rows) {
    rows.line("1\t\\N\tMagento/blank\tMagento Blank\tpreview_image_1.jpeg\t0\tfrontend\t0\tMagento/blank");
    rows.line("2\t1\tMagento/luma\tMagento Luma\t\\N\t0\tfrontend\t0\tMagento/luma");
    rows.line("3\t2\tAcme/anchor\tAcme Anchor ⚓\t\t1\tfrontend\t0\tAcme/anchor");
    rows.line("4\t\\N\tMagento/backend\tMagento 2 backend\t\\N\t0\tadminhtml\t0\tMagento/backend");
}

fn flags(store: &SampleStore, _: u64, rows: &mut Rows) {
    let flags = [
        ("report_order_aggregated", Some("{\"last\":\"2025-05-31T22:00:00+00:00\",\"path\":\"var\\/report\"}")),
        ("analytics_link_data_token", Some("\"c3VwZXIgc2VjcmV0\"")),
        ("system_config_snapshot", Some("{}")),
        ("catalog_website_attribute_is_sync_needed", None),
        ("staging", Some("a:1:{s:7:\"current\";i:1;}")),
    ];
    for (index, (code, data)) in flags.iter().enumerate() {
        let id = index as u64 + 1;
        rows.int(id).text(code).int(id % 2).text_or_null(*data).time(store.as_of - 3_600 * id as i64).end();
    }
}

/// PHP's session format with an object's protected members, whose names hold 0x00, and a piece of something compressed.
fn session(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::SESSION, number);
    let mut name = [0; 13];
    random.fill(&mut name);
    let mut compressed = [0; 600];
    let compressed = &mut compressed[..300 + random.below(300) as usize];
    random.fill(compressed);
    let token = if number.is_multiple_of(planted::EVERY) { planted::TOKEN } else { "guest" };
    rows.compose(|out| hex(&name, out)).int(store.as_of + random.below(86_400) as i64).compose(|out| {
        out.extend_from_slice(b"_session_validator_data|a:2:{s:11:\"remote_addr\";");
        php_string(b"198.51.100.7", out);
        out.extend_from_slice(b"s:5:\"token\";");
        php_string(token.as_bytes(), out);
        out.extend_from_slice(b"}default|O:8:\"stdClass\":1:{s:7:\"\0*\0data\";");
        php_string(compressed, out);
        out.push(b'}');
    });
    rows.end();
}

fn indexers(store: &SampleStore, _: u64, rows: &mut Rows) {
    for (index, view) in views().enumerate() {
        let id = index as u64 + 1;
        rows.int(id).text(view).text(if index == 3 { "invalid" } else { "valid" }).time(store.as_of - 600 * id as i64);
        rows.put(format_args!("{:016x}{:016x}", id * 0x9E37_79B9, id)).end();
    }
}

fn mview_states(store: &SampleStore, _: u64, rows: &mut Rows) {
    for (index, view) in views().enumerate() {
        let id = index as u64 + 1;
        rows.int(id).text(view).text("enabled").text("idle").time(store.as_of - 60 * id as i64).int(0).end();
    }
}

fn cron_job(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::CRON, number);
    let scheduled = store.as_of - 3_600 + number as i64 % 60 * 60;
    let job = random.pick(&[
        "indexer_update_all_views",
        "sales_clean_quotes",
        "aggregate_sales_report_order_data",
        "acme_erp_push",
    ]);
    rows.int(number + 1).text(job);
    match random.below(10) {
        0 => rows
            .text("error")
            .text("SQLSTATE[40001]: Deadlock found;\ntry \"again\"\\later")
            .time(scheduled - 900)
            .time(scheduled)
            .time(scheduled + 3)
            .null(),
        1..=6 => {
            rows.text("success").null().time(scheduled - 900).time(scheduled).time(scheduled + 2).time(scheduled + 5)
        }
        _ => rows.text("pending").null().time(scheduled - 900).time(scheduled).nulls(2),
    }
    .end();
}

fn administrators(store: &SampleStore, _: u64, rows: &mut Rows) {
    let created = store.as_of - 86_400 * 900;
    for (id, given, family, login) in [(1u64, "Ada", "Ängström", planted::ADMIN), (2, "Борис", "O'Neill", "boris")]
    {
        rows.int(id).text(given).text(family).put(format_args!("{login}@acme.example")).text(login);
        rows.put(format_args!("{}:salt{id}:3_32_2_67108864", planted::PASSWORD_HASH)).time(created).time(created + 60);
        rows.time(store.as_of - 4_000)
            .int(211 * id)
            .int(1)
            .text("{\"configState\":{\"web_url\":\"1\"}}")
            .null()
            .text("sv_SE")
            .end();
    }
}

fn roles(_: &SampleStore, _: u64, rows: &mut Rows) {
    rows.line("1\t0\t1\t1\tG\t0\t2\tAdministrators");
    rows.compose(|out| out.extend_from_slice(b"2"))
        .int(1)
        .int(2)
        .int(0)
        .text("U")
        .int(1)
        .int(2)
        .text(planted::ADMIN)
        .end();
    rows.line("3\t0\t1\t2\tG\t0\t2\tKundtjänst");
    rows.line("4\t3\t2\t0\tU\t2\t2\tboris");
}

fn rules(_: &SampleStore, _: u64, rows: &mut Rows) {
    rows.line("1\t1\tMagento_Backend::all\t\\N\tallow");
    rows.line("2\t3\tMagento_Sales::sales_order\t\\N\tallow");
    rows.line("3\t3\tMagento_Backend::system\t\\N\tdeny");
}

fn page(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::PAGE, number);
    let created = store.as_of - 86_400 * 700;
    let identifier =
        ["no-route", "home", "enable-cookies", "privacy-policy", "om-oss", "доставка", "返品", "faq"][number as usize];
    rows.int(number + 1)
        .put(format_args!("Page {} – {identifier}", number + 1))
        .text("1column")
        .null()
        .text("")
        .text(identifier)
        .null();
    rows.compose(|out| prose(&mut random, 30, out))
        .time(created)
        .time(created + 86_400 * number as i64)
        .int(1)
        .int(number);
    rows.text_or_null(
        (number == 3).then_some("<body>\n\t<referenceContainer name=\"footer\" remove=\"true\"/>\n</body>"),
    );
    match number {
        4 => rows.text("0000-00-00"),
        _ => rows.null(),
    }
    .end();
}

fn block(store: &SampleStore, number: u64, rows: &mut Rows) {
    let mut random = Random::of(store.seed, stream::BLOCK, number);
    let created = store.as_of - 86_400 * 600;
    rows.int(number + 1).put(format_args!("Block #{number}")).put(format_args!("block-{number}"));
    rows.compose(|out| prose(&mut random, 6, out)).time(created).time(created).int(number % 2).end();
}

fn url_rewrite(store: &SampleStore, number: u64, rows: &mut Rows) {
    rows.int(number + 1);
    match number.checked_sub(store.scale.categories) {
        None => {
            let category = Category { id: number + 1 };
            rows.text("category").int(category.id).put(format_args!("category-{}.html", category.id));
            rows.put(format_args!("catalog/category/view/id/{}", category.id)).int(0).int(1).null().int(1).null().end();
        }
        Some(product) => {
            let product = Product::at(store, product);
            rows.text("product").int(product.id);
            rows.compose(|out| {
                product.url_key(out);
                out.extend_from_slice(b".html");
            });
            rows.put(format_args!("catalog/product/view/id/{}", product.id)).int(0).int(1).null().int(1);
            match product.id % 3 {
                0 => rows.compose(|out| {
                    write!(out, "{{\"category_id\":\"{}\"}}", product.id % 10 + 3)
                        .expect("writing to a Vec cannot fail")
                }),
                _ => rows.null(),
            }
            .end();
        }
    }
}
