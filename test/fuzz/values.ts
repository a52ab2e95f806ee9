/** Bodies made from the JSON schemas of the document: such as it allows, and such as no client should send. */
import fc from 'fast-check';
import type { ApiDocument, JsonSchema } from '../fixtures/operations.ts';

/** What stands for a live id until the request is sent: `@component:2@`. */
export const LIVE_ID = /@(page|group|component):(\d)@/g;

const DEEP = 100_000;
const MARKUP = [
  '<script>alert(1)</script>',
  ']]><!--',
  '"><svg onload=alert(1)>',
  '[x](javascript:alert(1))',
  'END:VCALENDAR\\nBEGIN:VEVENT',
  "'; drop table pages; --",
  '{{7*7}}',
  '\u202eevil',
  '👩‍👩‍👧‍👦'.repeat(5),
  '%00%0d%0aSet-Cookie:%20a=b',
];
/** Raw JSON of values that fit nowhere, or just where nobody thought of them. */
const HOSTILE = [
  ...['null', 'true', '[]', '{}', '""', '" "', '"\\u0000"', '"\\ud800"', '"a\\udc00b"', '"\\u001b[31m"'],
  ...['0', '-1', '1.5', '1e400', '-1e400', '1e-400', '9007199254740993', '123456789012345678901234567890'],
  ...['"__proto__"', '"constructor"', '"9999-12-31T23:59:59Z"', '"2026-02-30T00:00:00Z"', '"1970-01-01"'],
  ...['"0000-01-01T00:00:00Z"', '"2026-01-01T00:00:00+99:99"', '"operational\\n"', '"../../etc/passwd"'],
  ...['{"__proto__":{"a":1}}', '[[[[[[[[]]]]]]]]', '[null]', '{"":{"":""}}', '{"\\ud800":1}'],
  JSON.stringify('x'.repeat(30_000)),
  JSON.stringify('\u0301'.repeat(500)),
];
/** Raw bodies that are no object of any schema. */
const BODIES: readonly (string | Buffer)[] = [
  ...['', ' ', '{', '}', '{"name":', '{"name":"x"}}', '{"name":"x",}', "{'name':'x'}", 'NaN', 'undefined'],
  ...['null', '0', '"x"', '[]', '{}', '[{}]', '\ufeff{"name":"x"}', '{"name":"x"}\0', '// x\n{}', '{"a":01}'],
  '['.repeat(DEEP),
  `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  `{"name":${'{"a":'.repeat(DEEP / 10)}1${'}'.repeat(DEEP / 10)}}`,
  `{"name":"${'x'.repeat(300_000)}"}`,
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0xfe, 0xff, 0x00, 0x7b, 0x00, 0x7d]),
  Buffer.from('{"name":"\xc0\xae"}', 'latin1'),
];

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom(...MARKUP),
);
const past = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2026, 5, 1) });
/** Far away: nothing that is planned here begins while requests are sent. */
const future = (from: number) => fc.integer({ min: Date.UTC(from, 0, 1), max: Date.UTC(from + 10, 0, 1) });
const live = (kind: string) => fc.integer({ min: 0, max: 5 }).map((n) => `@${kind}:${n}@`);

/** Strings whose meaning the schema does not tell. */
const BY_NAME: Record<string, fc.Arbitrary<unknown>> = {
  email: fc.constantFrom('a', 'A', 'ü', "o'x", '+x').map((name) => `${name}@example.com`),
  domain: fc.integer({ min: 0, max: 9 }).map((n) => `d${n}.example.org`),
  timezone: fc.constantFrom('Etc/UTC', 'Europe/Zurich', 'Asia/Kathmandu', 'Mars/Olympus'),
  // Addresses that are refused, and names that nobody answers for: nothing is dialled.
  url: fc.constantFrom(
    'http://127.0.0.1:9/',
    'https://[::1]/x?y',
    'http://10.0.0.1',
    'https://hooks.invalid/a',
  ),
  group_id: live('group'),
  page_ids: live('page'),
  starts_at: future(2060).map((at) => new Date(at).toISOString()),
  ends_at: future(2075).map((at) => new Date(at).toISOString()),
  expires_at: future(2060).map((at) => new Date(at).toISOString()),
  next_update_at: future(2060).map((at) => new Date(at).toISOString()),
};

/** A value that a schema allows, but for what it does not tell; ids stand for live ones. */
export function valid(schema: JsonSchema, document: ApiDocument, name = ''): fc.Arbitrary<unknown> {
  if (schema.$ref) return valid(document.components.schemas[schema.$ref.split('/').at(-1)!]!, document, name);
  if (Array.isArray(schema.anyOf))
    return fc.oneof(...schema.anyOf.map((one: JsonSchema) => valid(one, document, name)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer': {
      const [min, max] = [Number(schema.minimum ?? 0), Number(schema.maximum ?? 100)];
      return fc.oneof(fc.integer({ min, max: Math.min(max, min + 10) }), fc.integer({ min, max }));
    }
    case 'array':
      return fc.array(valid(schema.items as JsonSchema, document, name), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: Math.min(Number(schema.maxItems ?? 4), 4),
      });
    case 'object':
      return objectOf(schema, document);
    case 'string':
      return stringOf(schema, name);
  }
  return fc.constant(null);
}

function objectOf(schema: JsonSchema, document: ApiDocument): fc.Arbitrary<unknown> {
  const properties = schema.properties as Record<string, JsonSchema>;
  const fields = Object.entries(properties).map(([key, value]) => [key, valid(value, document, key)]);
  return fc.record<Record<string, unknown>, string>(Object.fromEntries(fields), {
    requiredKeys: (schema.required ?? []) as string[],
  });
}

function stringOf(schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
  const known = BY_NAME[name];
  if (known) return known;
  if (schema.format === 'uuid') return live('component');
  if (schema.format === 'date-time') return past.map((at) => new Date(at).toISOString());
  if (typeof schema.pattern === 'string')
    return fc.stringMatching(new RegExp(schema.pattern), { maxLength: 30 });
  return text;
}

/** Places of a JSON text where a value stands. */
const VALUES = /(?<=[:[,])("(?:[^"\\]|\\.)*"(?!:)|-?\d[\d.]*|true|false|null)(?=[,\]}])/g;

/** A body that was valid, and in which one thing was made worse. */
export function spoilt(schema: JsonSchema, document: ApiDocument): fc.Arbitrary<string | Buffer> {
  const one = fc.record({
    json: valid(schema, document).map((value) => JSON.stringify(value)),
    way: fc.constantFrom('leaf', 'leaf', 'leaf', 'extra', 'twice', 'cut', 'less'),
    at: fc.nat(),
    value: fc.constantFrom(...HOSTILE),
    key: fc.constantFrom('__proto__', 'constructor', 'toString', 'id', 'organization_id', '', '\\ud800'),
  });
  const worse = one.map(({ json, way, at, value, key }) => {
    if (way === 'cut') return json.slice(0, at % json.length);
    if (way === 'extra')
      return json.replace(/\{|\[(?=.)/, (open) => (open === '{' ? `{"${key}":${value},` : open));
    if (way === 'twice') return json.replace(/"(\w+)":/, (first) => `${first}${value},${first}`);
    if (way === 'less') return json.replace(/"\w+":("(?:[^"\\]|\\.)*"|\d+),/, '');
    const places = [...json.matchAll(VALUES)];
    const place = places[at % Math.max(1, places.length)];
    return place ? json.slice(0, place.index) + value + json.slice(place.index + place[0].length) : value;
  });
  return fc.oneof({ weight: 4, arbitrary: worse }, { weight: 1, arbitrary: fc.constantFrom(...BODIES) });
}
