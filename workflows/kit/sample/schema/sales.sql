CREATE TABLE sales_order_status (
  status varchar(32) NOT NULL, label varchar(128) NOT NULL,
  PRIMARY KEY (status)
) ENGINE=InnoDB;

CREATE TABLE sales_order (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, state varchar(32) DEFAULT NULL, status varchar(32) DEFAULT NULL, coupon_code varchar(255) DEFAULT NULL,
  protect_code varchar(255) DEFAULT NULL, shipping_description varchar(255) DEFAULT NULL, is_virtual smallint unsigned DEFAULT NULL,
  store_id smallint unsigned DEFAULT NULL, customer_id int unsigned DEFAULT NULL, base_discount_amount decimal(20,4) DEFAULT NULL,
  base_grand_total decimal(20,4) DEFAULT NULL, base_shipping_amount decimal(20,4) DEFAULT NULL, base_subtotal decimal(20,4) DEFAULT NULL,
  base_tax_amount decimal(20,4) DEFAULT NULL, base_to_global_rate decimal(20,4) DEFAULT NULL, base_to_order_rate decimal(20,4) DEFAULT NULL,
  base_total_invoiced decimal(20,4) DEFAULT NULL, base_total_paid decimal(20,4) DEFAULT NULL, base_total_refunded decimal(20,4) DEFAULT NULL,
  discount_amount decimal(20,4) DEFAULT NULL, grand_total decimal(20,4) DEFAULT NULL, shipping_amount decimal(20,4) DEFAULT NULL,
  shipping_tax_amount decimal(20,4) DEFAULT NULL, store_to_base_rate decimal(12,4) DEFAULT NULL, store_to_order_rate decimal(12,4) DEFAULT NULL,
  subtotal decimal(20,4) DEFAULT NULL, subtotal_invoiced decimal(20,4) DEFAULT NULL, tax_amount decimal(20,4) DEFAULT NULL,
  tax_invoiced decimal(20,4) DEFAULT NULL, total_canceled decimal(20,4) DEFAULT NULL, total_invoiced decimal(20,4) DEFAULT NULL,
  total_paid decimal(20,4) DEFAULT NULL, total_qty_ordered decimal(12,4) DEFAULT NULL, total_refunded decimal(20,4) DEFAULT NULL,
  customer_is_guest smallint unsigned DEFAULT NULL, customer_note_notify smallint unsigned DEFAULT NULL, billing_address_id int DEFAULT NULL,
  customer_group_id int DEFAULT NULL, email_sent smallint DEFAULT NULL, send_email smallint unsigned DEFAULT NULL, quote_id int DEFAULT NULL,
  shipping_address_id int DEFAULT NULL, subtotal_incl_tax decimal(20,4) DEFAULT NULL, total_due decimal(20,4) DEFAULT NULL,
  weight decimal(12,4) DEFAULT NULL, customer_dob datetime DEFAULT NULL, increment_id varchar(50) DEFAULT NULL,
  applied_rule_ids varchar(128) DEFAULT NULL, base_currency_code varchar(3) DEFAULT NULL, customer_email varchar(128) DEFAULT NULL,
  customer_firstname varchar(128) DEFAULT NULL, customer_lastname varchar(128) DEFAULT NULL, customer_taxvat varchar(32) DEFAULT NULL,
  discount_description varchar(255) DEFAULT NULL, ext_order_id varchar(32) DEFAULT NULL, global_currency_code varchar(3) DEFAULT NULL,
  order_currency_code varchar(3) DEFAULT NULL, remote_ip varchar(45) DEFAULT NULL, shipping_method varchar(120) DEFAULT NULL,
  store_currency_code varchar(3) DEFAULT NULL, store_name varchar(255) DEFAULT NULL, x_forwarded_for varchar(255) DEFAULT NULL,
  customer_note text DEFAULT NULL, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, total_item_count smallint unsigned NOT NULL DEFAULT 0,
  customer_gender int DEFAULT NULL, shipping_incl_tax decimal(20,4) DEFAULT NULL, coupon_rule_name varchar(255) DEFAULT NULL,
  gift_message_id int DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_ORDER_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_ORDER_STATUS (status),
  KEY SALES_ORDER_STATE (state),
  KEY SALES_ORDER_STORE_ID (store_id),
  KEY SALES_ORDER_CREATED_AT (created_at),
  KEY SALES_ORDER_CUSTOMER_ID (customer_id),
  KEY SALES_ORDER_UPDATED_AT (updated_at),
  CONSTRAINT SALES_ORDER_CUSTOMER_ID_CUSTOMER_ENTITY_ENTITY_ID FOREIGN KEY (customer_id) REFERENCES customer_entity (entity_id) ON DELETE SET NULL,
  CONSTRAINT SALES_ORDER_STORE_ID_STORE_STORE_ID FOREIGN KEY (store_id) REFERENCES store (store_id) ON DELETE SET NULL
) ENGINE=InnoDB;

