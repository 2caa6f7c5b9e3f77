CREATE TABLE store_website (
  website_id smallint unsigned NOT NULL AUTO_INCREMENT, code varchar(32) DEFAULT NULL, name varchar(64) DEFAULT NULL,
  sort_order smallint unsigned NOT NULL DEFAULT 0, default_group_id smallint unsigned NOT NULL DEFAULT 0,
  is_default smallint unsigned DEFAULT 0,
  PRIMARY KEY (website_id),
  UNIQUE KEY STORE_WEBSITE_CODE (code),
  KEY STORE_WEBSITE_SORT_ORDER (sort_order)
) ENGINE=InnoDB;

CREATE TABLE store_group (
  group_id smallint unsigned NOT NULL AUTO_INCREMENT, website_id smallint unsigned NOT NULL DEFAULT 0,
  name varchar(255) NOT NULL, root_category_id int unsigned NOT NULL DEFAULT 0,
  default_store_id smallint unsigned NOT NULL DEFAULT 0, code varchar(32) DEFAULT NULL,
  PRIMARY KEY (group_id),
  UNIQUE KEY STORE_GROUP_CODE (code),
  KEY STORE_GROUP_WEBSITE_ID (website_id),
  CONSTRAINT STORE_GROUP_WEBSITE_ID_STORE_WEBSITE_WEBSITE_ID FOREIGN KEY (website_id) REFERENCES store_website (website_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE store (
  store_id smallint unsigned NOT NULL AUTO_INCREMENT, code varchar(32) DEFAULT NULL,
  website_id smallint unsigned NOT NULL DEFAULT 0, group_id smallint unsigned NOT NULL DEFAULT 0,
  name varchar(255) NOT NULL, sort_order smallint unsigned NOT NULL DEFAULT 0, is_active smallint unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (store_id),
  UNIQUE KEY STORE_CODE (code),
  KEY STORE_WEBSITE_ID (website_id),
  KEY STORE_GROUP_ID (group_id),
  CONSTRAINT STORE_GROUP_ID_STORE_GROUP_GROUP_ID FOREIGN KEY (group_id) REFERENCES store_group (group_id) ON DELETE CASCADE,
  CONSTRAINT STORE_WEBSITE_ID_STORE_WEBSITE_WEBSITE_ID FOREIGN KEY (website_id) REFERENCES store_website (website_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE core_config_data (
  config_id int unsigned NOT NULL AUTO_INCREMENT, scope varchar(8) NOT NULL DEFAULT 'default', scope_id int NOT NULL DEFAULT 0,
  path varchar(255) NOT NULL DEFAULT 'general', value text DEFAULT NULL,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (config_id),
  UNIQUE KEY CORE_CONFIG_DATA_SCOPE_SCOPE_ID_PATH (scope, scope_id, path)
) ENGINE=InnoDB;

CREATE TABLE setup_module (
  module varchar(50) NOT NULL, schema_version varchar(50) DEFAULT NULL, data_version varchar(50) DEFAULT NULL,
  PRIMARY KEY (module)
) ENGINE=InnoDB;

CREATE TABLE patch_list (
  patch_id int NOT NULL AUTO_INCREMENT, patch_name varchar(1024) NOT NULL,
  PRIMARY KEY (patch_id)
) ENGINE=InnoDB;

CREATE TABLE theme (
  theme_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int DEFAULT NULL, theme_path varchar(255) DEFAULT NULL,
  theme_title varchar(255) NOT NULL, preview_image varchar(255) DEFAULT NULL, is_featured tinyint(1) NOT NULL DEFAULT 0,
  area varchar(255) NOT NULL, type smallint NOT NULL, code text DEFAULT NULL,
  PRIMARY KEY (theme_id)
) ENGINE=InnoDB;

CREATE TABLE flag (
  flag_id int unsigned NOT NULL AUTO_INCREMENT, flag_code varchar(255) NOT NULL, state smallint unsigned NOT NULL DEFAULT 0,
  flag_data mediumtext DEFAULT NULL, last_update timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (flag_id),
  KEY FLAG_LAST_UPDATE (last_update)
) ENGINE=InnoDB;

CREATE TABLE session (
  session_id varchar(255) NOT NULL, session_expires int unsigned NOT NULL DEFAULT 0, session_data mediumblob NOT NULL,
  PRIMARY KEY (session_id),
  KEY SESSION_SESSION_EXPIRES (session_expires)
) ENGINE=InnoDB;

CREATE TABLE indexer_state (
  state_id int unsigned NOT NULL AUTO_INCREMENT, indexer_id varchar(255) DEFAULT NULL, status varchar(16) DEFAULT 'invalid',
  updated datetime DEFAULT NULL, hash_config varchar(32) NOT NULL,
  PRIMARY KEY (state_id),
  KEY INDEXER_STATE_INDEXER_ID (indexer_id)
) ENGINE=InnoDB;

CREATE TABLE mview_state (
  state_id int unsigned NOT NULL AUTO_INCREMENT, view_id varchar(255) DEFAULT NULL, mode varchar(16) DEFAULT 'disabled',
  status varchar(16) DEFAULT 'idle', updated datetime DEFAULT NULL, version_id int unsigned DEFAULT NULL,
  PRIMARY KEY (state_id),
  KEY MVIEW_STATE_VIEW_ID (view_id),
  KEY MVIEW_STATE_MODE (mode)
) ENGINE=InnoDB;

CREATE TABLE cron_schedule (
  schedule_id int unsigned NOT NULL AUTO_INCREMENT, job_code varchar(255) NOT NULL DEFAULT '0', status varchar(7) NOT NULL DEFAULT 'pending',
  messages text DEFAULT NULL, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, scheduled_at timestamp NULL DEFAULT NULL,
  executed_at timestamp NULL DEFAULT NULL, finished_at timestamp NULL DEFAULT NULL,
  PRIMARY KEY (schedule_id),
  KEY CRON_SCHEDULE_JOB_CODE_STATUS_SCHEDULED_AT (job_code, status, scheduled_at)
) ENGINE=InnoDB;

CREATE TABLE admin_user (
  user_id int unsigned NOT NULL AUTO_INCREMENT, firstname varchar(32) DEFAULT NULL, lastname varchar(32) DEFAULT NULL,
  email varchar(128) DEFAULT NULL, username varchar(40) DEFAULT NULL, password varchar(255) NOT NULL,
  created timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, modified timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  logdate timestamp NULL DEFAULT NULL, lognum smallint unsigned NOT NULL DEFAULT 0, is_active smallint NOT NULL DEFAULT 1,
  extra text DEFAULT NULL, rp_token text DEFAULT NULL, interface_locale varchar(16) NOT NULL DEFAULT 'en_US',
  PRIMARY KEY (user_id),
  UNIQUE KEY ADMIN_USER_USERNAME (username)
) ENGINE=InnoDB;

CREATE TABLE authorization_role (
  role_id int unsigned NOT NULL AUTO_INCREMENT, parent_id int unsigned NOT NULL DEFAULT 0, tree_level smallint unsigned NOT NULL DEFAULT 0,
  sort_order smallint unsigned NOT NULL DEFAULT 0, role_type varchar(1) NOT NULL DEFAULT '0', user_id int unsigned NOT NULL DEFAULT 0,
  user_type varchar(16) DEFAULT NULL, role_name varchar(50) DEFAULT NULL,
  PRIMARY KEY (role_id),
  KEY AUTHORIZATION_ROLE_PARENT_ID_SORT_ORDER (parent_id, sort_order)
) ENGINE=InnoDB;

CREATE TABLE authorization_rule (
  rule_id int unsigned NOT NULL AUTO_INCREMENT, role_id int unsigned NOT NULL DEFAULT 0, resource_id varchar(255) DEFAULT NULL,
  privileges varchar(20) DEFAULT NULL, permission varchar(10) DEFAULT NULL,
  PRIMARY KEY (rule_id),
  KEY AUTHORIZATION_RULE_RESOURCE_ID_ROLE_ID (resource_id, role_id),
  KEY AUTHORIZATION_RULE_ROLE_ID_RESOURCE_ID (role_id, resource_id),
  CONSTRAINT AUTHORIZATION_RULE_ROLE_ID_AUTHORIZATION_ROLE_ROLE_ID FOREIGN KEY (role_id) REFERENCES authorization_role (role_id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE cms_page (
  page_id smallint NOT NULL AUTO_INCREMENT, title varchar(255) DEFAULT NULL, page_layout varchar(255) DEFAULT NULL,
  meta_keywords text DEFAULT NULL, meta_description text DEFAULT NULL, identifier varchar(100) DEFAULT NULL,
  content_heading varchar(255) DEFAULT NULL, content mediumtext DEFAULT NULL,
  creation_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, update_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  is_active smallint NOT NULL DEFAULT 1, sort_order smallint NOT NULL DEFAULT 0, layout_update_xml text DEFAULT NULL, custom_theme_from date DEFAULT NULL,
  PRIMARY KEY (page_id),
  KEY CMS_PAGE_IDENTIFIER (identifier),
  FULLTEXT KEY CMS_PAGE_TITLE_META_KEYWORDS_META_DESCRIPTION_IDENTIFIER_CONTENT (title, meta_keywords, meta_description, identifier, content)
) ENGINE=InnoDB;

CREATE TABLE cms_block (
  block_id smallint NOT NULL AUTO_INCREMENT, title varchar(255) NOT NULL, identifier varchar(255) NOT NULL, content mediumtext DEFAULT NULL,
  creation_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, update_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  is_active smallint NOT NULL DEFAULT 1,
  PRIMARY KEY (block_id),
  KEY CMS_BLOCK_IDENTIFIER (identifier),
  FULLTEXT KEY CMS_BLOCK_TITLE_IDENTIFIER_CONTENT (title, identifier, content)
) ENGINE=InnoDB;

CREATE TABLE url_rewrite (
  url_rewrite_id int unsigned NOT NULL AUTO_INCREMENT, entity_type varchar(32) NOT NULL, entity_id int unsigned NOT NULL,
  request_path varchar(255) DEFAULT NULL, target_path varchar(255) DEFAULT NULL, redirect_type smallint unsigned NOT NULL DEFAULT 0,
  store_id smallint unsigned NOT NULL, description varchar(255) DEFAULT NULL, is_autogenerated smallint unsigned NOT NULL DEFAULT 0,
  metadata varchar(255) DEFAULT NULL,
  PRIMARY KEY (url_rewrite_id),
  UNIQUE KEY URL_REWRITE_REQUEST_PATH_STORE_ID (request_path, store_id),
  KEY URL_REWRITE_TARGET_PATH (target_path),
  KEY URL_REWRITE_STORE_ID_ENTITY_ID (store_id, entity_id),
  KEY URL_REWRITE_ENTITY_ID (entity_id)
) ENGINE=InnoDB;
