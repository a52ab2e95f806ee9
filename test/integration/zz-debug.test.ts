import { sql } from 'drizzle-orm';
import { test } from 'vitest';
import { createComponent } from '../../src/manage/components.ts';
import { ACTS, Dice } from '../fixtures/acts.ts';
import { newPage, openSite } from '../fixtures/store.ts';

test('x', async () => {
  const acts = JSON.parse(process.env['ACTS']!);
  const site = await openSite();
  const pageId = await newPage(site);
  for (const name of ['API', 'Console', 'Storage'])
    await createComponent(site.manager, site.actor, pageId, { name });
  for (const { verb, dice } of acts) {
    try {
      await ACTS[verb]!(site, pageId, new Dice(dice));
    } catch (e) {
      process.stdout.write(`refused ${e}\n`);
    }
    process.stdout.write(`== ${verb} now ${site.clock.now}\n`);
    for (const t of [
      'components',
      'set_changes',
      'shown_changes',
      'incidents',
      'incident_updates',
      'update_components',
      'maintenance_windows',
      'window_components',
      'component_days',
    ])
      process.stdout.write(
        `${t} ${JSON.stringify(await site.store.read.all(sql.raw(`select * from ${t}`)))}\n`,
      );
  }
});
