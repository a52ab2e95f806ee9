import { spawn, spawnSync } from 'node:child_process';

const CONNECTIONS = 32;

/** True when wrk and taskset (Debian: wrk, util-linux) are installed. */
export function hasWrk(): boolean {
  return ['wrk', 'taskset'].every((program) => spawnSync('which', [program]).status === 0);
}

/** Requests a second that a server answers to wrk on the second core for so many seconds. Throws at other answers than 2xx. */
export async function requestsPerSecond(
  url: string,
  seconds: number,
  options: { encoding?: string; script?: string } = {},
): Promise<number> {
  const args = ['-c', '1', 'wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`];
  if (options.encoding !== undefined) args.push('-H', `Accept-Encoding: ${options.encoding}`);
  if (options.script !== undefined) args.push('-s', options.script);
  const output = await run('taskset', [...args, url]);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(output)?.[1];
  if (rate === undefined || output.includes('Non-2xx')) throw new Error(`wrk on ${url} says:\n${output}`);
  return Number(rate);
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}
