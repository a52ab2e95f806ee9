import { readFileSync } from 'node:fs';

/** The most memory that a process has held resident, in MB (Linux). */
export function peakMemoryMb(pid: number): number {
  return field(pid, 'VmHWM');
}

/** The memory that a process holds resident now, in MB (Linux). */
export function memoryMb(pid: number): number {
  return field(pid, 'VmRSS');
}

function field(pid: number, name: string): number {
  const found = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) / 1024;
}
