import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

const PAGE = '/api/v1/pages/acme';
const NOWHERE = '01a00000-0000-7000-8000-000000000000';

interface Made {
  id: string;
}

let daymark: Daymark;
beforeAll(async () => {
  daymark = await startDaymark();
  await firstPage(daymark, { name: 'Acme' });
});
afterAll(() => daymark.stop());

const revision = async () => ((await daymark.api('GET', PAGE)).body as { revision: number }).revision;
const newComponent = async (name: string) =>
  ((await daymark.api('POST', `${PAGE}/components`, { name })).body as Made).id;

describe('If-Match', () => {
  test.each([
    ['/components', { name: 'If' }, { name: 'Renamed' }],
    ['/groups', { name: 'If' }, { name: 'Renamed' }],
    ['/incidents', { title: 'If', body: 'x' }, { title: 'Renamed' }],
    [
      '/maintenance',
      { title: 'If', body: 'x', starts_at: '2090-01-01T00:00:00Z', ends_at: '2090-01-02T00:00:00Z' },
      { title: 'Renamed' },
    ],
  ])('keeps two people from overwriting each other in %s', async (list, body, patch) => {
    const { id } = (await daymark.api('POST', PAGE + list, body)).body as Made;
    const path = `${PAGE}${list}/${id}`;
    const read = await daymark.api('GET', path);
    const etag = read.headers.etag!;
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect((await daymark.api('GET', path)).headers.etag).toBe(etag);
    const mine = await daymark.api('PATCH', path, patch, { 'if-match': etag });
    expect(mine.status).toBe(200);
    for (const method of ['PATCH', 'DELETE']) {
      const late = await daymark.api(method, path, method === 'PATCH' ? {} : undefined, { 'if-match': etag });
      expect([late.status, late.body]).toEqual([412, { detail: expect.any(String) }]);
    }
    const now = (await daymark.api('GET', path)).headers.etag!;
    expect(now).not.toBe(etag);
    expect((await daymark.api('PATCH', path, {}, { 'if-match': '"other", *' })).status).toBe(412);
    expect((await daymark.api('PATCH', path, {}, { 'if-match': `W/${now}` })).status).toBe(412);
    expect((await daymark.api('PATCH', path, {}, { 'if-match': '*' })).status).toBe(200);
    expect((await daymark.api('DELETE', path, undefined, { 'if-match': `"other", ${now}` })).status).toBe(
      204,
    );
    expect((await daymark.api('DELETE', path, undefined, { 'if-match': '*' })).status).toBe(404);
  });

  test('goes for the page as well, and publishing it does not count as a change', async () => {
    const { etag } = (await daymark.api('GET', PAGE)).headers;
    const same = await daymark.api('PATCH', PAGE, {}, { 'if-match': etag!, prefer: 'wait=30' });
    expect(same.status).toBe(200);
    expect((await daymark.api('PATCH', PAGE, { name: 'X' }, { 'if-match': '"other"' })).status).toBe(412);
  });

  test('comes after a body that fails its schema, and before a conflict', async () => {
    await daymark.api('POST', `${PAGE}/components`, { name: 'one', code: 'one' });
    const { id } = (await daymark.api('POST', `${PAGE}/components`, { name: 'two' })).body as Made;
    const path = `${PAGE}/components/${id}`;
    const stale = { 'if-match': '"other"' };
    expect((await daymark.api('PATCH', path, { name: '' }, stale)).status).toBe(422);
    expect((await daymark.api('PATCH', path, { code: 'one' }, stale)).status).toBe(412);
  });

  test('that is stale leaves everything as it was', async () => {
    const path = `${PAGE}/components/${await newComponent('Stale')}`;
    const { etag } = (await daymark.api('GET', path)).headers;
    await daymark.api('PATCH', path, { status: 'partial_outage' });
    const before = [(await daymark.api('GET', path)).text, await revision()];
    const late = await daymark.api('PATCH', path, { status: 'operational' }, { 'if-match': etag! });
    expect(late.status).toBe(412);
    expect(late.headers['x-page-revision']).toBeUndefined();
    expect((await daymark.api('DELETE', path, undefined, { 'if-match': etag! })).status).toBe(412);
    expect([(await daymark.api('GET', path)).text, await revision()]).toEqual(before);
  });

  test('lets exactly one of two win who write at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const path = `${PAGE}/components/${await newComponent(`Round ${round}`)}`;
      const { etag } = (await daymark.api('GET', path)).headers;
      const before = await revision();
      const names = ['a', 'b', 'c', 'd'].map((name) => `${name}${round}`);
      const answers = await Promise.all(
        names.map((name) => daymark.api('PATCH', path, { name }, { 'if-match': etag! })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
      const won = names[answers.findIndex(({ status }) => status === 200)];
      expect((await daymark.api('GET', path)).body).toMatchObject({ name: won });
      expect(await revision()).toBe(before + 1);
    }
  });

  test('takes the ETag of the answer to a write for the next one', async () => {
    const path = `${PAGE}/components/${await newComponent('Chain')}`;
    const first = await daymark.api('PATCH', path, { name: 'One' });
    const second = await daymark.api('PATCH', path, { name: 'Two' }, { 'if-match': first.headers.etag! });
    expect([second.status, second.headers.etag]).toEqual([
      200,
      (await daymark.api('GET', path)).headers.etag,
    ]);
  });

  test('guards postmortems, templates and keys, too', async () => {
    const { id } = (await daymark.api('POST', `${PAGE}/incidents`, { title: 'x', body: 'x' })).body as Made;
    const postmortem = `${PAGE}/incidents/${id}/postmortem`;
    const write = (body: string, match: string) =>
      daymark.api('PUT', postmortem, { body }, { 'if-match': match });
    expect((await write('First', '"any"')).status).toBe(412);
    expect((await daymark.api('GET', postmortem)).status).toBe(404);
    await daymark.api('PUT', postmortem, { body: 'First' });
    const { etag } = (await daymark.api('GET', postmortem)).headers;
    expect((await write('Second', etag!)).status).toBe(200);
    expect((await write('Third', etag!)).status).toBe(412);
    const nowhere = `${PAGE}/incidents/${NOWHERE}/postmortem`;
    expect((await daymark.api('PUT', nowhere, { body: 'x' }, { 'if-match': '*' })).status).toBe(404);
    for (const [list, body] of [
      [`${PAGE}/templates`, { name: 'x', title: 'x', body: 'x' }],
      ['/api/v1/api-keys', { name: 'x', scopes: ['pages:read'] }],
    ] as const) {
      const path = `${list}/${((await daymark.api('POST', list, body)).body as Made).id}`;
      const known = (await daymark.api('GET', path)).headers.etag!;
      expect((await daymark.api('PATCH', path, { name: 'y' }, { 'if-match': known })).status).toBe(200);
      expect((await daymark.api('PATCH', path, { name: 'z' }, { 'if-match': known })).status).toBe(412);
    }
  });

  test('is not passed over where there is no ETag that it could mean', async () => {
    const id = await newComponent('Bulk');
    const before = await revision();
    const statuses = [{ id, status: 'partial_outage' }];
    for (const [method, path, body] of [
      ['PATCH', '/components', statuses],
      ['PUT', '/components/order', [id]],
    ] as const) {
      const answer = await daymark.api(method, PAGE + path, body, { 'if-match': '"any"' });
      expect([answer.status, answer.body]).toEqual([412, { detail: expect.any(String) }]);
    }
    expect(await revision()).toBe(before);
    expect((await daymark.api('PATCH', `${PAGE}/components`, statuses, { 'if-match': '*' })).status).toBe(
      200,
    );
  });
});

