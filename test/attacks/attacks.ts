import type { Attack } from './attack.ts';
import { authorizationAttack } from './authorization.ts';
import { crossTenantAttack } from './cross-tenant.ts';
import { longFuzzAttack } from './long-fuzz.ts';

/** In the order in which they are run. */
export const ATTACKS: readonly Attack[] = [longFuzzAttack, authorizationAttack, crossTenantAttack];
