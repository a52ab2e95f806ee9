import { count } from 'drizzle-orm';
import { migrate } from '../../db/migrate.ts';
import { organizations } from '../../db/schema.ts';
import type { Store } from '../../db/transaction.ts';
import { storeApiKey } from '../auth/api-keys.ts';
import { SCOPES } from '../auth/scopes.ts';
import { createOrganization } from '../manage/organizations.ts';
import type { Assembly } from './main.ts';
import { databaseError } from './start-errors.ts';
import { makeUser } from './users.ts';

/** Brings the database to this build's schema. @throws ConfigError for one that can't be used at all */
export async function migrateStore({ services }: Assembly): Promise<void> {
  try {
    await migrate(services.store);
  } catch (error) {
    throw databaseError(error) ?? error;
  }
}

/** True of a database that nobody has used yet. */
export async function isEmpty(store: Store): Promise<boolean> {
  const [row] = await store.read.select({ n: count() }).from(organizations);
  return row?.n === 0;
}

/** On an empty database, makes the organization, owner and key that the environment names (contract, section 1). */
export async function bootstrap({ services, config }: Assembly): Promise<void> {
  const wanted = config.bootstrap;
  if (!wanted || !(await isEmpty(services.store))) return;
  const organization = await createOrganization(services.manager, wanted.organization);
  if (wanted.admin)
    await makeUser(services, { organizationId: organization.id, role: 'owner', ...wanted.admin });
  if (!wanted.apiKey) return;
  const name = 'Made from DAYMARK_API_KEY';
  await storeApiKey(
    services.store,
    { organizationId: organization.id, name, key: wanted.apiKey, scopes: SCOPES },
    services.now(),
  );
}
