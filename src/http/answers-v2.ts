/** The documents of the compatible API, as schemas (see `render/documents/v2/shapes.ts`). */
import { z } from 'zod';
import { componentStatus, impact, incidentStatus, maintenanceStatus } from '../domain/status.ts';

/** 12 characters `a-z0-9`; what was imported keeps the id of its source, whatever its length. */
const v2Id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const time = z.iso.datetime();

const page = z
  .strictObject({ id: v2Id, name: z.string(), url: z.url(), time_zone: z.string(), updated_at: time })
  .meta({ id: 'V2Page' });

const status = z
  .strictObject({
    indicator: z.enum(['none', 'maintenance', 'minor', 'major', 'critical']),
    description: z.string(),
  })
  .meta({ id: 'V2Status' });

const component = z
  .strictObject({
    id: v2Id,
    name: z.string(),
    status: componentStatus,
    created_at: time,
    updated_at: time,
    position: z.int(),
    description: z.string().nullable(),
    showcase: z.boolean(),
    start_date: z.iso.date().nullable(),
    group_id: v2Id.nullable(),
    page_id: v2Id,
    group: z.boolean(),
    only_show_if_degraded: z.boolean(),
    components: z.array(v2Id).optional(),
  })
  .meta({ id: 'V2Component' });

const updateStatus = z.enum([...incidentStatus.options, ...maintenanceStatus.options, 'postmortem']);

const update = z
  .strictObject({
    id: v2Id,
    status: updateStatus,
    body: z.string(),
    incident_id: v2Id,
    created_at: time,
    updated_at: time,
    display_at: time,
    affected_components: z
      .array(
        z.strictObject({
          code: v2Id,
          name: z.string(),
          old_status: componentStatus,
          new_status: componentStatus,
        }),
      )
      .nullable(),
    deliver_notifications: z.boolean(),
    custom_tweet: z.null(),
    tweet_id: z.null(),
  })
  .meta({ id: 'V2Update' });

const told = {
  id: v2Id,
  name: z.string(),
  status: updateStatus,
  created_at: time,
  updated_at: time,
  monitoring_at: time.nullable(),
  resolved_at: time.nullable(),
  impact: z.enum([...impact.options, 'maintenance']),
  shortlink: z.url(),
  started_at: time,
  page_id: v2Id,
  incident_updates: z.array(update),
  components: z.array(component),
};
const incident = z.strictObject(told).meta({ id: 'V2Incident' });
const maintenance = z
  .strictObject({ ...told, scheduled_for: time, scheduled_until: time })
  .meta({ id: 'V2Maintenance' });

const lists = { incidents: z.array(incident), scheduled_maintenances: z.array(maintenance) };

export const v2Summary = z
  .strictObject({ page, components: z.array(component), ...lists, status })
  .meta({ id: 'V2Summary' });
export const v2Status = z.strictObject({ page, status }).meta({ id: 'V2StatusDocument' });
export const v2Components = z
  .strictObject({ page, components: z.array(component) })
  .meta({ id: 'V2Components' });
export const v2Incidents = z.strictObject({ page, incidents: lists.incidents }).meta({ id: 'V2Incidents' });
export const v2Maintenances = z
  .strictObject({ page, scheduled_maintenances: lists.scheduled_maintenances })
  .meta({ id: 'V2Maintenances' });
