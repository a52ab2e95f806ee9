CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`scopes` text NOT NULL,
	`page_ids` text,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_by_organization` ON `api_keys` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `audit_events` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`page_id` text,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`subject_id` text,
	`details` text NOT NULL,
	`request_id` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_by_organization` ON `audit_events` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `claims` (
	`incident_id` text NOT NULL,
	`component_id` text NOT NULL,
	`status` text NOT NULL,
	PRIMARY KEY(`incident_id`, `component_id`),
	FOREIGN KEY (`incident_id`) REFERENCES `incidents`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `claims_by_component` ON `claims` (`component_id`);--> statement-breakpoint
CREATE TABLE `component_days` (
	`component_id` text NOT NULL,
	`page_id` text NOT NULL,
	`date` text NOT NULL,
	`operational` integer NOT NULL,
	`under_maintenance` integer NOT NULL,
	`degraded_performance` integer NOT NULL,
	`partial_outage` integer NOT NULL,
	`major_outage` integer NOT NULL,
	PRIMARY KEY(`component_id`, `date`),
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `component_days_by_page` ON `component_days` (`page_id`,`date`);--> statement-breakpoint
CREATE TABLE `components` (
	`id` text PRIMARY KEY NOT NULL,
	`v2_id` text NOT NULL,
	`page_id` text NOT NULL,
	`group_id` text,
	`name` text NOT NULL,
	`code` text NOT NULL,
	`description` text,
	`top_rank` real NOT NULL,
	`rank` real NOT NULL,
	`set_status` text NOT NULL,
	`status` text NOT NULL,
	`status_since` integer NOT NULL,
	`since` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `pages`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `components_in_order` ON `components` (`page_id`,`top_rank`,`rank`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `components_by_code` ON `components` (`page_id`,`code`);--> statement-breakpoint
CREATE UNIQUE INDEX `components_by_v2_id` ON `components` (`page_id`,`v2_id`);--> statement-breakpoint
CREATE INDEX `components_by_group` ON `components` (`group_id`);--> statement-breakpoint
CREATE INDEX `components_in_trouble` ON `components` (`page_id`) WHERE status <> 'operational';--> statement-breakpoint
CREATE TABLE `groups` (
	`id` text PRIMARY KEY NOT NULL,
	`v2_id` text NOT NULL,
	`page_id` text NOT NULL,
	`name` text NOT NULL,
	`rank` real NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `groups_by_page` ON `groups` (`page_id`,`rank`);--> statement-breakpoint
CREATE UNIQUE INDEX `groups_by_v2_id` ON `groups` (`page_id`,`v2_id`);--> statement-breakpoint
CREATE TABLE `idempotent_answers` (
	`id` text PRIMARY KEY NOT NULL,
	`body_hash` text NOT NULL,
	`answer` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `idempotent_answers_by_age` ON `idempotent_answers` (`created_at`);--> statement-breakpoint
CREATE TABLE `incident_updates` (
	`id` text PRIMARY KEY NOT NULL,
	`v2_id` text NOT NULL,
	`incident_id` text NOT NULL,
	`status` text NOT NULL,
	`body` text NOT NULL,
	`next_update_at` integer,
	`created_at` integer NOT NULL,
	`edited_at` integer,
	FOREIGN KEY (`incident_id`) REFERENCES `incidents`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `incident_updates_by_incident` ON `incident_updates` (`incident_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `incidents` (
	`id` text PRIMARY KEY NOT NULL,
	`v2_id` text NOT NULL,
	`page_id` text NOT NULL,
	`title` text NOT NULL,
	`status` text NOT NULL,
	`impact` text NOT NULL,
	`impact_by_hand` integer NOT NULL,
	`started_at` integer NOT NULL,
	`resolved_at` integer,
	`next_update_at` integer,
	`postmortem` text,
	`postmortem_created_at` integer,
	`postmortem_updated_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `incidents_by_start` ON `incidents` (`page_id`,`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `incidents_open` ON `incidents` (`page_id`,`started_at`) WHERE status <> 'resolved';--> statement-breakpoint
CREATE UNIQUE INDEX `incidents_by_v2_id` ON `incidents` (`page_id`,`v2_id`);--> statement-breakpoint
CREATE TABLE `leases` (
	`name` text PRIMARY KEY NOT NULL,
	`holder` text NOT NULL,
	`fence` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `maintenance_updates` (
	`id` text PRIMARY KEY NOT NULL,
	`v2_id` text NOT NULL,
	`window_id` text NOT NULL,
	`status` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`edited_at` integer,
	FOREIGN KEY (`window_id`) REFERENCES `maintenance_windows`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `maintenance_updates_by_window` ON `maintenance_updates` (`window_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `maintenance_windows` (
	`id` text PRIMARY KEY NOT NULL,
	`v2_id` text NOT NULL,
	`page_id` text NOT NULL,
	`title` text NOT NULL,
	`status` text NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`started_at` integer,
	`completed_at` integer,
	`overrunning` integer DEFAULT false NOT NULL,
	`auto_start` integer NOT NULL,
	`auto_complete` integer NOT NULL,
	`remind_before_minutes` integer,
	`reminded_at` integer,
	`notify` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `maintenance_by_start` ON `maintenance_windows` (`page_id`,`starts_at`,`id`);--> statement-breakpoint
CREATE INDEX `maintenance_pending` ON `maintenance_windows` (`starts_at`,`ends_at`) WHERE status in ('scheduled', 'in_progress', 'verifying');--> statement-breakpoint
CREATE INDEX `maintenance_open_by_page` ON `maintenance_windows` (`page_id`,`starts_at`) WHERE status in ('scheduled', 'in_progress', 'verifying');--> statement-breakpoint
CREATE UNIQUE INDEX `maintenance_by_v2_id` ON `maintenance_windows` (`page_id`,`v2_id`);--> statement-breakpoint
CREATE TABLE `organizations` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `organizations_slug_unique` ON `organizations` (`slug`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`page_id` text NOT NULL,
	`revision` integer NOT NULL,
	`event` text NOT NULL,
	`subject_id` text NOT NULL,
	`payload` text NOT NULL,
	`created_at` integer NOT NULL,
	`fanned_out_at` integer,
	FOREIGN KEY (`page_id`) REFERENCES `pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `outbox_waiting` ON `outbox` (`created_at`,`id`) WHERE fanned_out_at is null;--> statement-breakpoint
CREATE INDEX `outbox_by_page` ON `outbox` (`page_id`,`id`);--> statement-breakpoint
CREATE TABLE `pages` (
	`id` text PRIMARY KEY NOT NULL,
	`v2_id` text NOT NULL,
	`organization_id` text NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`timezone` text NOT NULL,
	`language` text NOT NULL,
	`languages` text NOT NULL,
	`accent` text,
	`domain` text,
	`domain_token` text NOT NULL,
	`domain_routed_at` integer,
	`domain_allowed` integer DEFAULT false NOT NULL,
	`domain_checked_at` integer,
	`demo` integer DEFAULT false NOT NULL,
	`revision` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`days_version` integer DEFAULT 0 NOT NULL,
	`open_day` text NOT NULL,
	`published_revision` integer DEFAULT 0 NOT NULL,
	`published_at` integer,
	`published_template` text,
	`publish_error` text,
	`publish_failed_at` integer,
	`publish_requested` integer DEFAULT 0 NOT NULL,
	`publish_answered` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pages_slug_unique` ON `pages` (`slug`);--> statement-breakpoint
CREATE UNIQUE INDEX `pages_domain_unique` ON `pages` (`domain`);--> statement-breakpoint
CREATE INDEX `pages_by_organization` ON `pages` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `pages_behind` ON `pages` (`id`) WHERE revision > published_revision;--> statement-breakpoint
CREATE INDEX `pages_requested` ON `pages` (`id`) WHERE publish_requested > publish_answered;--> statement-breakpoint
CREATE INDEX `pages_by_open_day` ON `pages` (`open_day`);--> statement-breakpoint
CREATE INDEX `pages_by_change` ON `pages` (`changed_at`);--> statement-breakpoint
CREATE INDEX `pages_with_domain` ON `pages` (`domain`) WHERE domain is not null;--> statement-breakpoint
CREATE TABLE `resting_slugs` (
	`slug` text PRIMARY KEY NOT NULL,
	`page_id` text,
	`organization_id` text,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `set_changes` (
	`component_id` text NOT NULL,
	`at` integer NOT NULL,
	`status` text NOT NULL,
	PRIMARY KEY(`component_id`, `at`),
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `shown_changes` (
	`component_id` text NOT NULL,
	`page_id` text NOT NULL,
	`at` integer NOT NULL,
	`status` text NOT NULL,
	`previous` text NOT NULL,
	PRIMARY KEY(`component_id`, `at`),
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `shown_changes_by_page` ON `shown_changes` (`page_id`,`at`);--> statement-breakpoint
CREATE TABLE `templates` (
	`id` text PRIMARY KEY NOT NULL,
	`page_id` text NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	`status` text,
	`components` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`page_id`) REFERENCES `pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `templates_by_page` ON `templates` (`page_id`,`name`);--> statement-breakpoint
CREATE TABLE `touches` (
	`page_id` text NOT NULL,
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`revision` integer NOT NULL,
	PRIMARY KEY(`page_id`, `kind`, `ref`),
	FOREIGN KEY (`page_id`) REFERENCES `pages`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `touches_by_revision` ON `touches` (`page_id`,`revision`);--> statement-breakpoint
CREATE TABLE `update_components` (
	`update_id` text NOT NULL,
	`incident_id` text NOT NULL,
	`component_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`place` integer NOT NULL,
	PRIMARY KEY(`update_id`, `component_id`),
	FOREIGN KEY (`update_id`) REFERENCES `incident_updates`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `update_components_by_incident` ON `update_components` (`incident_id`);--> statement-breakpoint
CREATE INDEX `update_components_by_component` ON `update_components` (`component_id`);--> statement-breakpoint
CREATE TABLE `window_components` (
	`window_id` text NOT NULL,
	`component_id` text NOT NULL,
	`name` text NOT NULL,
	`place` integer NOT NULL,
	PRIMARY KEY(`window_id`, `component_id`),
	FOREIGN KEY (`window_id`) REFERENCES `maintenance_windows`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `window_components_by_component` ON `window_components` (`component_id`);