import type { Attack } from './attack.ts';
import { authorizationAttack } from './authorization.ts';
import { bombingAttack } from './bombing.ts';
import { crossTenantAttack } from './cross-tenant.ts';
import { longFuzzAttack } from './long-fuzz.ts';
import { markupAttack } from './markup.ts';
import { pathsAttack } from './paths.ts';
import { slowAttack } from './slow.ts';
import { smugglingAttack } from './smuggling.ts';
import { ssrfAttack } from './ssrf.ts';

/** In the order in which they are run. */
export const ATTACKS: readonly Attack[] = [
  longFuzzAttack,
  authorizationAttack,
  crossTenantAttack,
  pathsAttack,
  markupAttack,
  ssrfAttack,
  smugglingAttack,
  slowAttack,
  bombingAttack,
];
