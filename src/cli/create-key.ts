import { newApiKey, storeApiKey } from '../auth/api-keys.ts';
import { isScope, SCOPES } from '../auth/scopes.ts';
import { DomainError } from '../domain/errors.ts';
import { slugText } from '../domain/input.ts';
import { createOrganization, findOrganization } from '../manage/organizations.ts';
import { findPage } from '../manage/queries.ts';
import type { Assembly } from './main.ts';

/** `keys create`: prints the key on a line of its own, the only time it is seen. */
export async function createKey(
  { services }: Assembly,
  options: { scopes: string; org?: string; page?: string; name: string },
): Promise<void> {
  const scopes = options.scopes
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
  const unknown = scopes.find((scope) => !isScope(scope));
  if (unknown !== undefined || scopes.length === 0) {
    throw new DomainError(
      'invalid',
      `There is no scope "${unknown ?? ''}". The scopes are ${SCOPES.join(', ')}.`,
    );
  }
  const organization = await organizationFor(services, options.org);
  const actor = { organizationId: organization.id, name: 'cli', pageIds: null };
  const pageIds = options.page ? [(await findPage(services.read, actor, options.page)).id] : null;
  const key = newApiKey();
  await storeApiKey(
    services.store,
    { organizationId: organization.id, name: options.name, key, scopes: scopes.filter(isScope), pageIds },
    services.now(),
  );
  process.stdout.write(`${key}\n`);
}

/** The organization that a command is about; one that is named and not there is made. @throws DomainError */
export async function organizationFor(
  services: Assembly['services'],
  slug: string | undefined,
): Promise<{ id: string }> {
  if (slug !== undefined && !slugText.safeParse(slug).success) {
    throw new DomainError('invalid', `"${slug}" is not a slug: small letters, digits and hyphens.`);
  }
  const found = await findOrganization(services.store, slug);
  if (found) return found;
  if (slug === undefined)
    throw new DomainError('not_found', 'There is no organization yet. Name one with --org: it is made.');
  return createOrganization(services.manager, slug, slug);
}
