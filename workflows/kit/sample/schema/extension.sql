-- What a store's own extensions add: the types, character sets and layouts that Magento itself does not use.

CREATE TABLE acme_loyalty (
  customer_id int unsigned NOT NULL, member_email varchar(190) NOT NULL, card_number binary(16) NOT NULL,
  tier enum('bronze','silver','gold','it''s platinum') NOT NULL DEFAULT 'bronze', channels set('mail','sms','push') NOT NULL DEFAULT '',
  points int NOT NULL DEFAULT 0, points_label varchar(32) GENERATED ALWAYS AS (concat(points, ' p')) STORED,
  is_vip bit(1) NOT NULL DEFAULT b'0', score double DEFAULT NULL, joined_on date NOT NULL DEFAULT '0000-00-00',
  last_seen datetime(6) DEFAULT '0000-00-00 00:00:00.000000', profile longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(profile)),
  legacy_city varchar(64) CHARACTER SET latin2 COLLATE latin2_general_ci DEFAULT NULL,
  kana_name varchar(64) CHARACTER SET sjis COLLATE sjis_japanese_ci DEFAULT NULL,
  photo blob DEFAULT NULL, risk_score decimal(7,3) INVISIBLE DEFAULT NULL,
  domain varchar(190) GENERATED ALWAYS AS (substring_index(member_email, '@', -1)) VIRTUAL,
  PRIMARY KEY (customer_id),
  UNIQUE KEY ACME_LOYALTY_CARD_NUMBER (card_number),
  KEY ACME_LOYALTY_DOMAIN (domain),
  KEY ACME_LOYALTY_LEGACY_CITY (legacy_city(10)),
  CONSTRAINT ACME_LOYALTY_CUSTOMER_ID_CUSTOMER_ENTITY_ENTITY_ID FOREIGN KEY (customer_id) REFERENCES customer_entity (entity_id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB;

CREATE TABLE acme_loyalty_entry (
  entry_id bigint unsigned NOT NULL AUTO_INCREMENT, customer_id int unsigned NOT NULL, order_increment_id varchar(50) NOT NULL,
  points int NOT NULL, created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (entry_id),
  KEY ACME_LOYALTY_ENTRY_CUSTOMER_ID (customer_id),
  CONSTRAINT ACME_LOYALTY_ENTRY_CUSTOMER_ID_ACME_LOYALTY_CUSTOMER_ID FOREIGN KEY (customer_id) REFERENCES acme_loyalty (customer_id) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB;

-- An ERP's price feed: no key at all, and rows that repeat.
CREATE TABLE acme_price_feed (
  sku varchar(64) DEFAULT NULL, price float DEFAULT NULL, note tinytext DEFAULT NULL
) ENGINE=InnoDB;

CREATE TABLE acme_request_log (
  log_id bigint unsigned NOT NULL AUTO_INCREMENT, logged_at datetime NOT NULL, method varchar(8) NOT NULL, path varchar(500) NOT NULL,
  remote_ip varbinary(16) DEFAULT NULL, user_agent varchar(255) DEFAULT NULL, milliseconds int unsigned DEFAULT NULL, body mediumtext DEFAULT NULL,
  PRIMARY KEY (log_id, logged_at),
  KEY ACME_REQUEST_LOG_LOGGED_AT (logged_at)
) ENGINE=InnoDB
PARTITION BY RANGE (year(logged_at)) (
  PARTITION p2023 VALUES LESS THAN (2024),
  PARTITION p2024 VALUES LESS THAN (2025),
  PARTITION p2025 VALUES LESS THAN (2026),
  PARTITION later VALUES LESS THAN MAXVALUE
);
