CREATE TABLE quote (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, store_id smallint unsigned NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  converted_at timestamp NULL DEFAULT NULL, is_active smallint unsigned DEFAULT 1, items_count int unsigned DEFAULT 0,
  items_qty decimal(12,4) DEFAULT 0.0000, base_currency_code varchar(255) DEFAULT NULL, quote_currency_code varchar(255) DEFAULT NULL,
  grand_total decimal(20,4) DEFAULT 0.0000, base_grand_total decimal(20,4) DEFAULT 0.0000, checkout_method varchar(255) DEFAULT NULL,
  customer_id int unsigned DEFAULT NULL, customer_group_id int unsigned DEFAULT 0, customer_email varchar(255) DEFAULT NULL,
  customer_firstname varchar(255) DEFAULT NULL, customer_lastname varchar(255) DEFAULT NULL, customer_note text DEFAULT NULL,
  customer_is_guest smallint unsigned DEFAULT 0, remote_ip varchar(45) DEFAULT NULL, reserved_order_id varchar(64) DEFAULT NULL,
  coupon_code varchar(255) DEFAULT NULL, subtotal decimal(20,4) DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY QUOTE_CUSTOMER_ID_STORE_ID_IS_ACTIVE (customer_id, store_id, is_active),
  KEY QUOTE_STORE_ID_UPDATED_AT (store_id, updated_at),
  CONSTRAINT QUOTE_STORE_ID_STORE_STORE_ID FOREIGN KEY (store_id) REFERENCES store (store_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE quote_item (
  item_id int unsigned NOT NULL AUTO_INCREMENT, quote_id int unsigned NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  product_id int unsigned DEFAULT NULL, store_id smallint unsigned DEFAULT NULL, parent_item_id int unsigned DEFAULT NULL, sku varchar(255) DEFAULT NULL,
  name varchar(255) DEFAULT NULL, description text DEFAULT NULL, additional_data text DEFAULT NULL, weight decimal(12,4) DEFAULT 0.0000,
  qty decimal(12,4) NOT NULL DEFAULT 0.0000, price decimal(20,4) NOT NULL DEFAULT 0.0000, custom_price decimal(20,4) DEFAULT NULL,
  row_total decimal(20,4) NOT NULL DEFAULT 0.0000, product_type varchar(255) DEFAULT NULL,
  PRIMARY KEY (item_id),
  KEY QUOTE_ITEM_PARENT_ITEM_ID (parent_item_id),
  KEY QUOTE_ITEM_PRODUCT_ID (product_id),
  KEY QUOTE_ITEM_QUOTE_ID (quote_id),
  CONSTRAINT QUOTE_ITEM_PARENT_ITEM_ID_QUOTE_ITEM_ITEM_ID FOREIGN KEY (parent_item_id) REFERENCES quote_item (item_id) ON DELETE CASCADE,
  CONSTRAINT QUOTE_ITEM_QUOTE_ID_QUOTE_ENTITY_ID FOREIGN KEY (quote_id) REFERENCES quote (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE quote_address (
  address_id int unsigned NOT NULL AUTO_INCREMENT, quote_id int unsigned NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  customer_id int unsigned DEFAULT NULL, address_type varchar(10) DEFAULT NULL, email varchar(255) DEFAULT NULL, firstname varchar(255) DEFAULT NULL,
  lastname varchar(255) DEFAULT NULL, company varchar(255) DEFAULT NULL, street varchar(255) DEFAULT NULL, city varchar(255) DEFAULT NULL,
  postcode varchar(20) DEFAULT NULL, country_id varchar(30) DEFAULT NULL, telephone varchar(255) DEFAULT NULL, shipping_method varchar(120) DEFAULT NULL,
  grand_total decimal(20,4) NOT NULL DEFAULT 0.0000,
  PRIMARY KEY (address_id),
  KEY QUOTE_ADDRESS_QUOTE_ID (quote_id),
  CONSTRAINT QUOTE_ADDRESS_QUOTE_ID_QUOTE_ENTITY_ID FOREIGN KEY (quote_id) REFERENCES quote (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE quote_payment (
  payment_id int unsigned NOT NULL AUTO_INCREMENT, quote_id int unsigned NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  method varchar(255) DEFAULT NULL, cc_last_4 varchar(255) DEFAULT NULL, additional_data text DEFAULT NULL, additional_information text DEFAULT NULL,
  PRIMARY KEY (payment_id),
  KEY QUOTE_PAYMENT_QUOTE_ID (quote_id),
  CONSTRAINT QUOTE_PAYMENT_QUOTE_ID_QUOTE_ENTITY_ID FOREIGN KEY (quote_id) REFERENCES quote (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE quote_id_mask (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, quote_id int unsigned NOT NULL, masked_id varchar(32) DEFAULT NULL,
  PRIMARY KEY (entity_id, quote_id),
  KEY QUOTE_ID_MASK_QUOTE_ID (quote_id),
  KEY QUOTE_ID_MASK_MASKED_ID (masked_id),
  CONSTRAINT QUOTE_ID_MASK_QUOTE_ID_QUOTE_ENTITY_ID FOREIGN KEY (quote_id) REFERENCES quote (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;
