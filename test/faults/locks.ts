import { spawn } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = new URL('./lock-holder.ts', import.meta.url).pathname;

/**
 * Another process takes the write lock of a folder's database, beginning now, and holds it for so long.
 *
 * @returns `held` resolves when it has it, `gone` to true when it had it and has let it go
 */
export function holdLock(dataDir: string, ms: number): { held: Promise<void>; gone: Promise<boolean> } {
  const child = spawn(process.execPath, [PROGRAM, join(dataDir, 'daymark.db'), String(ms)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const gone = new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
  const held = new Promise<void>((resolve) => {
    child.stdout.once('data', () => resolve());
    void gone.finally(resolve);
  });
  return { held, gone };
}
