import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, runCli, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

const PAGE = '/api/v1/pages/acme';

interface Made {
  id: string;
}

let daymark: Daymark;
let serial = 0;
const fresh = () => ({ 'idempotency-key': `request-${++serial}` });
const total = async (list: string) => (await daymark.api('GET', PAGE + list)).headers['x-total-count'];

beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
});
afterAll(() => daymark.stop());

describe('A POST that is repeated with its Idempotency-Key', () => {
  const body = { title: 'Down', body: 'Gone.' };

  test('does its work once, and is answered the same', async () => {
    const headers = fresh();
    const first = await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    const second = await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    expect(first.status).toBe(201);
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(second.headers['x-page-revision']).toBe(first.headers['x-page-revision']);
    expect(await total('/incidents')).toBe('1');
  });

  test('is refused with another body', async () => {
    const headers = fresh();
    await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    const before = await total('/incidents');
    const other = await daymark.api('POST', `${PAGE}/incidents`, { ...body, title: 'Up' }, headers);
    expect(other.status).toBe(422);
    expect(await total('/incidents')).toBe(before);
  });

  test('does it once, too, when both are sent at the same time', async () => {
    const headers = fresh();
    const before = Number(await total('/incidents'));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => daymark.api('POST', `${PAGE}/incidents`, body, headers)),
    );
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    expect(Number(await total('/incidents'))).toBe(before + 1);
  });

  test('is another request on another path, and of another key', async () => {
    const headers = fresh();
    const key = await runCli(['keys', 'create', '--scopes', 'components:write'], {
      DATA_DIR: daymark.dataDir,
    });
    const before = Number(await total('/components'));
    const first = await daymark.api('POST', `${PAGE}/components`, { name: 'A' }, headers);
    const other = await daymark.api('POST', `${PAGE}/groups`, { name: 'A' }, headers);
    const another = await daymark.api(
      'POST',
      `${PAGE}/components`,
      { name: 'A' },
      { ...headers, authorization: `Bearer ${key.stdout.trim()}` },
    );
    expect([first.status, other.status, another.status]).toEqual([201, 201, 201]);
    expect(Number(await total('/components'))).toBe(before + 2);
  });

  test('may be repeated after a refusal, with what was wrong put right', async () => {
    const headers = fresh();
    expect((await daymark.api('POST', `${PAGE}/components`, { name: '' }, headers)).status).toBe(422);
    await daymark.api('POST', `${PAGE}/components`, { name: 'x', code: 'x' });
    const taken = { name: 'y', code: 'x' };
    expect((await daymark.api('POST', `${PAGE}/components`, taken, headers)).status).toBe(409);
    expect((await daymark.api('POST', `${PAGE}/components`, { name: 'z' }, headers)).status).toBe(201);
  });

  test('is answered after a restart as before it', async () => {
    const headers = fresh();
    const first = await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    expect(await daymark.stop()).toBe(0);
    daymark = await startDaymark({ dataDir: daymark.dataDir, key: daymark.key });
    const second = await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    expect([second.status, second.text]).toEqual([201, first.text]);
  });

  test('says that it was a repetition', async () => {
    const headers = fresh();
    const first = await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    const second = await daymark.api('POST', `${PAGE}/incidents`, body, { ...headers, prefer: 'wait=30' });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(second.headers['preference-applied']).toBe('wait');
  });

  test('does it once, too, when two processes on one database are asked at the same time', async () => {
    const headers = fresh();
    const { dataDir, key } = daymark;
    const beside = await startDaymark({ dataDir, key, args: ['serve', '--no-workers'] });
    const before = Number(await total('/incidents'));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? daymark : beside).api('POST', `${PAGE}/incidents`, body, headers),
      ),
    );
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    expect(Number(await total('/incidents'))).toBe(before + 1);
    expect(await beside.stop()).toBe(0);
  });

  test('is answered after kill -9 as before it', async () => {
    const headers = fresh();
    const first = await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    await daymark.kill();
    daymark = await startDaymark({ dataDir: daymark.dataDir, key: daymark.key });
    const before = await total('/incidents');
    const second = await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(await total('/incidents')).toBe(before);
  });

  test('does not give the secret of a new key away again', async () => {
    const headers = fresh();
    const made = { name: 'Robot', scopes: ['pages:read'] };
    const first = await daymark.api('POST', '/api/v1/api-keys', made, headers);
    const { key, ...rest } = first.body as { key: string };
    expect(key).toMatch(/^sk_live_/);
    const second = await daymark.api('POST', '/api/v1/api-keys', made, headers);
    expect([second.status, second.body]).toEqual([201, rest]);
    for (const file of ['daymark.db', 'daymark.db-wal']) {
      const bytes = await readFile(join(daymark.dataDir, file));
      expect([file, bytes.includes(key.slice('sk_live_'.length))]).toEqual([file, false]);
    }
  });

  test('is looked up under the page that it was sent to, however the page is called', async () => {
    const headers = fresh();
    await daymark.api('POST', '/api/v1/pages', { name: 'Other', slug: 'other' });
    const first = await daymark.api('POST', `${PAGE}/incidents`, body, headers);
    const other = await daymark.api('POST', '/api/v1/pages/other/incidents', body, headers);
    expect([first.status, other.status]).toEqual([201, 201]);
    expect((other.body as Made).id).not.toBe((first.body as Made).id);
  });

  test.each(['', 'a b', 'x'.repeat(256), 'ü'])('with a key like "%s" is a 400', async (key) => {
    const answer = await daymark.api('POST', `${PAGE}/incidents`, body, {
      'idempotency-key': Buffer.from(key).toString('latin1'),
    });
    expect([answer.status, answer.body]).toEqual([400, { detail: expect.any(String) }]);
  });
});