CREATE TABLE sales_order_item (
  item_id int unsigned NOT NULL AUTO_INCREMENT, order_id int unsigned NOT NULL DEFAULT 0, parent_item_id int unsigned DEFAULT NULL,
  quote_item_id int unsigned DEFAULT NULL, store_id smallint unsigned DEFAULT NULL, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, product_id int unsigned DEFAULT NULL,
  product_type varchar(255) DEFAULT NULL, product_options longtext DEFAULT NULL, weight decimal(12,4) DEFAULT NULL,
  is_virtual smallint unsigned DEFAULT NULL, sku varchar(255) DEFAULT NULL, name varchar(255) DEFAULT NULL, description text DEFAULT NULL,
  qty_canceled decimal(12,4) DEFAULT NULL, qty_invoiced decimal(12,4) DEFAULT NULL, qty_ordered decimal(12,4) DEFAULT NULL,
  qty_refunded decimal(12,4) DEFAULT NULL, qty_shipped decimal(12,4) DEFAULT NULL, price decimal(20,4) NOT NULL DEFAULT 0.0000,
  base_price decimal(20,4) NOT NULL DEFAULT 0.0000, original_price decimal(20,4) DEFAULT NULL, tax_percent decimal(12,4) DEFAULT NULL,
  tax_amount decimal(20,4) DEFAULT NULL, discount_percent decimal(12,4) DEFAULT NULL, discount_amount decimal(20,4) DEFAULT NULL,
  row_total decimal(20,4) NOT NULL DEFAULT 0.0000, base_row_total decimal(20,4) NOT NULL DEFAULT 0.0000,
  row_invoiced decimal(20,4) NOT NULL DEFAULT 0.0000, row_weight decimal(12,4) DEFAULT NULL, price_incl_tax decimal(20,4) DEFAULT NULL,
  row_total_incl_tax decimal(20,4) DEFAULT NULL, gift_message_id int DEFAULT NULL, free_shipping smallint unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (item_id),
  KEY SALES_ORDER_ITEM_ORDER_ID (order_id),
  KEY SALES_ORDER_ITEM_PRODUCT_ID (product_id),
  KEY SALES_ORDER_ITEM_STORE_ID (store_id),
  CONSTRAINT SALES_ORDER_ITEM_ORDER_ID_SALES_ORDER_ENTITY_ID FOREIGN KEY (order_id) REFERENCES sales_order (entity_id) ON DELETE CASCADE,
  CONSTRAINT SALES_ORDER_ITEM_STORE_ID_STORE_STORE_ID FOREIGN KEY (store_id) REFERENCES store (store_id) ON DELETE SET NULL
) ENGINE=InnoDB;

