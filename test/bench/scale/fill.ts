import { v7 } from 'uuid';
import { startDaymark } from '../../server/daymark.ts';
import { fillPage } from './fill-page.ts';
import { Rows } from './rows.ts';
import { chances, type PageSize } from './spread.ts';

/** One page in ten belongs to the organization of the key, the others to nine more. */
const ORGANIZATIONS = 10;

/** Who can sign in. */
export const OWNER = { email: 'ines@northwind.example', password: 'correct horse battery' };
const OWNER_ENV = { DAYMARK_ADMIN_EMAIL: OWNER.email, DAYMARK_ADMIN_PASSWORD: OWNER.password };

export interface Folder {
  dataDir: string;
  /** Of the organization that has the first pages. */
  key: string;
}

/** A data folder with these pages, of which nothing is published yet; no server runs. */
export async function filledFolder(sizes: readonly PageSize[]): Promise<Folder> {
  const empty = await startDaymark({ env: OWNER_ENV });
  const { dataDir, key } = empty;
  await empty.stop();
  const rows = new Rows(dataDir);
  const now = Date.now();
  let used = 1_000_000;
  const next = () => {
    used += 1;
    return used;
  };
  const filling = { rows, now, next, chance: chances(3) };
  const organizations = [String(rows.first('select id from organizations'))];
  for (let n = 1; n < ORGANIZATIONS && sizes.length > 1; n += 1) {
    const id = v7();
    organizations.push(id);
    rows.add('organizations', { id, slug: `customer-${n}`, name: `Customer ${n}`, created_at: now });
  }
  for (const [n, size] of sizes.entries()) {
    const place = Math.floor((n * organizations.length) / sizes.length);
    fillPage(filling, size, n, organizations[place] ?? '');
  }
  rows.close();
  return { dataDir, key };
}
