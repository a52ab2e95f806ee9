/** The fields of a schema, as rows of a reference, and a value that has its shape. */

import { type ApiDocument, type Parameter, resolved, type Schema } from './document.ts';
import { sentenceHtml } from './markup.ts';

export interface FieldView {
  name: string;
  /** `string, ISO 8601`, `array of objects`, `string or null`. */
  type: string;
  /** From a description, with `code` marked up. */
  text: string;
  /** What it may be. */
  choices: string[];
  required: boolean;
  /** Of objects: what they hold. */
  fields: FieldView[];
}

const FORMATS: Record<string, string> = { 'date-time': 'ISO 8601', uuid: 'UUID', date: 'yyyy-mm-dd' };
/** Objects in objects are told to this depth. */
const DEEPEST = 3;

interface Told {
  schema: Schema;
  nullable: boolean;
}

/** What a schema is when it is not null. */
function toldOf(document: ApiDocument, given: Schema): Told {
  const schema = resolved(document, given);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const real = choices.filter(({ type }) => type !== 'null');
    const [first] = real;
    const nullable = real.length < choices.length;
    if (first && real.length === 1) {
      return { schema: { ...resolved(document, first), ...descriptionOf(schema) }, nullable };
    }
    return { schema, nullable };
  }
  if (!Array.isArray(schema.type)) return { schema, nullable: false };
  const types = schema.type.filter((type) => type !== 'null');
  return { schema: { ...schema, type: types[0] ?? 'null' }, nullable: types.length < schema.type.length };
}

const descriptionOf = ({ description }: Schema) => (description === undefined ? {} : { description });

function typeOf(document: ApiDocument, { schema, nullable }: Told): string {
  const { type, format, items } = schema;
  const names = (schema.anyOf ?? schema.oneOf)?.map((one) => typeOf(document, toldOf(document, one)));
  let told = names
    ? [...new Set(names.filter((name) => name !== 'null'))].join(' or ')
    : String(type ?? 'value');
  if (schema.const !== undefined && type === undefined) told = typeof schema.const;
  if (type === 'array' && items)
    told = `array of ${typeOf(document, toldOf(document, items)).replace(/^(\w+)/, '$1s')}`;
  if (format && FORMATS[format]) told += `, ${FORMATS[format]}`;
  return nullable ? `${told} or null` : told;
}

/** What lies in an object, or in each object of a list. */
function innerOf(document: ApiDocument, { schema }: Told): Schema | null {
  if (schema.properties) return schema;
  if (!schema.items) return null;
  const inner = toldOf(document, schema.items).schema;
  return inner.properties ? inner : null;
}

function choicesOf(document: ApiDocument, { schema }: Told): string[] {
  const items = schema.items ? toldOf(document, schema.items).schema : null;
  const values = schema.enum ?? items?.enum ?? (schema.const === undefined ? [] : [schema.const]);
  return values.filter((value) => value !== null).map(String);
}

/**
 * The rows of an object, or of the objects in a list.
 *
 * @param isSent true of what is sent, where it counts what must be there
 */
export function fieldsOf(document: ApiDocument, given: Schema, isSent: boolean, depth = 1): FieldView[] {
  const inner = innerOf(document, toldOf(document, given));
  return Object.entries(inner?.properties ?? {}).map(([name, property]) => {
    const told = toldOf(document, property);
    const deeper = innerOf(document, told);
    return {
      name,
      type: typeOf(document, told),
      text: told.schema.description ?? '',
      choices: choicesOf(document, told),
      required: isSent && (inner?.required?.includes(name) ?? false),
      fields: deeper && depth < DEEPEST ? fieldsOf(document, deeper, isSent, depth + 1) : [],
    };
  });
}

/** The row of a parameter. */
export function parameterView(
  document: ApiDocument,
  { name, description = '', schema }: Parameter,
): FieldView {
  const told = toldOf(document, schema);
  const fallback = schema.default === undefined ? '' : ` (default: ${schema.default})`;
  return {
    ...{
      name,
      type: typeOf(document, told),
      text: `${description}${fallback}`,
      choices: choicesOf(document, told),
    },
    ...{ required: false, fields: [] },
  };
}

const FOR_EXAMPLE: Record<string, string> = {
  name: 'Zurich (ZRH)',
  code: 'zrh',
  title: 'Slow volumes in Zurich',
  body: 'Volumes answer slowly. We are looking into it.',
  description: 'Zurich, Switzerland',
  email: 'you@example.com',
  slug: 'acme',
  timezone: 'Etc/UTC',
  time_zone: 'Etc/UTC',
  language: 'en',
  event: 'incident.created',
  hint: 'sk_live_…k3f9',
  action: 'incident.open',
  actor: 'Deployment',
  rule: 'Share of time not in partial_outage (counts 30 %) or major_outage.',
  key: 'sk_live_…',
  secret: 'whsec_…',
  manage_token: 'eyJ…',
  detail: 'If the address can be written to, a mail is on its way.',
  v2_id: 'k8f2m0q1x7zd',
};
const TIME = '2026-02-28T06:30:00+00:00';
const UUID = '0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

/** A value of the shape that a schema describes, for where there is none to be shown. */
export function sampleOf(document: ApiDocument, given: Schema, name = ''): unknown {
  const { schema, nullable } = toldOf(document, given);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (nullable && !/^(group|name|description|code)$/.test(name)) return null;
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([key, value]) => [key, sampleOf(document, value, key)]),
    );
  }
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return sampleOf(document, first, name);
  if (schema.type === 'array') return schema.items ? [sampleOf(document, schema.items, name)] : [];
  if (schema.type === 'integer' || schema.type === 'number') return name === 'percent' ? 100 : 1;
  if (schema.type === 'boolean') return true;
  if (schema.type === 'object') return {};
  if (schema.format === 'date-time') return TIME;
  if (schema.format === 'date') return TIME.slice(0, 10);
  if (schema.format === 'uuid') return UUID;
  if (schema.format === 'uri') return 'https://status.example.com/';
  return FOR_EXAMPLE[name] ?? 'text';
}

/** `a`, `b` or `c` */
function oneOf(choices: string[]): string {
  const codes = choices.map((choice) => sentenceHtml(`\`${choice}\``));
  return [codes.slice(0, -1).join(', '), ...codes.slice(-1)].filter((part) => part !== '').join(' or ');
}

/**
 * Rows as markup; what an object holds folds out below it. Made once and kept: they are the greater part of the reference,
 * which is published at every change, and never differ.
 */
export function fieldsHtml(fields: FieldView[]): string {
  const rows = fields.map(({ name, type, text, choices, required, fields: inner }) => {
    const must = required ? ' <span class="must">required</span>' : '';
    const named = `<dt>${sentenceHtml(`\`${name}\``)} <span>${sentenceHtml(type)}</span>${must}</dt>`;
    const oneOfThem = choices.length > 0 ? `<span class="choices">${oneOf(choices)}</span>` : '';
    const count = inner.length === 1 ? 'One field' : `${inner.length} fields`;
    const folded =
      inner.length > 0 ? `<details><summary>${count} in it</summary>${fieldsHtml(inner)}</details>` : '';
    return `<div>${named}<dd>${sentenceHtml(text)}${oneOfThem}${folded}</dd></div>`;
  });
  return `<dl class="rows-of-fields">${rows.join('')}</dl>`;
}
