CREATE TABLE catalog_category_flat_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY CATALOG_CATEGORY_FLAT_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE catalog_category_product_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY CATALOG_CATEGORY_PRODUCT_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE catalog_product_flat_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY CATALOG_PRODUCT_FLAT_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE catalog_product_price_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY CATALOG_PRODUCT_PRICE_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE cataloginventory_stock_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY CATALOGINVENTORY_STOCK_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE catalogsearch_fulltext_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY CATALOGSEARCH_FULLTEXT_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE cms_page_grid_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY CMS_PAGE_GRID_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE customer_dummy_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY CUSTOMER_DUMMY_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE sales_order_data_exporter_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY SALES_ORDER_DATA_EXPORTER_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;

CREATE TABLE store_data_exporter_cl (
  version_id int unsigned NOT NULL AUTO_INCREMENT, entity_id int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (version_id),
  KEY STORE_DATA_EXPORTER_CL_ENTITY_ID (entity_id)
) ENGINE=InnoDB;