CREATE TABLE sales_order_address (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int unsigned DEFAULT NULL, customer_address_id int DEFAULT NULL, region_id int DEFAULT NULL,
  customer_id int DEFAULT NULL, fax varchar(255) DEFAULT NULL, region varchar(255) DEFAULT NULL, postcode varchar(255) DEFAULT NULL,
  lastname varchar(255) DEFAULT NULL, street varchar(255) DEFAULT NULL, city varchar(255) DEFAULT NULL, email varchar(255) DEFAULT NULL,
  telephone varchar(255) DEFAULT NULL, country_id varchar(2) DEFAULT NULL, firstname varchar(255) DEFAULT NULL, address_type varchar(255) DEFAULT NULL,
  company varchar(255) DEFAULT NULL, vat_id text DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY SALES_ORDER_ADDRESS_PARENT_ID (parent_id),
  CONSTRAINT SALES_ORDER_ADDRESS_PARENT_ID_SALES_ORDER_ENTITY_ID FOREIGN KEY (parent_id) REFERENCES sales_order (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_order_payment (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int unsigned NOT NULL, base_shipping_amount decimal(20,4) DEFAULT NULL,
  shipping_amount decimal(20,4) DEFAULT NULL, amount_paid decimal(20,4) DEFAULT NULL, amount_authorized decimal(20,4) DEFAULT NULL,
  base_amount_ordered decimal(20,4) DEFAULT NULL, amount_ordered decimal(20,4) DEFAULT NULL, amount_refunded decimal(20,4) DEFAULT NULL,
  amount_canceled decimal(20,4) DEFAULT NULL, additional_data text DEFAULT NULL, cc_exp_month varchar(12) DEFAULT NULL, method varchar(128) DEFAULT NULL,
  cc_last_4 varchar(100) DEFAULT NULL, last_trans_id varchar(255) DEFAULT NULL, cc_owner varchar(128) DEFAULT NULL, cc_type varchar(32) DEFAULT NULL,
  cc_exp_year varchar(4) DEFAULT NULL, cc_number_enc varchar(128) DEFAULT NULL, cc_trans_id varchar(32) DEFAULT NULL,
  additional_information text DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY SALES_ORDER_PAYMENT_PARENT_ID (parent_id),
  CONSTRAINT SALES_ORDER_PAYMENT_PARENT_ID_SALES_ORDER_ENTITY_ID FOREIGN KEY (parent_id) REFERENCES sales_order (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_order_status_history (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int unsigned NOT NULL, is_customer_notified int DEFAULT NULL,
  is_visible_on_front smallint unsigned NOT NULL DEFAULT 0, comment text DEFAULT NULL, status varchar(32) DEFAULT NULL,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, entity_name varchar(32) DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY SALES_ORDER_STATUS_HISTORY_PARENT_ID (parent_id),
  KEY SALES_ORDER_STATUS_HISTORY_CREATED_AT (created_at),
  CONSTRAINT SALES_ORDER_STATUS_HISTORY_PARENT_ID_SALES_ORDER_ENTITY_ID FOREIGN KEY (parent_id) REFERENCES sales_order (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_order_grid (
  entity_id int unsigned NOT NULL, status varchar(32) DEFAULT NULL, store_id smallint unsigned DEFAULT NULL, store_name varchar(255) DEFAULT NULL,
  customer_id int unsigned DEFAULT NULL, base_grand_total decimal(20,4) DEFAULT NULL, grand_total decimal(20,4) DEFAULT NULL,
  total_paid decimal(20,4) DEFAULT NULL, increment_id varchar(50) DEFAULT NULL, base_currency_code varchar(3) DEFAULT NULL,
  order_currency_code varchar(255) DEFAULT NULL, shipping_name varchar(255) DEFAULT NULL, billing_name varchar(255) DEFAULT NULL,
  created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL, billing_address varchar(255) DEFAULT NULL,
  shipping_address varchar(255) DEFAULT NULL, shipping_information varchar(255) DEFAULT NULL, customer_email varchar(255) DEFAULT NULL,
  customer_group varchar(255) DEFAULT NULL, subtotal decimal(20,4) DEFAULT NULL, shipping_and_handling decimal(20,4) DEFAULT NULL,
  customer_name varchar(255) DEFAULT NULL, payment_method varchar(255) DEFAULT NULL, total_refunded decimal(20,4) DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_ORDER_GRID_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_ORDER_GRID_CREATED_AT (created_at),
  KEY SALES_ORDER_GRID_STATUS (status),
  KEY SALES_ORDER_GRID_CUSTOMER_ID (customer_id),
  FULLTEXT KEY FTI_SALES_ORDER_GRID (increment_id, billing_name, shipping_name, shipping_address, billing_address, customer_name, customer_email)
) ENGINE=InnoDB;

CREATE TABLE sales_invoice (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, store_id smallint unsigned DEFAULT NULL, base_grand_total decimal(20,4) DEFAULT NULL,
  tax_amount decimal(20,4) DEFAULT NULL, discount_amount decimal(20,4) DEFAULT NULL, grand_total decimal(20,4) DEFAULT NULL,
  shipping_amount decimal(20,4) DEFAULT NULL, subtotal decimal(20,4) DEFAULT NULL, total_qty decimal(12,4) DEFAULT NULL,
  billing_address_id int DEFAULT NULL, order_id int unsigned NOT NULL, email_sent smallint DEFAULT NULL, state int DEFAULT NULL,
  shipping_address_id int DEFAULT NULL, order_currency_code varchar(3) DEFAULT NULL, transaction_id varchar(255) DEFAULT NULL,
  increment_id varchar(50) DEFAULT NULL, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, customer_note text DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_INVOICE_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_INVOICE_ORDER_ID (order_id),
  KEY SALES_INVOICE_STATE (state),
  KEY SALES_INVOICE_CREATED_AT (created_at),
  CONSTRAINT SALES_INVOICE_ORDER_ID_SALES_ORDER_ENTITY_ID FOREIGN KEY (order_id) REFERENCES sales_order (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_invoice_item (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int unsigned NOT NULL, tax_amount decimal(20,4) DEFAULT NULL,
  discount_amount decimal(20,4) DEFAULT NULL, row_total decimal(20,4) DEFAULT NULL, qty decimal(12,4) DEFAULT NULL, price decimal(20,4) DEFAULT NULL,
  product_id int DEFAULT NULL, order_item_id int DEFAULT NULL, sku varchar(255) DEFAULT NULL, name varchar(255) DEFAULT NULL,
  tax_ratio text DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY SALES_INVOICE_ITEM_PARENT_ID (parent_id),
  CONSTRAINT SALES_INVOICE_ITEM_PARENT_ID_SALES_INVOICE_ENTITY_ID FOREIGN KEY (parent_id) REFERENCES sales_invoice (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_invoice_grid (
  entity_id int unsigned NOT NULL, increment_id varchar(50) DEFAULT NULL, state int DEFAULT NULL, store_id smallint unsigned DEFAULT NULL,
  order_id int unsigned NOT NULL, order_increment_id varchar(50) DEFAULT NULL, order_created_at timestamp NULL DEFAULT NULL,
  customer_name varchar(255) DEFAULT NULL, customer_email varchar(255) DEFAULT NULL, payment_method varchar(128) DEFAULT NULL,
  order_currency_code varchar(3) DEFAULT NULL, billing_name varchar(255) DEFAULT NULL, billing_address varchar(255) DEFAULT NULL,
  shipping_address varchar(255) DEFAULT NULL, subtotal decimal(20,4) DEFAULT NULL, grand_total decimal(20,4) DEFAULT NULL,
  created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_INVOICE_GRID_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_INVOICE_GRID_CREATED_AT (created_at),
  FULLTEXT KEY FTI_SALES_INVOICE_GRID (increment_id, order_increment_id, billing_name, billing_address, shipping_address, customer_name, customer_email)
) ENGINE=InnoDB;

CREATE TABLE sales_shipment (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, store_id smallint unsigned DEFAULT NULL, total_weight decimal(12,4) DEFAULT NULL,
  total_qty decimal(12,4) DEFAULT NULL, email_sent smallint DEFAULT NULL, order_id int unsigned NOT NULL, customer_id int DEFAULT NULL,
  shipping_address_id int DEFAULT NULL, billing_address_id int DEFAULT NULL, shipment_status int DEFAULT NULL, increment_id varchar(50) DEFAULT NULL,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  packages text DEFAULT NULL, shipping_label mediumblob DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_SHIPMENT_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_SHIPMENT_ORDER_ID (order_id),
  KEY SALES_SHIPMENT_CREATED_AT (created_at),
  CONSTRAINT SALES_SHIPMENT_ORDER_ID_SALES_ORDER_ENTITY_ID FOREIGN KEY (order_id) REFERENCES sales_order (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_shipment_item (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int unsigned NOT NULL, price decimal(20,4) DEFAULT NULL, weight decimal(12,4) DEFAULT NULL,
  qty decimal(12,4) DEFAULT NULL, product_id int DEFAULT NULL, order_item_id int DEFAULT NULL, name varchar(255) DEFAULT NULL,
  sku varchar(255) DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY SALES_SHIPMENT_ITEM_PARENT_ID (parent_id),
  CONSTRAINT SALES_SHIPMENT_ITEM_PARENT_ID_SALES_SHIPMENT_ENTITY_ID FOREIGN KEY (parent_id) REFERENCES sales_shipment (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_shipment_grid (
  entity_id int unsigned NOT NULL, increment_id varchar(50) DEFAULT NULL, store_id smallint unsigned DEFAULT NULL,
  order_increment_id varchar(32) NOT NULL, order_id int unsigned NOT NULL, order_created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  customer_name varchar(128) NOT NULL, total_qty decimal(12,4) DEFAULT NULL, order_status varchar(32) DEFAULT NULL,
  billing_address varchar(255) DEFAULT NULL, shipping_address varchar(255) DEFAULT NULL, shipping_name varchar(128) DEFAULT NULL,
  customer_email varchar(128) DEFAULT NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_SHIPMENT_GRID_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_SHIPMENT_GRID_CREATED_AT (created_at),
  FULLTEXT KEY FTI_SALES_SHIPMENT_GRID (increment_id, order_increment_id, shipping_name, customer_name, customer_email, billing_address, shipping_address)
) ENGINE=InnoDB;

CREATE TABLE sales_creditmemo (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, store_id smallint unsigned DEFAULT NULL, discount_amount decimal(20,4) DEFAULT NULL,
  grand_total decimal(20,4) DEFAULT NULL, shipping_amount decimal(20,4) DEFAULT NULL, subtotal decimal(20,4) DEFAULT NULL,
  adjustment decimal(20,4) DEFAULT NULL, base_grand_total decimal(20,4) DEFAULT NULL, tax_amount decimal(20,4) DEFAULT NULL,
  order_id int unsigned NOT NULL, email_sent smallint DEFAULT NULL, state int DEFAULT NULL, shipping_address_id int DEFAULT NULL,
  billing_address_id int DEFAULT NULL, invoice_id int DEFAULT NULL, order_currency_code varchar(3) DEFAULT NULL,
  transaction_id varchar(255) DEFAULT NULL, increment_id varchar(50) DEFAULT NULL, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, customer_note text DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_CREDITMEMO_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_CREDITMEMO_ORDER_ID (order_id),
  KEY SALES_CREDITMEMO_CREATED_AT (created_at),
  CONSTRAINT SALES_CREDITMEMO_ORDER_ID_SALES_ORDER_ENTITY_ID FOREIGN KEY (order_id) REFERENCES sales_order (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_creditmemo_item (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int unsigned NOT NULL, tax_amount decimal(20,4) DEFAULT NULL,
  discount_amount decimal(20,4) DEFAULT NULL, row_total decimal(20,4) DEFAULT NULL, qty decimal(12,4) DEFAULT NULL, price decimal(20,4) DEFAULT NULL,
  product_id int DEFAULT NULL, order_item_id int DEFAULT NULL, sku varchar(255) DEFAULT NULL, name varchar(255) DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY SALES_CREDITMEMO_ITEM_PARENT_ID (parent_id),
  CONSTRAINT SALES_CREDITMEMO_ITEM_PARENT_ID_SALES_CREDITMEMO_ENTITY_ID FOREIGN KEY (parent_id) REFERENCES sales_creditmemo (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_creditmemo_grid (
  entity_id int unsigned NOT NULL, increment_id varchar(50) DEFAULT NULL, created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
  order_id int unsigned NOT NULL, order_increment_id varchar(50) DEFAULT NULL, order_created_at timestamp NULL DEFAULT NULL,
  billing_name varchar(255) DEFAULT NULL, state int DEFAULT NULL, base_grand_total decimal(20,4) DEFAULT NULL, order_status varchar(32) DEFAULT NULL,
  store_id smallint unsigned DEFAULT NULL, billing_address varchar(255) DEFAULT NULL, shipping_address varchar(255) DEFAULT NULL,
  customer_name varchar(128) NOT NULL, customer_email varchar(128) DEFAULT NULL, subtotal decimal(20,4) DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY SALES_CREDITMEMO_GRID_INCREMENT_ID_STORE_ID (increment_id, store_id),
  KEY SALES_CREDITMEMO_GRID_CREATED_AT (created_at),
  FULLTEXT KEY FTI_SALES_CREDITMEMO_GRID (increment_id, order_increment_id, billing_name, billing_address, shipping_address, customer_name, customer_email)
) ENGINE=InnoDB;

CREATE TABLE sales_payment_transaction (
  transaction_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int unsigned DEFAULT NULL, order_id int unsigned NOT NULL DEFAULT 0,
  payment_id int unsigned NOT NULL DEFAULT 0, txn_id varchar(100) DEFAULT NULL, txn_type varchar(15) DEFAULT NULL,
  is_closed smallint unsigned NOT NULL DEFAULT 1, additional_information blob DEFAULT NULL, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (transaction_id),
  UNIQUE KEY SALES_PAYMENT_TRANSACTION_ORDER_ID_PAYMENT_ID_TXN_ID (order_id, payment_id, txn_id),
  KEY SALES_PAYMENT_TRANSACTION_PARENT_ID (parent_id),
  KEY SALES_PAYMENT_TRANSACTION_PAYMENT_ID (payment_id),
  CONSTRAINT FK_SALES_PAYMENT_TRANSACTION_PARENT FOREIGN KEY (parent_id) REFERENCES sales_payment_transaction (transaction_id) ON DELETE CASCADE,
  CONSTRAINT SALES_PAYMENT_TRANSACTION_ORDER_ID_SALES_ORDER_ENTITY_ID FOREIGN KEY (order_id) REFERENCES sales_order (entity_id) ON DELETE CASCADE,
  CONSTRAINT SALES_PAYMENT_TRANSACTION_PAYMENT_ID FOREIGN KEY (payment_id) REFERENCES sales_order_payment (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sales_sequence_meta (
  meta_id int unsigned NOT NULL AUTO_INCREMENT, entity_type varchar(32) NOT NULL, store_id smallint unsigned NOT NULL, sequence_table varchar(64) NOT NULL,
  PRIMARY KEY (meta_id),
  UNIQUE KEY SALES_SEQUENCE_META_ENTITY_TYPE_STORE_ID (entity_type, store_id)
) ENGINE=InnoDB;

CREATE TABLE sales_sequence_profile (
  profile_id int unsigned NOT NULL AUTO_INCREMENT, meta_id int unsigned NOT NULL, prefix varchar(32) DEFAULT NULL, suffix varchar(32) DEFAULT NULL,
  start_value int unsigned NOT NULL DEFAULT 1, step int unsigned NOT NULL DEFAULT 1, max_value int unsigned NOT NULL,
  warning_value int unsigned NOT NULL, is_active tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (profile_id),
  UNIQUE KEY SALES_SEQUENCE_PROFILE_META_ID_PREFIX_SUFFIX (meta_id, prefix, suffix),
  CONSTRAINT SALES_SEQUENCE_PROFILE_META_ID_SALES_SEQUENCE_META_META_ID FOREIGN KEY (meta_id) REFERENCES sales_sequence_meta (meta_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE sequence_order_0 (
  sequence_value int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (sequence_value)
) ENGINE=InnoDB;

CREATE TABLE sequence_order_1 (
  sequence_value int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (sequence_value)
) ENGINE=InnoDB;

CREATE TABLE sequence_invoice_0 (
  sequence_value int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (sequence_value)
) ENGINE=InnoDB;

CREATE TABLE sequence_invoice_1 (
  sequence_value int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (sequence_value)
) ENGINE=InnoDB;

CREATE TABLE sequence_shipment_0 (
  sequence_value int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (sequence_value)
) ENGINE=InnoDB;

CREATE TABLE sequence_shipment_1 (
  sequence_value int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (sequence_value)
) ENGINE=InnoDB;

CREATE TABLE sequence_creditmemo_0 (
  sequence_value int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (sequence_value)
) ENGINE=InnoDB;

CREATE TABLE sequence_creditmemo_1 (
  sequence_value int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (sequence_value)
) ENGINE=InnoDB;
