/** What the API answers, as schemas: the OpenAPI document is made from them, and tests hold every answer against them. */
import { z } from 'zod';
import { ROLES } from '../auth/roles.ts';
import { SCOPES } from '../auth/scopes.ts';
import { componentStatus, impact, incidentStatus, maintenanceStatus } from '../domain/status.ts';

const id = z.uuid();
const time = z.iso.datetime({ offset: true });
const v2Id = z.string().regex(/^[a-z0-9]{12}$/);
const times = { created_at: time, updated_at: time };

/** A list of `item`s; the document refers to the item. */
export const listOf = <T extends z.ZodType>(item: T) => z.array(item);

const groupRef = z.strictObject({ id, name: z.string() }).nullable();

export const status = z
  .strictObject({
    status: componentStatus,
    indicators: z.strictObject({
      operational: z.int(),
      degraded_performance: z.int(),
      partial_outage: z.int(),
      major_outage: z.int(),
      under_maintenance: z.int(),
    }),
    active_incidents: z.int(),
    scheduled_maintenance: z.int(),
    last_updated: time,
  })
  .meta({ id: 'Status' });

export const publicComponent = z
  .strictObject({
    id,
    name: z.string(),
    code: z.string(),
    status: componentStatus,
    description: z.string(),
    position: z.int(),
    group: groupRef,
  })
  .meta({ id: 'PublicComponent' });

export const page = z
  .strictObject({
    id,
    v2_id: v2Id,
    name: z.string(),
    slug: z.string(),
    description: z.string().nullable(),
    timezone: z.string(),
    language: z.string(),
    languages: z.array(z.string()),
    accent: z.string().nullable(),
    domain: z.string().nullable(),
    domain_record: z.strictObject({ type: z.literal('TXT'), name: z.string(), value: z.string() }).nullable(),
    domain_routed_at: time.nullable(),
    url: z.string(),
    revision: z.int(),
    published_revision: z.int(),
    published_at: time.nullable(),
    publish_error: z.string().nullable(),
    ...times,
  })
  .meta({ id: 'Page' });

export const group = z
  .strictObject({ id, v2_id: v2Id, name: z.string(), position: z.int(), ...times })
  .meta({ id: 'Group' });

const holder = z.strictObject({
  type: z.enum(['incident', 'maintenance']),
  id,
  title: z.string(),
  status: componentStatus,
});

export const component = z
  .strictObject({
    ...publicComponent.shape,
    group_id: id.nullable(),
    set_status: componentStatus,
    held_by: z.array(holder),
    status_since: time,
    v2_id: v2Id,
    ...times,
  })
  .meta({ id: 'Component' });

const saidOfComponent = z.strictObject({ id, name: z.string(), status: componentStatus });

export const incidentUpdate = z
  .strictObject({
    id,
    status: incidentStatus,
    body: z.string(),
    created_at: time,
    edited_at: time.nullable(),
    components: z.array(saidOfComponent),
  })
  .meta({ id: 'IncidentUpdate' });

export const postmortem = z.strictObject({ body: z.string(), ...times }).meta({ id: 'Postmortem' });

export const incident = z
  .strictObject({
    id,
    title: z.string(),
    status: incidentStatus,
    impact,
    started_at: time,
    resolved_at: time.nullable(),
    next_update_at: time.nullable(),
    ...times,
    components: z.array(saidOfComponent),
    updates: z.array(incidentUpdate),
    postmortem: postmortem.nullable(),
  })
  .meta({ id: 'Incident' });

export const maintenanceUpdate = z
  .strictObject({
    id,
    status: maintenanceStatus,
    body: z.string(),
    created_at: time,
    edited_at: time.nullable(),
  })
  .meta({ id: 'MaintenanceUpdate' });

export const maintenance = z
  .strictObject({
    id,
    title: z.string(),
    status: maintenanceStatus,
    starts_at: time,
    ends_at: time,
    started_at: time.nullable(),
    completed_at: time.nullable(),
    overrunning: z.boolean(),
    auto_start: z.boolean(),
    auto_complete: z.boolean(),
    remind_before_minutes: z.int().nullable(),
    ...times,
    components: z.array(z.strictObject({ id, name: z.string() })),
    updates: z.array(maintenanceUpdate),
  })
  .meta({ id: 'Maintenance' });

