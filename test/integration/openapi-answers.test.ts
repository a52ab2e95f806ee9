import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentOf, faultOf, type Operation, operationsOf } from '../fixtures/operations.ts';
import { newMember, OWNER_ENV } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

let daymark: Daymark;
let operations: Operation[];
let everyones: Operation[];
beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
  await firstPage(daymark, { name: 'Acme' });
  operations = operationsOf(await documentOf(daymark));
  everyones = operationsOf(await documentOf(daymark, false));
});
afterAll(() => daymark.stop());

describe('What is answered in a whole incident’s life', () => {
  const seen = new Set<string>();

  /** Sends a request, and holds its answer against the document. @returns the answer's body */
  async function say(
    method: string,
    template: string,
    ids: string[],
    body?: unknown,
    status = method === 'POST' ? 201 : method === 'DELETE' ? 204 : 200,
    query = '',
  ): Promise<{ id: string }> {
    const operation = operations.find((one) => one.method === method && one.path === template)!;
    expect([method, template, operation !== undefined]).toEqual([method, template, true]);
    const rest = [...ids];
    const path = template.replace(/\{\w+\}/g, () => rest.shift()!);
    const type: Record<string, string> = template.endsWith('/import') ? { 'content-type': 'text/csv' } : {};
    const answer = await daymark.api(method, path + query, body, { prefer: 'wait=30', ...type });
    expect([method, path, answer.status, answer.text]).toEqual([method, path, status, answer.text]);
    expect([method, path, faultOf(operation, answer)]).toEqual([method, path, null]);
    seen.add(`${method} ${template}`);
    return answer.body as { id: string };
  }

  const PAGE = '/api/v1/pages/{page}';
  const RECENT = '2026-01-01T10:00:00+00:00';

  test('agrees with the document, field by field', async () => {
    await say('POST', '/api/v1/pages', [], { name: 'Life', slug: 'life', description: 'All of it' });
    await say('PATCH', PAGE, ['life'], { accent: '#3046c8', domain: 'life.example.org' });
    const group = await say('POST', `${PAGE}/groups`, ['life'], { name: 'Shop' });
    const cart = await say('POST', `${PAGE}/components`, ['life'], { name: 'Cart', group_id: group.id });
    const pay = await say('POST', `${PAGE}/components`, ['life'], { name: 'Pay', description: 'Cards' });
    await say('PATCH', `${PAGE}/components`, ['life'], [{ id: pay.id, status: 'degraded_performance' }]);
    await say('PUT', `${PAGE}/components/order`, ['life'], [pay.id, cart.id]);
    await say('PATCH', `${PAGE}/components/{id}`, ['life', cart.id], { code: 'basket' });
    await say('PATCH', `${PAGE}/groups/{id}`, ['life', group.id], { name: 'The shop' });

    const template = await say('POST', `${PAGE}/templates`, ['life'], {
      name: 'Outage',
      title: 'Outage',
      body: 'We look into it.',
      status: 'investigating',
      components: [{ id: cart.id, status: 'major_outage' }],
    });
    await say('PATCH', `${PAGE}/templates/{id}`, ['life', template.id], { status: null });

    const components = [{ id: cart.id, status: 'major_outage' }];
    const incident = await say('POST', `${PAGE}/incidents`, ['life'], {
      title: 'Down',
      body: 'Gone.',
      components,
    });
    const at = ['life', incident.id];
    const update = await say('POST', `${PAGE}/incidents/{id}/updates`, at, {
      status: 'identified',
      body: 'A full disk.',
      components: [{ id: pay.id, status: 'partial_outage' }],
      next_update_at: '2031-01-01T00:00:00+00:00',
    });
    await say('PATCH', `${PAGE}/incidents/{id}/updates/{update}`, [...at, update.id], {
      body: 'A **full** disk.',
    });
    await say('GET', `${PAGE}/components/{id}`, ['life', cart.id]);
    await say('POST', `${PAGE}/incidents/{id}/updates`, at, { status: 'resolved', body: 'Over.' });
    await say('PUT', `${PAGE}/incidents/{id}/postmortem`, at, { body: '# Why' });
    await say('PATCH', `${PAGE}/incidents/{id}`, at, { title: 'Was down', impact: 'critical' });
    await say('POST', `${PAGE}/incidents`, ['life'], {
      ...{ title: 'Long ago', body: 'It was.', status: 'resolved', components },
      ...{ started_at: RECENT, resolved_at: '2026-01-01T11:00:00+00:00' },
    });
    const window = await say('POST', `${PAGE}/maintenance`, ['life'], {
      ...{ title: 'Move', body: 'A new house.', component_ids: [cart.id], remind_before_minutes: 60 },
      ...{ starts_at: '2031-01-01T00:00:00+01:00', ends_at: '2031-01-01T02:00:00+01:00' },
    });
    const in_ = ['life', window.id];
    await say('PATCH', `${PAGE}/maintenance/{id}`, in_, { title: 'Moving' });
    const news = await say('POST', `${PAGE}/maintenance/{id}/updates`, in_, {
      status: 'in_progress',
      body: 'Now.',
    });
    await say('PATCH', `${PAGE}/maintenance/{id}/updates/{update}`, [...in_, news.id], { body: 'Now!' });

    const person = await say('POST', `${PAGE}/subscribers`, ['life'], {
      email: 'ada@example.com',
      component_ids: [pay.id],
    });
    await say('POST', `${PAGE}/subscribers/import`, ['life'], 'email\nbob@example.com\nnobody');
    await say('PATCH', `${PAGE}/subscribers/{id}`, ['life', person.id], { component_ids: [] });

    const told = (await daymark.api('GET', '/api/v1/pages/life/notifications')).body as { id: string }[];
    const key = await say('POST', '/api/v1/api-keys', [], {
      name: 'Robot',
      scopes: ['pages:read'],
      expires_at: '2031-01-01T00:00:00Z',
    });
    await say('PATCH', '/api/v1/api-keys/{id}', [key.id], { name: 'Robot 2' });

    const hook = await say('POST', `${PAGE}/webhooks`, ['life'], {
      url: 'http://127.0.0.1:9/',
      component_ids: [cart.id],
    });
    const hooked = ['life', hook.id];
    await say('PATCH', `${PAGE}/webhooks/{id}`, hooked, { events: ['incident.created'] });
    await say('POST', `${PAGE}/webhooks/{id}/test`, hooked);
    await say('POST', `${PAGE}/webhooks/{id}/secret`, hooked);

    const members = await daymark.api('GET', '/api/v1/members');
    const [owner] = members.body as { id: string }[];
    const helper = await newMember(daymark, 'helper@northwind.example', 'viewer');
    const { email } = helper;
    const everyone = (await daymark.api('GET', '/api/v1/members')).body as { id: string; email: string }[];
    const member = [everyone.find((one) => one.email === email)!.id];
    await say('PATCH', '/api/v1/members/{id}', member, { role: 'editor' });
    await say('PATCH', '/api/v1/members/{id}', [owner!.id], { role: 'viewer' }, 403);
    const invited = { email: 'new@northwind.example', role: 'viewer' };
    const invitation = await say('POST', '/api/v1/invitations', [], invited);
    await say('POST', '/api/v1/invitations', [], { email, role: 'viewer' }, 409);

    const ids: Record<string, string[]> = {
      '/api/v1/members/{id}': member,
      '/api/v1/invitations/{id}': [invitation.id],
      [`${PAGE}`]: ['life'],
      [`${PAGE}/groups/{id}`]: ['life', group.id],
      [`${PAGE}/components/{id}`]: ['life', pay.id],
      [`${PAGE}/incidents/{id}`]: at,
      [`${PAGE}/incidents/{id}/updates`]: at,
      [`${PAGE}/incidents/{id}/updates/{update}`]: [...at, update.id],
      [`${PAGE}/incidents/{id}/postmortem`]: at,
      [`${PAGE}/maintenance/{id}`]: in_,
      [`${PAGE}/maintenance/{id}/updates`]: in_,
      [`${PAGE}/maintenance/{id}/updates/{update}`]: [...in_, news.id],
      [`${PAGE}/templates/{id}`]: ['life', template.id],
      [`${PAGE}/notifications/{id}`]: ['life', told[0]!.id],
      [`${PAGE}/notifications/{id}/deliveries`]: ['life', told[0]!.id],
      [`${PAGE}/webhooks/{id}`]: hooked,
      [`${PAGE}/webhooks/{id}/deliveries`]: hooked,
      [`${PAGE}/subscribers/{id}`]: ['life', person.id],
      '/api/v1/api-keys/{id}': [key.id],
    };
    const reads = operations.filter(({ method, scope }) => method === 'GET' && scope !== null);
    for (const { path } of reads)
      await say(
        'GET',
        path,
        ids[path] ?? ['life'],
        undefined,
        200,
        path.includes('{id}') ? '' : '?per_page=500',
      );

    for (const path of [
      ...[`${PAGE}/incidents/{id}/updates/{update}`, `${PAGE}/incidents/{id}`, `${PAGE}/maintenance/{id}`],
      ...[`${PAGE}/components/{id}`, `${PAGE}/groups/{id}`, `${PAGE}/templates/{id}`],
      ...[`${PAGE}/webhooks/{id}`, `${PAGE}/subscribers/{id}`, '/api/v1/api-keys/{id}'],
      ...['/api/v1/members/{id}', '/api/v1/invitations/{id}'],
    ])
      await say('DELETE', path, ids[path]!);
    await say('GET', `${PAGE}/incidents/{id}`, at, undefined, 404);
    await say('POST', `${PAGE}/incidents`, ['life'], { title: '', body: 'x' }, 422);
    await say('POST', '/api/v1/pages', [], { name: 'Life', slug: 'life' }, 409);
    await say('DELETE', PAGE, ['life']);
    const managed = operations.filter(({ scope }) => scope !== null);
    expect(managed.map(({ method, path }) => `${method} ${path}`).filter((one) => !seen.has(one))).toEqual(
      [],
    );
  });

  test('is published in the form that the document has for everyone', async () => {
    const { id } = (await daymark.api('POST', '/api/v1/pages/acme/components', { name: 'API' })).body as {
      id: string;
    };
    const components = [{ id, status: 'partial_outage' }];
    const incident = (
      await daymark.api('POST', '/api/v1/pages/acme/incidents', { title: 'Slow', body: 'x', components })
    ).body as { id: string };
    const window = (
      await daymark.api(
        'POST',
        '/api/v1/pages/acme/maintenance',
        {
          ...{ title: 'Move', body: 'x', component_ids: [id] },
          ...{ starts_at: '2031-01-01T00:00:00Z', ends_at: '2031-01-01T02:00:00Z' },
        },
        { prefer: 'wait=30' },
      )
    ).body as { id: string };
    const idOf = { components: id, incidents: incident.id, maintenance: window.id };
    for (const operation of everyones.filter(
      ({ path }) => !/^.api.(openapi.json|v1.subscribers)/.test(path),
    )) {
      const kind = Object.keys(idOf).find((name) =>
        operation.path.includes(`/${name}/`),
      ) as keyof typeof idOf;
      const path = operation.path.replace('{id}', kind ? idOf[kind] : '');
      const read = () => daymark.api('GET', path, undefined, { authorization: '' });
      // Large files follow right behind the revision.
      await until(async () => (await read()).status === 200, `${path} is published`);
      const answer = await read();
      expect([path, answer.status, faultOf(operation, answer)]).toEqual([path, 200, null]);
      const type = Object.keys(operation.responses['200']!.content!)[0]!;
      expect([path, answer.headers['content-type']]).toEqual([path, expect.stringContaining(type)]);
    }
  });
});