describe('Many at once are all or none', () => {
  test('of statuses, when one component is not there', async () => {
    const id = await newComponent('Half');
    const before = await revision();
    const answer = await daymark.api('PATCH', `${PAGE}/components`, [
      { id, status: 'major_outage' },
      { id: NOWHERE, status: 'major_outage' },
    ]);
    expect([answer.status, answer.body]).toMatchObject([422, { detail: [{ loc: ['body', 1, 'id'] }] }]);
    expect((await daymark.api('GET', `${PAGE}/components/${id}`)).body).toMatchObject({
      status: 'operational',
    });
    expect(await revision()).toBe(before);
  });

  test('of an order, when one is missing, named twice, or somebody else’s', async () => {
    const list = async () =>
      ((await daymark.api('GET', `${PAGE}/components?per_page=500`)).body as Made[]).map(({ id }) => id);
    const before = [await list(), await revision()] as const;
    const reversed = [...before[0]].reverse();
    for (const ids of [reversed.slice(1), [...reversed, reversed[0]], [...reversed.slice(1), NOWHERE], []])
      expect((await daymark.api('PUT', `${PAGE}/components/order`, ids)).status).toBe(422);
    expect([await list(), await revision()]).toEqual(before);
    expect((await daymark.api('PUT', `${PAGE}/components/order`, reversed)).status).toBe(200);
    expect([await list(), await revision()]).toEqual([reversed, before[1] + 1]);
  });

  test('of an incident, when a component that it names is not there', async () => {
    const id = await newComponent('Named');
    const incidents = async () => (await daymark.api('GET', `${PAGE}/incidents`)).headers['x-total-count'];
    const before = [await incidents(), await revision()];
    const components = [
      { id, status: 'major_outage' },
      { id: NOWHERE, status: 'major_outage' },
    ];
    const answer = await daymark.api('POST', `${PAGE}/incidents`, { title: 'x', body: 'x', components });
    expect(answer.status).toBe(422);
    expect([await incidents(), await revision()]).toEqual(before);
  });
});
