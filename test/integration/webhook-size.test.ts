import { expect, test } from 'vitest';
import { incidentMessage } from '../../src/http/webhook-answers.ts';
import { messageAbout } from '../../src/notify/webhooks/message.ts';
import { deskOf } from '../fixtures/desk.ts';
import { newPage, openSite } from '../fixtures/store.ts';

test('A call about a very long incident holds its newest updates, and is no larger than receivers take', async () => {
  const site = await openSite();
  try {
    const pageId = await newPage(site);
    const desk = deskOf(site, pageId);
    const id = await desk.open();
    let last = '';
    for (let n = 0; n < 30; n++) last = await desk.post(id, { body: `${n} ${'x'.repeat(20_000)}` });
    const page = { id: pageId, name: 'Acme', slug: 'acme', domain: null };
    const told = { event: 'incident.updated', subjectId: id, updateId: last, createdAt: site.clock.now };
    const text = (await messageAbout(site.store.read, page, told, 'https://status.example')) ?? '';
    const { data } = incidentMessage.parse(JSON.parse(text));
    expect(Buffer.byteLength(text)).toBeLessThan(320_000);
    expect(data.incident.updates.length).toBeGreaterThan(10);
    expect([data.update?.id, data.incident.updates[0]?.id]).toEqual([last, last]);
  } finally {
    await site.close();
  }
});
