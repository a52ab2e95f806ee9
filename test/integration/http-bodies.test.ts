import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exchange, open, parse } from '../fixtures/raw-http.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { comesToRest, firstPage, until } from '../server/first-page.ts';

const LIMIT = 256 * 1024;
const SENTENCE = { detail: expect.any(String) };
const PAGE = '/api/v1/pages/acme';
const JSON_TYPE = { 'content-type': 'application/json' };

let daymark: Daymark;
let before: unknown;

/** All that a refused request must leave as it was. */
async function state(): Promise<unknown> {
  const lists = ['', '/components', '/groups', '/incidents', '/maintenance'];
  const answers = await Promise.all(lists.map((list) => daymark.api('GET', PAGE + list)));
  const folder = join(daymark.dataDir, 'site/p/acme');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [file, statSync(file).ino, readFileSync(file).length]);
  return { answers: answers.map(({ text }) => text), files };
}

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
  await daymark.api('POST', `${PAGE}/components`, { name: 'API', code: 'api' }, { prefer: 'wait=30' });
  // The archive, and the note of what is published, follow in the background.
  await comesToRest(daymark, 'acme');
  await until(async () => {
    const { published_revision } = (await daymark.api('GET', PAGE)).body as { published_revision: number };
    return published_revision === 2;
  }, 'that is noted');
});
afterAll(() => daymark.stop());
beforeEach(async () => {
  before = await state();
});
afterEach(async () => {
  expect(await state()).toEqual(before);
});

/** A POST of bytes as they are. */
async function post(path: string, body: Buffer | string, headers: Record<string, string> = JSON_TYPE) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const bytes = Buffer.from(body as string, 'utf8');
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: x',
    'Connection: close',
    `Authorization: Bearer ${daymark.key}`,
    `Content-Length: ${bytes.length}`,
    ...lines,
  ].join('\r\n');
  const answer = await exchange(daymark.url, Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytes]));
  return { ...answer, body: JSON.parse(answer.text) as { detail: unknown } };
}

describe('What is not JSON in UTF-8 is a 400', () => {
  test.each<[string, Buffer | string]>([
    ['nothing', ''],
    ['half an object', '{"name":'],
    ['a comma too many', '{"name":"x",}'],
    ['single quotes', "{'name':'x'}"],
    ['two values', '{"name":"x"}{}'],
    ['NaN', '{"name":NaN}'],
    ['a comment', '{"name":"x"} // hi'],
    ['a raw newline in a string', '{"name":"a\nb"}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a byte order mark', '\ufeff{"name":"x"}'],
    ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le')],
    ['a NUL', '{"name":"x"}\0'],
  ])('%s', async (_what, body) => {
    const answer = await post(`${PAGE}/components`, body);
    expect([answer.status, answer.body]).toEqual([400, SENTENCE]);
  });

  test('Deep nesting is refused like anything else, and quickly', async () => {
    for (const body of [
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      `{"name":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`,
    ]) {
      const answer = await post(`${PAGE}/components`, body);
      expect([400, 422]).toContain(answer.status);
    }
    expect((await post(`${PAGE}/components`, '['.repeat(200_000))).status).toBe(400);
  });
});

describe('What says that it is something else is a 415', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=latin1',
    'application/jsonp',
    'text/json, application/json',
  ])('%s', async (type) => {
    const answer = await post(`${PAGE}/components`, '{"name":"x"}', { 'Content-Type': type });
    expect([answer.status, answer.body]).toEqual([415, SENTENCE]);
  });
  test('And so is a body that does not say what it is', async () => {
    expect((await post(`${PAGE}/components`, '{"name":"x"}', {})).status).toBe(415);
  });
  test('A body in an encoding is not decoded', async () => {
    const answer = await post(`${PAGE}/components`, '\x1f\x8b', { ...JSON_TYPE, 'Content-Encoding': 'gzip' });
    expect([400, 415]).toContain(answer.status);
  });
});

describe('256 KiB are the limit', () => {
  const sized = (size: number) => {
    const body = JSON.stringify({ name: 'x', description: '' });
    return body.slice(0, -2) + 'a'.repeat(size - body.length) + body.slice(-2);
  };
  test('A body of just that size is read, and judged by what it says', async () => {
    expect((await post(`${PAGE}/components`, sized(LIMIT))).status).toBe(422);
  });
  test('One byte more is a 413, and so is much more', async () => {
    for (const size of [LIMIT + 1, 2 * LIMIT, 12 * LIMIT]) {
      const answer = await post(`${PAGE}/components`, sized(size));
      expect([answer.status, answer.body]).toEqual([413, SENTENCE]);
    }
  });
  test('A body in chunks is counted as it comes', async () => {
    const chunked = async (size: number) => {
      const connection = open(daymark.url);
      connection.write(
        `POST ${PAGE}/components HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${daymark.key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
      for (let sent = 0; sent < size; sent += 0x10000) connection.write(chunk);
      connection.write('0\r\n\r\n');
      const answer = parse(await connection.closed());
      connection.destroy();
      return answer.status;
    };
    expect(await chunked(LIMIT)).toBe(400);
    expect(await chunked(LIMIT + 0x10000)).toBe(413);
    expect(await chunked(3 * LIMIT)).toBe(413);
  });
  test('Whoever asks first whether to send it hears that it is too large', async () => {
    const connection = open(daymark.url);
    connection.write(
      `POST ${PAGE}/components HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nAuthorization: Bearer ${daymark.key}\r\nContent-Type: application/json\r\nContent-Length: ${LIMIT + 1}\r\n\r\n`,
    );
    expect(await connection.until('HTTP/1.1 413')).toContain('413');
    connection.destroy();
  });
});