const percent = z.number().min(0).max(100).nullable();

export const uptime = z
  .strictObject({
    rule: z.string(),
    components: z.array(
      z.strictObject({
        id,
        name: z.string(),
        percent: z.strictObject({ '1': percent, '7': percent, '30': percent, '90': percent }),
        days: z.array(
          z.strictObject({
            date: z.iso.date(),
            percent,
            seconds: z.partialRecord(componentStatus, z.int()),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Uptime' });

export const template = z
  .strictObject({
    id,
    name: z.string(),
    title: z.string(),
    body: z.string(),
    status: incidentStatus.nullable(),
    components: z.array(z.strictObject({ id, status: componentStatus })),
    ...times,
  })
  .meta({ id: 'Template' });

/** What a sign-up is answered, whoever signs up whom. */
export const taken = z.strictObject({ detail: z.string() }).meta({ id: 'SignUpTaken' });
export const verified = z.strictObject({ manage_token: z.string() }).meta({ id: 'Verified' });
export const left = z.strictObject({ status: z.literal('unsubscribed') }).meta({ id: 'Left' });

const choice = { whole_page: z.boolean(), component_ids: z.array(id) };
export const subscription = z
  .strictObject({ email: z.string(), status: z.enum(['active', 'suppressed', 'unsubscribed']), ...choice })
  .meta({ id: 'Subscription' });

export const subscriber = z
  .strictObject({
    id,
    ...subscription.shape,
    source: z.enum(['verified', 'managed', 'imported']),
    suppressed_reason: z.string().nullable(),
    suppressed_at: time.nullable(),
    verified_at: time.nullable(),
    unsubscribed_at: time.nullable(),
    ...times,
  })
  .meta({ id: 'Subscriber' });

export const importReport = z
  .strictObject({
    added: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    refused: z.int(),
    /** Null when every line was worked on. */
    stopped_at_line: z.int().nullable(),
    lines: z.array(
      z.strictObject({
        line: z.int(),
        email: z.string(),
        result: z.enum(['added', 'updated', 'unchanged', 'refused']),
        reason: z
          .enum([
            'malformed',
            'not_an_address',
            'duplicate',
            'unknown_component',
            'unsubscribed',
            'erased',
            'suppressed',
          ])
          .nullable(),
        detail: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'SubscriberImport' });

const keyFields = {
  id,
  name: z.string(),
  hint: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  page_ids: z.array(id).nullable(),
  expires_at: time.nullable(),
  last_used_at: time.nullable(),
  created_at: time,
};
export const apiKey = z.strictObject(keyFields).meta({ id: 'ApiKey' });
/** The answer to POST alone carries the secret; a repetition of it by Idempotency-Key does not. */
export const newApiKey = z
  .strictObject({ ...keyFields, key: z.string().optional() })
  .meta({ id: 'NewApiKey' });

/** A member of an organization; also who has just signed in. */
export const member = z
  .strictObject({
    id,
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(ROLES),
    page_ids: z.array(id).nullable(),
    second_factor: z.boolean(),
    ...times,
  })
  .meta({ id: 'Member' });

export const invitation = z
  .strictObject({
    id,
    email: z.string(),
    role: z.enum(ROLES),
    page_ids: z.array(id).nullable(),
    expires_at: time,
    created_at: time,
  })
  .meta({ id: 'Invitation' });

export const auditEvent = z
  .strictObject({
    id,
    action: z.string(),
    actor: z.string(),
    page_id: id.nullable(),
    subject_id: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    request_id: z.string().nullable(),
    created_at: time,
  })
  .meta({ id: 'AuditEvent' });

/** Every error but 422 and a missing scope. */
export const error = z.strictObject({ detail: z.string() }).meta({ id: 'Error' });
export const scopeError = z
  .strictObject({
    detail: z.union([
      z.string(),
      z.strictObject({
        code: z.literal('insufficient_scope'),
        message: z.string(),
        required: z.array(z.enum(SCOPES)),
      }),
    ]),
  })
  .meta({ id: 'ForbiddenError' });
export const validationError = z
  .strictObject({
    detail: z.array(
      z.strictObject({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() }),
    ),
  })
  .meta({ id: 'ValidationError' });

export const revision = z
  .strictObject({ revision: z.int(), published_at: time, fence: z.int() })
  .meta({ id: 'Revision' });
