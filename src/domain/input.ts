/** The bodies that the API takes (contract, section 5), as schemas that refuse what they do not know. */
import { z } from 'zod';
import { isTimeZone } from './calendar.ts';
import { isId } from './ids.ts';
import { LANGUAGES } from './languages.ts';
import { componentStatus, impact, incidentStatus, maintenanceStatus } from './status.ts';

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** Control characters; in texts of several lines LF and TAB are welcome (CR LF is read as LF). */
const CONTROL_ON_ONE_LINE = /[\p{Cc}\u2028\u2029]/u;
const CONTROL_IN_TEXT = /(?!\n|\t|\r\n)\p{Cc}/u;
const CONTROL_MESSAGE = 'Control characters are not allowed.';

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function bounded(min: number, max: number) {
  return z
    .string()
    .refine((text) => text.isWellFormed(), 'The text is not valid Unicode.')
    .refine((text) => characters(text) <= max, `At most ${max.toLocaleString('en')} characters.`)
    .meta({ maxLength: max, ...(min > 0 ? { minLength: min } : {}) });
}

/** A name or title: 1 to 200 characters on one line, not only blanks. */
export const oneLine = bounded(1, 200)
  .refine((text) => text.trim() !== '', 'At least 1 character.')
  .refine((text) => !CONTROL_ON_ONE_LINE.test(text), `${CONTROL_MESSAGE} The text must stand on one line.`);

const lines = (min: number, max: number) =>
  bounded(min, max)
    .refine((text) => min === 0 || text.trim() !== '', 'At least 1 character.')
    .refine((text) => !CONTROL_IN_TEXT.test(text), `${CONTROL_MESSAGE} Newlines and tabs are welcome.`)
    .overwrite((text) => text.replaceAll('\r\n', '\n'));

const description = lines(0, 2000);
const body = lines(1, 25_000);

/** A code or slug. */
export const slugText = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'Small letters, digits and hyphens, at most 63, not beginning with a hyphen.',
  );

/** A point in time with an offset; a day that does not exist is refused. */
export const time = z.iso
  .datetime({ offset: true, error: 'A time in ISO 8601 with an offset, like 2026-02-28T06:30:00+00:00.' })
  .refine((text) => {
    const at = Date.parse(text);
    return at >= EARLIEST && at < LATEST;
  }, 'A time between the years 2000 and 2200.');

const id = z.uuid('A UUID.');
const position = z.int().min(1).max(1_000_000);

const said = z
  .array(z.strictObject({ id, status: componentStatus }))
  .max(2000, 'At most 2,000 components.')
  .refine(
    (list) => new Set(list.map((entry) => entry.id)).size === list.length,
    'A component is named twice.',
  );
export const componentIds = z
  .array(id)
  .max(2000, 'At most 2,000 components.')
  .refine((list) => new Set(list).size === list.length, 'A component is named twice.');

const timezone = z
  .string()
  .refine(isTimeZone, 'The name of a time zone, like Europe/Zurich.')
  .meta({ examples: ['Europe/Zurich'] });
