import { readFileSync } from 'node:fs';
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
const memory: number[] = [];
const report = await fuzz(daymark, {
  requests,
  seed,
  progress(done) {
    bar.update(done);
    memory.push(residentMib(daymark.pid));
  },
}).finally(() => bar.stop());
const code = await daymark.stop();
print(report);
process.exitCode = report.faults.length > 0 || code !== 0 ? 1 : 0;

/** 0 where there is no /proc. */
function residentMib(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function print({ statuses, reached, unreached, bytes, faults, requests: sent }: FuzzReport): void {
  const at = (share: number) => `${memory[Math.floor((memory.length - 1) * share)]?.toFixed(0)}`;
  const lines = [
    `requests            ${sent}, seed ${seed}`,
    `answers             ${Object.entries(statuses)
      .map(([status, n]) => `${n} × ${status}`)
      .join(', ')}`,
    `operations reached  ${reached.length} of ${reached.length + unreached.length}`,
    `damaged bytes       ${bytes.sent} sent, ${bytes.answered} answered, ${bytes.refused} of them refused`,
    `memory in MiB       ${['0', '0.25', '0.5', '0.75', '1'].map((share) => at(Number(share))).join(', ')} over the run`,
    `faults              ${faults.length}`,
    ...faults,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
