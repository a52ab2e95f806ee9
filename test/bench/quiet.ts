import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 500;
const QUIET_LOOKS = 4;
const MOST_LOOKS = 600;
/** Of the hundred ticks a second that a busy core counts. */
const QUIET_TICKS = 5;

/** Waits until a process has used next to no processor for two seconds: its work in the background is done (Linux). */
export async function quiet(pid: number): Promise<void> {
  let before = ticks(pid);
  let calm = 0;
  for (let looks = 0; calm < QUIET_LOOKS; looks += 1) {
    if (looks > MOST_LOOKS) throw new Error('the server does not come to rest');
    await pause(LOOK_MS);
    const now = ticks(pid);
    calm = now - before <= QUIET_TICKS ? calm + 1 : 0;
    before = now;
  }
}

/** User and system time so far, in clock ticks. */
function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
