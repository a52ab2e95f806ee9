import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { buildOnce } from '../server/build-once.ts';
import { type CrashReport, crashLoop } from './kill-loop.ts';
import { mailCrashLoop } from './mail-loop.ts';

/**
 * `npm run test:crash -- --kills N --writers N`: ends with 1 when something was lost, torn or went back.
 * `npm run test:crash -- --mails N --kills N`: likewise when somebody was not mailed, or too often.
 */
const { values } = parseArgs({
  options: { kills: { type: 'string' }, writers: { type: 'string' }, mails: { type: 'string' } },
});
const kills = Number(values.kills ?? 50);
const SHOWN = 10;

await buildOnce();
if (values.mails !== undefined) process.exit(await mails(Number(values.mails)));
const bar = new cliProgress.SingleBar(
  { format: '{bar} {value}/{total} kills, {eta_formatted} to go', noTTYOutput: true, notTTYSchedule: 10_000 },
  cliProgress.Presets.shades_classic,
);
bar.start(kills, 0);
const report = await crashLoop({
  kills,
  writers: Number(values.writers ?? 4),
  progress: (done) => bar.update(done),
}).finally(() => bar.stop());
print(report);
process.exitCode = faults(report).length > 0 ? 1 : 0;

function faults(seen: CrashReport): string[] {
  return [...seen.losses, ...seen.unpublished, ...seen.torn, ...seen.backward, ...seen.vanished];
}

function print(seen: CrashReport): void {
  const refused = Object.entries(seen.refused).map(([status, count]) => `${count} × ${status}`);
  const lines = [
    `kills                     ${seen.kills}`,
    `acknowledged writes       ${seen.acknowledged}`,
    `unanswered, refused       ${seen.unanswered}, ${refused.join(', ') || 'none'}`,
    `lock held by another      ${seen.locks} ×`,
    `lost writes               ${seen.losses.length}`,
    `not published, disagreed  ${seen.unpublished.length}`,
    `files read                ${seen.reads}`,
    `torn, backward, vanished  ${seen.torn.length}, ${seen.backward.length}, ${seen.vanished.length}`,
    `ready after, at most      ${seen.readyMax.toFixed(0)} ms`,
    `all published, at most    ${seen.caughtUpMax.toFixed(0)} ms`,
    ...faults(seen).slice(0, SHOWN),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @returns the exit code */
async function mails(count: number): Promise<number> {
  const seen = await mailCrashLoop({
    mails: count,
    kills,
    progress: (done, taken) => process.stderr.write(`${done} kills, ${taken} mails\n`),
  });
  const allowed = seen.connections * seen.kills;
  const lines = [
    `mails                     ${seen.mails}`,
    `kills                     ${seen.kills}`,
    `missing                   ${seen.missing.length}`,
    `repeats, at most          ${seen.repeats}, ${allowed}`,
    `changed Message-ID        ${seen.changed.length}`,
    `not noted as sent         ${seen.unnoted}`,
    ...[...seen.missing, ...seen.changed].slice(0, SHOWN),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const bad = seen.missing.length + seen.changed.length + seen.unnoted;
  return bad > 0 || seen.repeats > allowed ? 1 : 0;
}
