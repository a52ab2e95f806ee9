import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { buildOnce } from '../server/build-once.ts';
import { startDaymark } from '../server/daymark.ts';
import { type FuzzReport, fuzz } from './run.ts';

/** `npm run test:fuzz -- --requests N --seed N`: ends with 1 when an answer or its effect was not as promised. */
const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } });
const requests = Number(values.requests ?? 100_000);
const seed = Number(values.seed ?? 1);

await buildOnce();
// Nobody answers there: no name is asked of the world.
const daymark = await startDaymark({ env: { DNS_SERVERS: '127.0.0.1:9' } });
const bar = new cliProgress.SingleBar(
  {
    format: '{bar} {value}/{total} requests, {eta_formatted} to go',
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  },
  cliProgress.Presets.shades_classic,
);
bar.start(requests, 0);
const memory: { resident: number; heap: number }[] = [];
const report = await fuzz(daymark, {
  requests,
  seed,
  async progress(done) {
    bar.update(done);
    memory.push(await memoryNow());
  },
}).finally(() => bar.stop());
const code = await daymark.stop();
print(report);
process.exitCode = report.faults.length > 0 || code !== 0 ? 1 : 0;

/** In MiB, as the server itself tells. */
async function memoryNow(): Promise<{ resident: number; heap: number }> {
  const { text } = await daymark.api('GET', '/metrics');
  const mib = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]) / 2 ** 20;
  return {
    resident: mib('daymark_process_resident_memory_bytes'),
    heap: mib('daymark_nodejs_heap_size_used_bytes'),
  };
}

function print({ statuses, reached, unreached, bytes, watched, faults, requests: sent }: FuzzReport): void {
  const shares = [0, 0.25, 0.5, 0.75, 1].map((share) => memory[Math.floor((memory.length - 1) * share)]!);
  const over = (name: 'resident' | 'heap') => shares.map((one) => one[name].toFixed(0)).join(', ');
  const lines = [
    `requests            ${sent}, seed ${seed}`,
    `answers             ${Object.entries(statuses)
      .map(([status, n]) => `${n} × ${status}`)
      .join(', ')}`,
    `operations reached  ${reached.length} of ${reached.length + unreached.length}`,
    ...unreached.map((name) => `                    not ${name}`),
    `damaged bytes       ${bytes.sent} sent, ${bytes.answered} answered, ${bytes.refused} of them refused`,
    `files watched       while ${watched} refused requests were sent again to a server at rest`,
    `heap, resident      ${over('heap')}; ${over('resident')} MiB over the run`,
    `faults              ${faults.length}`,
    ...faults,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
