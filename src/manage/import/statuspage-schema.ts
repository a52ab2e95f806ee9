/**
 * What the API v2 of Atlassian Statuspage answers, as far as a page is made of it (seen on real pages; the shapes are
 * those of `summary.json`). Unknown fields are let through: providers add their own, and the report names what is lost.
 */
import { z } from 'zod';

/** Ids are 12 characters; older pages and look-alikes have other lengths. */
const sourceId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'Not an id of Statuspage.');

/** A moment, in UTC or with an offset, as milliseconds since the epoch. */
const moment = z.iso
  .datetime({ offset: true, error: 'Not a time in ISO 8601 with an offset.' })
  .transform((text) => Date.parse(text));

/** A date alone counts from 00:00 UTC. */
const date = z.iso.date({ error: 'Not a date.' }).transform((text) => Date.parse(`${text}T00:00:00Z`));

export const sourcePage = z.looseObject({
  id: sourceId,
  name: z.string(),
  url: z.string().nullish(),
  time_zone: z.string().nullish(),
  updated_at: moment.nullish(),
});

export const sourceComponent = z.looseObject({
  id: sourceId,
  name: z.string(),
  status: z.string(),
  created_at: moment,
  updated_at: moment,
  position: z.number().nullish(),
  description: z.string().nullish(),
  start_date: date.nullish(),
  group_id: sourceId.nullish(),
  page_id: z.string().nullish(),
  group: z.boolean().nullish(),
  /** Of a group: the ids of its components. */
  components: z.array(sourceId).nullish(),
});

/** A row of the management API's `/component-groups`. */
export const sourceGroup = z.looseObject({
  id: sourceId,
  name: z.string(),
  created_at: moment,
  updated_at: moment,
  position: z.number().nullish(),
  page_id: z.string().nullish(),
  components: z.array(sourceId).nullish(),
});

const sourceAffected = z.looseObject({
  code: sourceId,
  name: z.string().nullish(),
  new_status: z.string().nullish(),
});

const sourceUpdate = z.looseObject({
  id: sourceId,
  status: z.string(),
  body: z.string().nullish(),
  incident_id: z.string().nullish(),
  created_at: moment,
  updated_at: moment.nullish(),
  display_at: moment.nullish(),
  affected_components: z.array(sourceAffected).nullish(),
});

export const sourceIncident = z.looseObject({
  id: sourceId,
  name: z.string(),
  status: z.string(),
  created_at: moment,
  updated_at: moment.nullish(),
  monitoring_at: moment.nullish(),
  resolved_at: moment.nullish(),
  started_at: moment.nullish(),
  impact: z.string().nullish(),
  page_id: z.string().nullish(),
  incident_updates: z.array(sourceUpdate).nullish(),
  components: z.array(z.looseObject({ id: sourceId, status: z.string().nullish() })).nullish(),
  /** The management API tells a postmortem besides the updates. */
  postmortem_body: z.string().nullish(),
  postmortem_published_at: moment.nullish(),
  postmortem_body_last_updated_at: moment.nullish(),
  scheduled_auto_in_progress: z.boolean().nullish(),
  scheduled_auto_completed: z.boolean().nullish(),
});

export const sourceMaintenance = sourceIncident.extend({
  scheduled_for: moment,
  scheduled_until: moment.nullish(),
});

/** `summary.json`. */
export const sourceSummary = z.looseObject({
  page: sourcePage,
  components: z.array(sourceComponent),
  incidents: z.array(sourceIncident).default([]),
  scheduled_maintenances: z.array(sourceMaintenance).default([]),
});

export type SourcePage = z.output<typeof sourcePage>;
export type SourceComponent = z.output<typeof sourceComponent>;
export type SourceUpdate = z.output<typeof sourceUpdate>;
export type SourceIncident = z.output<typeof sourceIncident>;
export type SourceMaintenance = z.output<typeof sourceMaintenance>;
export type SourceSummary = z.output<typeof sourceSummary>;
