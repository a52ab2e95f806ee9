import type { Daymark } from '../../server/daymark.ts';
import { limitRow, print, type Row } from '../figures.ts';
import { memoryMb, peakMemoryMb } from '../memory.ts';

const mb = (value: number) => `${value.toFixed(0)} MB`;

export function tellMemory(server: Daymark, when: string): void {
  print(`  memory ${when}: ${mb(memoryMb(server.pid))}, at most so far ${mb(peakMemoryMb(server.pid))}`);
}

export function memoryRow(server: Daymark): Row {
  const ours = memoryMb(server.pid);
  return limitRow('memory after load', { ours, unit: mb }, { must: 250, aim: 150 });
}
