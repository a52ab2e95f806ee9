/** Requests to every route of the document, with every method: most of them well formed, the rest not. */
import fc from 'fast-check';
import type { ApiDocument, Operation } from '../fixtures/operations.ts';
import { LIVE_ID, spoilt, valid } from './values.ts';
import type { World } from './world.ts';

const NOWHERE = '01a00000-0000-7000-8000-000000000000';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];

/** A request that names live ids by placeholders. */
export interface Plan {
  operation: Operation;
  method: string;
  segments: string[];
  query: string;
  headers: Record<string, string>;
  body: string | Buffer | null;
  chunked: boolean;
}

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
  chunked: boolean;
}

/** `live` is most of the time what is asked for. */
const segment = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 9 }).map((n) => `live:${n}`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        NOWHERE,
        'upper:0',
        '__proto__',
        'constructor',
        '*',
        '0',
        '-1',
        'null',
        'undefined',
        '...',
        '~',
        '%20',
      ],
      ...[
        '%F0%9F%92%A9',
        "'%20or%201=1--",
        '%22',
        '%3Cscript%3E',
        'a%00b',
        '..%2f..',
        '%2e%2e',
        '%ff',
        '%',
        '%252e',
      ],
      ...['x'.repeat(4_000), `${NOWHERE}x`, 'index.html', 'order', ';a=b', '@', '$%7B1%7D', '%0d%0aX:%20y'],
    ),
  },
  { weight: 1, arbitrary: fc.webSegment().map((text) => text || 'x') },
);

const HOSTILE_QUERIES = [
  ...[
    'page=0',
    'page=-1',
    'page=1e3',
    'page=1000001',
    'page=%00',
    'page=1&page=2',
    'per_page=501',
    'per_page=',
  ],
  ...[
    'status_filter=%00',
    'status_filter=OPERATIONAL',
    'status_filter=active',
    'status_filter=x',
    '%ff=%ff',
    '&&==&',
  ],
  ...[
    'since=yesterday',
    'since=2026-01-01T00:00:00%2B00:00',
    'until=2026-01-01T00:00:00+00:00',
    'since=1&since=2',
  ],
  ...[
    '__proto__=1',
    'actor=%27%20or%201=1',
    'action=component',
    'action=%25',
    'page_id=x',
    `subject_id=${'x'.repeat(3000)}`,
  ],
];
const query = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.constantFrom('?page=2&per_page=3', '?per_page=500', '?page=1000000', '?x=y') },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_QUERIES).map((text) => `?${text}`) },
);

/** Headers beside the key and the type; a value of '' takes one away. */
const headers = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 }).map((n) => ({ 'idempotency-key': `key-${n}` })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Record<string, string>>(
      ...[
        { 'if-match': '*' },
        { 'if-match': '"x"' },
        { 'if-match': 'W/"x", "' },
        { 'if-match': ',' },
        { 'if-none-match': '*' },
      ],
      ...[
        { 'idempotency-key': 'x'.repeat(300) },
        { 'idempotency-key': 'a b' },
        { prefer: 'wait=0' },
        { prefer: 'wait=-1, x=";' },
      ],
      ...[
        { authorization: '' },
        { authorization: 'Bearer ' },
        { authorization: 'Basic eDp5' },
        { 'x-api-key': 'sk_live_x' },
      ],
      ...[{ authorization: `Bearer sk_live_${'x'.repeat(500)}` }, { authorization: 'Bearer \xff\xfe' }],
      ...[
        { 'content-type': 'text/plain' },
        { 'content-type': '' },
        { 'content-type': 'application/json; charset=utf-16' },
      ],
      ...[{ 'content-type': 'multipart/form-data' }, { 'content-encoding': 'gzip' }, { accept: 'text/html' }],
      ...[
        { 'x-http-method-override': 'DELETE' },
        { 'x-forwarded-for': '<script>, 127.0.0.1' },
        { forwarded: 'for=_x' },
      ],
      ...[
        { host: 'evil.example' },
        { host: '..' },
        { origin: 'null' },
        { range: 'bytes=0-1,5-' },
        { expect: '100-continue' },
      ],
      ...[
        { cookie: 'a=b; __proto__=c' },
        { 'x-forwarded-proto': 'javascript' },
        { 'content-type': 'application/json;charset=utf-8' },
      ],
    ),
  },
);

