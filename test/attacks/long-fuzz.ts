/** Requests made from the server's own document, in chunks, on one server that lives through all of them. */
import { longFuzz } from '../fuzz/long.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import type { Attack, AttackOptions, Outcome } from './attack.ts';

/** Most that the least memory of the last quarter may be above that of the second: what is kept, not what awaits its collection. */
const GROWTH = 1.3;
const GROWTH_MIB = 24;

/** What a server writes that did not expect what came. */
const COMPLAINT = /^.*(?:unhandled|request failed|a worker stopped).*$/im;

export const longFuzzAttack: Attack = {
  name: 'fuzz',
  title: 'fuzz of every operation',
  async run(options) {
    // Nobody answers there: no name is asked of the world.
    const daymark = await startDaymark({ env: { DNS_SERVERS: '127.0.0.1:9' } });
    try {
      const outcome = await shootAt(daymark, options);
      const code = await daymark.stop();
      if (code !== 0) outcome.breaches.push(`the server ended with ${code}`);
      return outcome;
    } finally {
      await daymark.stop();
    }
  },
};

async function shootAt(daymark: Daymark, { requests, seed, short, say }: AttackOptions): Promise<Outcome> {
  const seen: Memory[] = [];
  const report = await longFuzz(daymark, {
    requests,
    seed,
    chunk: short ? 1_000 : 5_000,
    async progress(so) {
      const memory = await memoryOf(daymark);
      seen.push(memory);
      const complaint = COMPLAINT.exec(daymark.output());
      if (complaint && so.faults.length === 0) so.faults.push(complaint[0].slice(0, 2_000));
      say(
        `${so.requests} requests, ${so.again} sent again, ${so.faults.length} faults, heap ${memory.heap} MiB, resident ${memory.resident} MiB`,
      );
    },
  });
  const first = seen[Math.floor(seen.length / 4)]!;
  const last = seen.at(-1)!;
  return {
    tries: report.requests,
    breaches: [...report.faults, ...growthOf(seen)],
    note: `${report.reached.size} operations reached, ${report.again} sent again; heap ${first.heap} → ${last.heap}, resident ${first.resident} → ${last.resident} MiB`,
  };
}

/** In MiB. */
export interface Memory {
  heap: number;
  resident: number;
}

/** As the server itself tells. */
export async function memoryOf(daymark: Daymark): Promise<Memory> {
  const { text } = await daymark.api('GET', '/metrics');
  const mib = (name: string) =>
    Math.round(Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]) / 2 ** 20);
  return {
    heap: mib('daymark_nodejs_heap_size_used_bytes'),
    resident: mib('daymark_process_resident_memory_bytes'),
  };
}

/** What grew over a run that is long enough to tell. */
export function growthOf(seen: readonly Memory[]): string[] {
  if (seen.length < 16) return [];
  const quarter = Math.floor(seen.length / 4);
  return (['heap', 'resident'] as const).flatMap((name) => {
    const least = (from: number) => Math.min(...seen.slice(from, from + quarter).map((one) => one[name]));
    const [before, after] = [least(quarter), least(seen.length - quarter)];
    return after > before * GROWTH && after > before + GROWTH_MIB
      ? [`${name} grew from ${before} to ${after} MiB`]
      : [];
  });
}
