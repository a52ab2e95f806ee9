/** What was maintained in the demo. */
import { BALANCERS, BLOCK_FRA, BLOCK_ZRH, FRA, GVA, OBJECT, ZRH } from './names.ts';
import type { PastWindow } from './past.ts';

const window = (
  daysAgo: number,
  at: string,
  minutes: number,
  title: string,
  body: string,
  ...components: string[]
): PastWindow => ({
  daysAgo,
  at,
  minutes,
  title,
  body,
  components,
});

export const PAST_WINDOWS: PastWindow[] = [
  window(
    112,
    '05:00',
    120,
    'Database update in the control plane',
    'The console is read-only for a few minutes.',
    'Console',
    'API',
  ),
  window(81, '04:00', 90, 'New disks for object storage', 'Requests can be slower for a moment.', OBJECT),
  window(
    61,
    '05:30',
    90,
    'Firmware of switches in Frankfurt',
    'Each rack loses its network for under a minute.',
    FRA,
  ),
  window(45, '04:30', 60, 'New gateways for VPN', 'Tunnels reconnect once.', 'VPN'),
  window(
    41,
    '05:00',
    90,
    'Power inspection in Geneva',
    'One of two feeds is off while it is inspected.',
    GVA,
  ),
  window(
    39,
    '05:30',
    60,
    'Replacement of a switch in Frankfurt',
    'One rack is without network for some minutes.',
    FRA,
  ),
  window(34, '04:00', 60, 'New release of load balancers', 'Open connections are closed once.', BALANCERS),
  window(21, '05:00', 180, 'Router software in Geneva, first half', 'Traffic takes the second router.', GVA),
  window(
    20,
    '05:00',
    180,
    'Router software in Geneva, second half',
    'Traffic takes the first router.',
    GVA,
    BALANCERS,
  ),
  window(19, '04:00', 60, 'Controller firmware in Zürich', 'Volumes pause for some seconds.', BLOCK_ZRH),
  window(
    16,
    '04:30',
    90,
    'Controller firmware in Frankfurt',
    'Volumes pause for some seconds.',
    BLOCK_FRA,
    FRA,
  ),
  window(
    15,
    '05:00',
    60,
    'Firmware of switches in Zürich',
    'Each rack loses its network for under a minute.',
    ZRH,
  ),
];