const language = z.enum(LANGUAGES);
const domain = z
  .string()
  .max(253)
  .regex(
    /^(?=.*[a-z])([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'A domain in small letters, like status.example.com.',
  );

const pageFields = {
  name: oneLine,
  slug: slugText.refine((slug) => !isId(slug), 'A slug may not have the form of a UUID.'),
  timezone,
  domain: domain.nullable(),
  description: description.nullable(),
  language,
  languages: z
    .array(language)
    .min(1)
    .max(LANGUAGES.length)
    .refine((list) => new Set(list).size === list.length, 'A language is named twice.'),
  accent: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'A colour like #3046c8.')
    .nullable(),
};
export const pageCreate = z
  .strictObject(pageFields)
  .partial()
  .required({ name: true })
  .meta({ id: 'PageCreate' });
export const pagePatch = z.strictObject(pageFields).partial().meta({ id: 'PagePatch' });

const groupFields = { name: oneLine, position };
export const groupCreate = z
  .strictObject(groupFields)
  .partial()
  .required({ name: true })
  .meta({ id: 'GroupCreate' });
export const groupPatch = z.strictObject(groupFields).partial().meta({ id: 'GroupPatch' });

const componentFields = {
  name: oneLine,
  code: slugText,
  description: description.nullable(),
  status: componentStatus,
  group_id: id.nullable(),
  position,
};
export const componentCreate = z
  .strictObject(componentFields)
  .partial()
  .required({ name: true })
  .meta({ id: 'ComponentCreate' });
export const componentPatch = z.strictObject(componentFields).partial().meta({ id: 'ComponentPatch' });
export const statusesPatch = said.min(1).meta({ id: 'ComponentStatuses' });
export const componentOrder = z.array(id).max(5000).meta({ id: 'ComponentOrder' });

export const incidentCreate = z
  .strictObject({
    title: oneLine,
    body,
    status: incidentStatus.default('investigating'),
    impact: impact.optional(),
    components: said.optional(),
    started_at: time.optional(),
    resolved_at: time.optional(),
    next_update_at: time.nullish(),
    notify: z.boolean().optional(),
  })
  .meta({ id: 'IncidentCreate' });
export const incidentPatch = z
  .strictObject({
    title: oneLine,
    body,
    status: incidentStatus,
    impact: impact.nullable(),
    components: said,
    started_at: time,
    resolved_at: time,
    next_update_at: time.nullable(),
    notify: z.boolean(),
  })
  .partial()
  .meta({ id: 'IncidentPatch' });
export const incidentUpdateCreate = z
  .strictObject({
    status: incidentStatus,
    body,
    components: said.optional(),
    next_update_at: time.nullish(),
    notify: z.boolean().default(true),
  })
  .meta({ id: 'IncidentUpdateCreate' });
export const incidentUpdatePatch = z.strictObject({ body }).partial().meta({ id: 'IncidentUpdatePatch' });
export const postmortemPut = z.strictObject({ body }).meta({ id: 'PostmortemPut' });

const templateFields = {
  name: oneLine,
  title: oneLine,
  body,
  status: incidentStatus.nullable(),
  components: said,
};
export const templateCreate = z
  .strictObject(templateFields)
  .partial()
  .required({ name: true, title: true, body: true })
  .meta({ id: 'TemplateCreate' });
export const templatePatch = z.strictObject(templateFields).partial().meta({ id: 'TemplatePatch' });

const remindBefore = z
  .int()
  .min(1)
  .max(60 * 24 * 30);
export const maintenanceCreate = z
  .strictObject({
    title: oneLine,
    body,
    starts_at: time,
    ends_at: time,
    component_ids: componentIds.optional(),
    auto_start: z.boolean().default(true),
    auto_complete: z.boolean().default(true),
    remind_before_minutes: remindBefore.nullish(),
    notify: z.boolean().default(true),
  })
  .meta({ id: 'MaintenanceCreate' });
export const maintenancePatch = z
  .strictObject({
    title: oneLine,
    body,
    starts_at: time,
    ends_at: time,
    component_ids: componentIds,
    auto_start: z.boolean(),
    auto_complete: z.boolean(),
    remind_before_minutes: remindBefore.nullable(),
    notify: z.boolean(),
  })
  .partial()
  .meta({ id: 'MaintenancePatch' });
export const maintenanceUpdateCreate = z
  .strictObject({
    status: maintenanceStatus,
    body,
    notify: z.boolean().default(true),
  })
  .meta({ id: 'MaintenanceUpdateCreate' });
export const maintenanceUpdatePatch = z
  .strictObject({ body })
  .partial()
  .meta({ id: 'MaintenanceUpdatePatch' });

export type TemplateCreate = z.output<typeof templateCreate>;
export type TemplatePatch = z.output<typeof templatePatch>;
export type PageCreate = z.output<typeof pageCreate>;
export type PagePatch = z.output<typeof pagePatch>;
export type GroupCreate = z.output<typeof groupCreate>;
export type GroupPatch = z.output<typeof groupPatch>;
export type ComponentCreate = z.output<typeof componentCreate>;
export type ComponentPatch = z.output<typeof componentPatch>;
export type Said = z.output<typeof said>;
export type IncidentCreate = z.output<typeof incidentCreate>;
export type IncidentPatch = z.output<typeof incidentPatch>;
export type IncidentUpdateCreate = z.output<typeof incidentUpdateCreate>;
export type MaintenanceCreate = z.output<typeof maintenanceCreate>;
export type MaintenancePatch = z.output<typeof maintenancePatch>;
export type MaintenanceUpdateCreate = z.output<typeof maintenanceUpdateCreate>;