/** Plans of requests to these operations. */
export function plans(operations: Operation[], document: ApiDocument): fc.Arbitrary<Plan> {
  return fc.oneof(
    ...operations.map((operation) =>
      fc.record({
        operation: fc.constant(operation),
        method: fc.oneof(
          { weight: 9, arbitrary: fc.constant(operation.method) },
          { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
        ),
        segments: fc.array(segment, { minLength: 3, maxLength: 3 }),
        query,
        headers,
        body: bodyOf(operation, document),
        chunked: fc.boolean(),
      }),
    ),
  );
}

/** Files of subscribers, as people have them. */
const FILES: readonly (string | Buffer)[] = [
  ...['email,components\na@example.com,\n', 'b@example.com', 'email;status\nc@example.com;unsubscribed\n'],
  ...['email\n"open@example.com,\nd@example.com', '\ufeffemail\r\n=1+1\r\n\0\r\n', 'name\nx', '', ',,,,\n""'],
  Buffer.from([0xff, 0xfe, 0x65, 0x00]),
  `email\n${'x'.repeat(300_000)}`,
  `email\n${'e@example.com\n'.repeat(600)}`,
];

function bodyOf(
  { body, method, takesCsv }: Operation,
  document: ApiDocument,
): fc.Arbitrary<string | Buffer | null> {
  if (takesCsv) return fc.constantFrom(...FILES);
  if (!body) {
    const stray = fc.constantFrom<string | null>('{}', '{"name":', 'x'.repeat(2_000));
    return fc.oneof(
      { weight: method === 'GET' ? 20 : 5, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: stray },
    );
  }
  const good = valid(body, document).map((value) => JSON.stringify(value));
  return fc.oneof({ weight: 1, arbitrary: good }, { weight: 1, arbitrary: spoilt(body, document) });
}

/** The request that a plan becomes in the world as it is now. */
export function requestOf(plan: Plan, world: World, key: string): FuzzRequest {
  const { operation, method, segments } = plan;
  const list = /\/([\w-]+)\/\{id\}/.exec(operation.path)?.[1] ?? '';
  const deletesPage = method === 'DELETE' && operation.path.endsWith('/{page}');
  const pages = deletesPage ? world.of('pages').filter((id) => id !== world.pageId) : [world.pageId];
  const parent = pick(world.of(list), segments[1]!);
  const path = operation.path
    .replace('{page}', pick(pages, segments[0]!))
    .replace('{id}', parent)
    .replace('{update}', pick(world.updates.get(parent) ?? [], segments[2]!));
  const all: Record<string, string> = { authorization: `Bearer ${key}`, ...plan.headers };
  if (plan.body !== null) all['content-type'] ??= operation.takesCsv ? 'text/csv' : 'application/json';
  for (const name of Object.keys(all)) if (all[name] === '') delete all[name];
  return {
    method,
    path: path + queryOf(plan, world),
    headers: all,
    body: plan.body === null ? null : live(plan.body, world),
    chunked: plan.chunked,
  };
}

/** Where a token is asked for, most of the time a live one. */
function queryOf({ operation, query, segments }: Plan, world: World): string {
  if (query !== '' || !operation.parameters.some(({ name }) => name === 'token')) return query;
  const subscriber = pick(world.of('subscribers'), segments[0]!);
  return `?token=${subscriber.length === NOWHERE.length ? world.tokenOf(subscriber) : subscriber}`;
}

function pick(ids: readonly string[], wanted: string): string {
  const [, kind, number] = /^(live|upper):(\d+)$/.exec(wanted) ?? [];
  if (!kind) return wanted;
  const id = ids.length > 0 ? ids[Number(number) % ids.length]! : NOWHERE;
  return kind === 'upper' ? id.toUpperCase() : id;
}

function live(body: string | Buffer, world: World): Buffer {
  if (typeof body !== 'string') return body;
  const put = (_all: string, kind: string, n: string) => pick(world.of(`${kind}s`), `live:${n}`);
  return Buffer.from(body.replace(LIVE_ID, put));
}
