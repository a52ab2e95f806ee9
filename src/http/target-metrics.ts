import type { Registry } from 'prom-client';
import type { Services } from '../services.ts';
import { addFigures } from './figures.ts';

type Publisher = Services['publishers'][number];

/** What is known of each place that pages are published to. */
export function addTargetMetrics({ publishers }: Services, registry: Registry): void {
  const add = (name: string, help: string, value: (publisher: Publisher) => number) =>
    addFigures(registry, 'target', name, help, () =>
      Object.fromEntries(publishers.map((publisher) => [publisher.name, value(publisher)])),
    );
  add('daymark_target_unreachable', '1 while nothing can be found out about a target.', (one) =>
    one.unreachable ? 1 : 0,
  );
  add(
    'daymark_target_pages_failing',
    'Pages that could not be published to a target.',
    (one) => one.failures.size,
  );
  add(
    'daymark_target_pages_waiting',
    'Pages that have yet to be published to a target.',
    (one) => one.waiting,
  );
  add(
    'daymark_target_publishes_total',
    'Publishes to a target that ended well.',
    (one) => one.stats.publishes,
  );
}
