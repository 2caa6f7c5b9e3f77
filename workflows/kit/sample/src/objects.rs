//! Views, routines, an event and a sequence. One routine is made under another sql_mode, which a restore has to keep
//! with it.

use crate::triggers::create_triggers;

pub(crate) fn create(orders: u64) -> Vec<String> {
    let mut statements = vec![
        TICKET_NUMBER.to_owned(),
        format!("DO SETVAL(`acme_ticket_number`, {}, 1)", 1_000 + 7 * (orders % 1_000_000)),
    ];
    statements.extend(
        [INVENTORY_STOCK, ORDER_TOTALS, POINTS_TEXT, "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'", FULL_NAME]
            .map(str::to_owned),
    );
    statements.extend(["SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'", PURGE_QUOTES].map(str::to_owned));
    // An event keeps the time zone it was made in. A server without time zone tables knows offsets only.
    statements.extend(["SET time_zone = '+02:00'", NIGHTLY_PURGE, "SET time_zone = '+00:00'"].map(str::to_owned));
    statements.extend(create_triggers());
    statements
}

const TICKET_NUMBER: &str = "CREATE SEQUENCE `acme_ticket_number`
START WITH 1000 MINVALUE 1000 MAXVALUE 9999999 INCREMENT BY 7 CACHE 50 CYCLE";

/// Magento's own: where there is a single stock, the index of stock 1 is a view.
const INVENTORY_STOCK: &str = "CREATE SQL SECURITY INVOKER VIEW `inventory_stock_1` AS
SELECT DISTINCT `status`.`product_id`, `status`.`website_id`, `status`.`stock_id`, `status`.`qty` AS `quantity`,
  `status`.`stock_status` AS `is_salable`, `product`.`sku`
FROM `cataloginventory_stock_status` AS `status`
JOIN `catalog_product_entity` AS `product` ON `product`.`entity_id` = `status`.`product_id`";

const ORDER_TOTALS: &str = "CREATE ALGORITHM = MERGE VIEW `acme_order_totals` AS
SELECT `entity_id`, `increment_id`, `grand_total`, `status` <> 'canceled' AS `stands`, 'häng fast ⚓' AS `motto`
FROM `sales_order` WHERE `store_id` = 1
WITH CASCADED CHECK OPTION";

const POINTS_TEXT: &str = "CREATE FUNCTION `acme_points_text`(points INT) RETURNS VARCHAR(40) CHARSET utf8mb4
DETERMINISTIC NO SQL COMMENT 'it''s for the grid'
BEGIN
  IF points = 1 THEN RETURN '1 poäng'; END IF;
  RETURN CONCAT(points, ' poäng 🏅');
END";

/// Made under ANSI_QUOTES and PIPES_AS_CONCAT: under any other mode it means something else.
const FULL_NAME: &str = r#"CREATE FUNCTION "acme_full_name"("given" VARCHAR(255), "family" VARCHAR(255))
RETURNS VARCHAR(511) CHARSET utf8mb4 DETERMINISTIC NO SQL
RETURN "given" || ' ' || "family""#;

const PURGE_QUOTES: &str = "CREATE PROCEDURE `acme_purge_quotes`(IN days INT, OUT purged INT)
MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  -- Carts of registered customers are kept; what is older is nobody's.
  DELETE FROM `quote` WHERE `customer_id` IS NULL AND `updated_at` < NOW() - INTERVAL days DAY;
  SET purged = ROW_COUNT();
END";

const NIGHTLY_PURGE: &str = "CREATE EVENT `acme_nightly_purge` ON SCHEDULE EVERY 1 DAY STARTS '2025-01-01 03:15:00'
ON COMPLETION PRESERVE DISABLE COMMENT 'Carts; 🌙'
DO CALL `acme_purge_quotes`(90, @purged)";
