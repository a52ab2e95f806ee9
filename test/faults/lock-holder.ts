import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@libsql/client';

/**
 * A process of its own: `node lock-holder.ts FILE MILLISECONDS` holds a database's write lock for so long, as a backup
 * or an operator's shell would, and changes nothing.
 */
const [file = '', held = '0'] = process.argv.slice(2);
const TRIES = 5_000;
const client = createClient({ url: `file:${file}` });

for (let tries = 0; tries < TRIES; tries += 1) {
  try {
    const transaction = await client.transaction('write');
    process.stdout.write('held\n');
    await pause(Number(held));
    await transaction.rollback();
    transaction.close();
    process.exit(0);
  } catch {
    await pause(5);
  }
}
process.exit(1);
