CREATE TABLE customer_entity (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, website_id smallint unsigned DEFAULT NULL, email varchar(255) DEFAULT NULL,
  group_id smallint unsigned NOT NULL DEFAULT 0, increment_id varchar(50) DEFAULT NULL, store_id smallint unsigned DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  is_active smallint unsigned NOT NULL DEFAULT 1, created_in varchar(255) DEFAULT NULL, prefix varchar(40) DEFAULT NULL,
  firstname varchar(255) DEFAULT NULL, middlename varchar(255) DEFAULT NULL, lastname varchar(255) DEFAULT NULL, dob date DEFAULT NULL,
  password_hash varchar(128) DEFAULT NULL, rp_token varchar(128) DEFAULT NULL, rp_token_created_at datetime DEFAULT NULL,
  default_billing int unsigned DEFAULT NULL, default_shipping int unsigned DEFAULT NULL, taxvat varchar(50) DEFAULT NULL,
  confirmation varchar(64) DEFAULT NULL, gender smallint unsigned DEFAULT NULL, failures_num smallint DEFAULT 0, lock_expires timestamp NULL DEFAULT NULL,
  PRIMARY KEY (entity_id),
  UNIQUE KEY CUSTOMER_ENTITY_EMAIL_WEBSITE_ID (email, website_id),
  KEY CUSTOMER_ENTITY_STORE_ID (store_id),
  KEY CUSTOMER_ENTITY_WEBSITE_ID (website_id),
  KEY CUSTOMER_ENTITY_FIRSTNAME (firstname),
  KEY CUSTOMER_ENTITY_LASTNAME (lastname),
  CONSTRAINT CUSTOMER_ENTITY_STORE_ID_STORE_STORE_ID FOREIGN KEY (store_id) REFERENCES store (store_id) ON DELETE SET NULL,
  CONSTRAINT CUSTOMER_ENTITY_WEBSITE_ID_STORE_WEBSITE_WEBSITE_ID FOREIGN KEY (website_id) REFERENCES store_website (website_id) ON DELETE SET NULL
) ENGINE=InnoDB;

