/** Correcting what was said, in the console. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OWNER_ENV, signedIn } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';

let daymark: Daymark;
beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
  await daymark.api('POST', '/api/v1/pages', { name: 'Acme' });
});
afterAll(() => daymark.stop());

test('a text whose lines end as on Windows can be corrected, and not by who saw an older one', async () => {
  const body = 'First line.\r\nSecond line.';
  const made = await daymark.api('POST', '/api/v1/pages/acme/incidents', { title: 'Down', body });
  const { id, updates } = made.body as { id: string; updates: { id: string }[] };
  const visitor = await signedIn(daymark);
  const at = `/console/pages/acme/incidents/${id}/updates/${updates[0]!.id}/`;
  // As a browser sends what the form holds.
  const done = await visitor.post(at, { do: 'save', was: body, body: 'Corrected.' });
  expect([done.status, done.headers.location]).toEqual([303, `/console/pages/acme/incidents/${id}/`]);
  const late = await visitor.post(at, { do: 'save', was: body, body: 'Mine.' });
  expect(late.status).toBe(422);
  expect(late.text).toContain('Corrected.');
  expect(late.text).toContain('Mine.');
  const read = await daymark.api('GET', `/api/v1/pages/acme/incidents/${id}`);
  expect((read.body as { updates: { body: string }[] }).updates[0]!.body).toBe('Corrected.');
});
