import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshDataDir, startDaymark } from '../server/daymark.ts';
import { until } from '../server/first-page.ts';

test('What is published follows PUBLIC_URL to another origin at the next start, forms and archive alike', {
  timeout: 300_000,
}, async () => {
  const dataDir = freshDataDir();
  const first = await startDaymark({ dataDir, env: { PUBLIC_URL: 'http://trial.example' } });
  await first.api('POST', '/api/v1/pages', { name: 'Acme' }, { prefer: 'wait=30' });
  const incident = { title: 'Down', body: 'We look into it.' };
  const made = await first.api('POST', '/api/v1/pages/acme/incidents', incident, { prefer: 'wait=30' });
  const archived = `incidents/${(made.body as { id: string }).id}/index.html`;
  const files = ['subscribe/index.html', 'api/v1/atom.xml', 'status.txt', archived].map((file) =>
    join(dataDir, 'site/p/acme', file),
  );
  const naming = (origin: string) => files.filter((file) => readFileSync(file, 'utf8').includes(origin));
  expect(naming('http://trial.example')).toEqual(files);
  await first.stop();
  const second = await startDaymark({
    dataDir,
    key: first.key,
    env: { PUBLIC_URL: 'http://status.example' },
  });
  try {
    await until(
      async () => naming('http://status.example').length === files.length,
      'all name the new origin',
    );
    expect(naming('http://trial.example')).toEqual([]);
  } finally {
    await second.stop();
  }
});