CREATE TABLE customer_entity_varchar (
  value_id int NOT NULL AUTO_INCREMENT, attribute_id smallint unsigned NOT NULL DEFAULT 0, entity_id int unsigned NOT NULL DEFAULT 0,
  value varchar(255) DEFAULT NULL,
  PRIMARY KEY (value_id),
  UNIQUE KEY CUSTOMER_ENTITY_VARCHAR_ENTITY_ID_ATTRIBUTE_ID (entity_id, attribute_id),
  KEY CUSTOMER_ENTITY_VARCHAR_ATTRIBUTE_ID (attribute_id),
  CONSTRAINT CSTR_ENTT_VARCHAR_ATTR_ID_EAV_ATTR_ATTR_ID FOREIGN KEY (attribute_id) REFERENCES eav_attribute (attribute_id) ON DELETE CASCADE,
  CONSTRAINT CSTR_ENTT_VARCHAR_ENTT_ID FOREIGN KEY (entity_id) REFERENCES customer_entity (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE customer_entity_int (
  value_id int NOT NULL AUTO_INCREMENT, attribute_id smallint unsigned NOT NULL DEFAULT 0, entity_id int unsigned NOT NULL DEFAULT 0,
  value int NOT NULL DEFAULT 0,
  PRIMARY KEY (value_id),
  UNIQUE KEY CUSTOMER_ENTITY_INT_ENTITY_ID_ATTRIBUTE_ID (entity_id, attribute_id),
  KEY CUSTOMER_ENTITY_INT_ATTRIBUTE_ID (attribute_id),
  CONSTRAINT CSTR_ENTT_INT_ATTR_ID_EAV_ATTR_ATTR_ID FOREIGN KEY (attribute_id) REFERENCES eav_attribute (attribute_id) ON DELETE CASCADE,
  CONSTRAINT CSTR_ENTT_INT_ENTT_ID FOREIGN KEY (entity_id) REFERENCES customer_entity (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE customer_entity_decimal (
  value_id int NOT NULL AUTO_INCREMENT, attribute_id smallint unsigned NOT NULL DEFAULT 0, entity_id int unsigned NOT NULL DEFAULT 0,
  value decimal(12,4) NOT NULL DEFAULT 0.0000,
  PRIMARY KEY (value_id),
  UNIQUE KEY CUSTOMER_ENTITY_DECIMAL_ENTITY_ID_ATTRIBUTE_ID (entity_id, attribute_id),
  KEY CUSTOMER_ENTITY_DECIMAL_ATTRIBUTE_ID (attribute_id),
  CONSTRAINT CSTR_ENTT_DECIMAL_ATTR_ID_EAV_ATTR_ATTR_ID FOREIGN KEY (attribute_id) REFERENCES eav_attribute (attribute_id) ON DELETE CASCADE,
  CONSTRAINT CSTR_ENTT_DECIMAL_ENTT_ID FOREIGN KEY (entity_id) REFERENCES customer_entity (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE customer_entity_text (
  value_id int NOT NULL AUTO_INCREMENT, attribute_id smallint unsigned NOT NULL DEFAULT 0, entity_id int unsigned NOT NULL DEFAULT 0,
  value text NOT NULL,
  PRIMARY KEY (value_id),
  UNIQUE KEY CUSTOMER_ENTITY_TEXT_ENTITY_ID_ATTRIBUTE_ID (entity_id, attribute_id),
  KEY CUSTOMER_ENTITY_TEXT_ATTRIBUTE_ID (attribute_id),
  CONSTRAINT CSTR_ENTT_TEXT_ATTR_ID_EAV_ATTR_ATTR_ID FOREIGN KEY (attribute_id) REFERENCES eav_attribute (attribute_id) ON DELETE CASCADE,
  CONSTRAINT CSTR_ENTT_TEXT_ENTT_ID FOREIGN KEY (entity_id) REFERENCES customer_entity (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE customer_entity_datetime (
  value_id int NOT NULL AUTO_INCREMENT, attribute_id smallint unsigned NOT NULL DEFAULT 0, entity_id int unsigned NOT NULL DEFAULT 0,
  value datetime DEFAULT NULL,
  PRIMARY KEY (value_id),
  UNIQUE KEY CUSTOMER_ENTITY_DATETIME_ENTITY_ID_ATTRIBUTE_ID (entity_id, attribute_id),
  KEY CUSTOMER_ENTITY_DATETIME_ATTRIBUTE_ID (attribute_id),
  CONSTRAINT CSTR_ENTT_DATETIME_ATTR_ID_EAV_ATTR_ATTR_ID FOREIGN KEY (attribute_id) REFERENCES eav_attribute (attribute_id) ON DELETE CASCADE,
  CONSTRAINT CSTR_ENTT_DATETIME_ENTT_ID FOREIGN KEY (entity_id) REFERENCES customer_entity (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE customer_address_entity (
  entity_id int unsigned NOT NULL AUTO_INCREMENT, increment_id varchar(50) DEFAULT NULL, parent_id int unsigned DEFAULT NULL,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  is_active smallint unsigned NOT NULL DEFAULT 1, city varchar(255) NOT NULL, company varchar(255) DEFAULT NULL, country_id varchar(255) NOT NULL,
  fax varchar(255) DEFAULT NULL, firstname varchar(255) NOT NULL, lastname varchar(255) NOT NULL, postcode varchar(255) DEFAULT NULL,
  region varchar(255) DEFAULT NULL, region_id int unsigned DEFAULT NULL, street text NOT NULL, telephone varchar(255) NOT NULL, vat_id varchar(255) DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY CUSTOMER_ADDRESS_ENTITY_PARENT_ID (parent_id),
  CONSTRAINT CUSTOMER_ADDRESS_ENTITY_PARENT_ID_CUSTOMER_ENTITY_ENTITY_ID FOREIGN KEY (parent_id) REFERENCES customer_entity (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE customer_grid_flat (
  entity_id int unsigned NOT NULL, name text DEFAULT NULL, email varchar(255) DEFAULT NULL, group_id int DEFAULT NULL, created_at timestamp NULL DEFAULT NULL,
  website_id int DEFAULT NULL, created_in text DEFAULT NULL, dob date DEFAULT NULL, gender int DEFAULT NULL, taxvat varchar(255) DEFAULT NULL,
  shipping_full text DEFAULT NULL, billing_full text DEFAULT NULL, billing_firstname varchar(255) DEFAULT NULL, billing_lastname varchar(255) DEFAULT NULL,
  billing_telephone varchar(255) DEFAULT NULL, billing_postcode varchar(255) DEFAULT NULL, billing_country_id varchar(255) DEFAULT NULL,
  billing_street varchar(255) DEFAULT NULL, billing_city varchar(255) DEFAULT NULL,
  PRIMARY KEY (entity_id),
  KEY CUSTOMER_GRID_FLAT_EMAIL (email),
  KEY CUSTOMER_GRID_FLAT_CREATED_AT (created_at),
  FULLTEXT KEY FTI_CUSTOMER_GRID_FLAT (name, email, created_in, taxvat, shipping_full, billing_full, billing_firstname, billing_lastname, billing_telephone, billing_postcode, billing_city)
) ENGINE=InnoDB;

CREATE TABLE customer_visitor (
  visitor_id bigint unsigned NOT NULL AUTO_INCREMENT, customer_id int DEFAULT NULL, session_id varchar(1) DEFAULT NULL,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, last_visit_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (visitor_id),
  KEY CUSTOMER_VISITOR_CUSTOMER_ID (customer_id),
  KEY CUSTOMER_VISITOR_LAST_VISIT_AT (last_visit_at)
) ENGINE=InnoDB;

CREATE TABLE newsletter_subscriber (
  subscriber_id int unsigned NOT NULL AUTO_INCREMENT, store_id smallint unsigned DEFAULT 0, change_status_at timestamp NULL DEFAULT NULL,
  customer_id int unsigned NOT NULL DEFAULT 0, subscriber_email varchar(150) DEFAULT NULL, subscriber_status int NOT NULL DEFAULT 0,
  subscriber_confirm_code varchar(32) DEFAULT NULL,
  PRIMARY KEY (subscriber_id),
  KEY NEWSLETTER_SUBSCRIBER_CUSTOMER_ID (customer_id),
  KEY NEWSLETTER_SUBSCRIBER_SUBSCRIBER_EMAIL (subscriber_email),
  CONSTRAINT NEWSLETTER_SUBSCRIBER_STORE_ID_STORE_STORE_ID FOREIGN KEY (store_id) REFERENCES store (store_id) ON DELETE SET NULL
) ENGINE=InnoDB;

CREATE TABLE wishlist (
  wishlist_id int unsigned NOT NULL AUTO_INCREMENT, customer_id int unsigned NOT NULL DEFAULT 0, shared smallint unsigned NOT NULL DEFAULT 0,
  sharing_code varchar(32) DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL,
  PRIMARY KEY (wishlist_id),
  UNIQUE KEY WISHLIST_CUSTOMER_ID (customer_id),
  CONSTRAINT WISHLIST_CUSTOMER_ID_CUSTOMER_ENTITY_ENTITY_ID FOREIGN KEY (customer_id) REFERENCES customer_entity (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE wishlist_item (
  wishlist_item_id int unsigned NOT NULL AUTO_INCREMENT, wishlist_id int unsigned NOT NULL DEFAULT 0, product_id int unsigned NOT NULL DEFAULT 0,
  store_id smallint unsigned DEFAULT NULL, added_at timestamp NULL DEFAULT NULL, description text DEFAULT NULL, qty decimal(12,4) NOT NULL,
  PRIMARY KEY (wishlist_item_id),
  KEY WISHLIST_ITEM_WISHLIST_ID (wishlist_id),
  KEY WISHLIST_ITEM_PRODUCT_ID (product_id),
  CONSTRAINT WISHLIST_ITEM_WISHLIST_ID_WISHLIST_WISHLIST_ID FOREIGN KEY (wishlist_id) REFERENCES wishlist (wishlist_id) ON DELETE CASCADE,
  CONSTRAINT WISHLIST_ITEM_PRODUCT_ID_CATALOG_PRODUCT_ENTITY_ENTITY_ID FOREIGN KEY (product_id) REFERENCES catalog_product_entity (entity_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE review (
  review_id bigint unsigned NOT NULL AUTO_INCREMENT, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, entity_id smallint unsigned NOT NULL DEFAULT 0,
  entity_pk_value int unsigned NOT NULL DEFAULT 0, status_id smallint unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (review_id),
  KEY REVIEW_ENTITY_PK_VALUE (entity_pk_value)
) ENGINE=InnoDB;

CREATE TABLE review_detail (
  detail_id bigint unsigned NOT NULL AUTO_INCREMENT, review_id bigint unsigned NOT NULL DEFAULT 0, store_id smallint unsigned DEFAULT 0,
  title varchar(255) NOT NULL, detail text NOT NULL, nickname varchar(128) NOT NULL, customer_id int unsigned DEFAULT NULL,
  PRIMARY KEY (detail_id),
  KEY REVIEW_DETAIL_REVIEW_ID (review_id),
  CONSTRAINT REVIEW_DETAIL_CUSTOMER_ID_CUSTOMER_ENTITY_ENTITY_ID FOREIGN KEY (customer_id) REFERENCES customer_entity (entity_id) ON DELETE SET NULL,
  CONSTRAINT REVIEW_DETAIL_REVIEW_ID_REVIEW_REVIEW_ID FOREIGN KEY (review_id) REFERENCES review (review_id) ON DELETE CASCADE
) ENGINE=InnoDB;
