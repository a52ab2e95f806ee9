/** What the members of an organization may do (contract, section 5, "Roles"): the same scopes as keys have. */
import { ROLES, type Role } from '../../db/accounts.ts';
import type { Credential } from './api-keys.ts';
import { SCOPES, type Scope } from './scopes.ts';

export { ROLES, type Role };

const isOf = (scope: Scope, resources: readonly string[]) => resources.includes(scope.split(':')[0]!);
const VIEWED = SCOPES.filter(
  (scope) => scope.endsWith(':read') && !isOf(scope, ['keys', 'members', 'audit']),
);
const EDITED = SCOPES.filter(
  (scope) =>
    scope.endsWith(':write') && isOf(scope, ['components', 'incidents', 'maintenance', 'subscribers']),
);

const SCOPES_OF: Record<Role, readonly Scope[]> = {
  viewer: VIEWED,
  editor: [...VIEWED, ...EDITED],
  admin: SCOPES,
  owner: SCOPES,
};

export function scopesOf(role: Role): readonly Scope[] {
  return SCOPES_OF[role];
}

/**
 * The roles that a credential may give, take and change: those up to its own. A key has no role; it may give those whose
 * every scope it has, and never that of the owner, who may delete the organization.
 */
export function grantableRoles({ role, scopes }: Pick<Credential, 'role' | 'scopes'>): readonly Role[] {
  if (role !== null) return ROLES.slice(0, ROLES.indexOf(role) + 1);
  return ROLES.filter((one) => one !== 'owner' && SCOPES_OF[one].every((scope) => scopes.has(scope)));
}
