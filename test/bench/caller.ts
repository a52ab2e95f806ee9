import { setTimeout as pause } from 'node:timers/promises';
import type { Daymark } from '../server/daymark.ts';
import type { Answer } from '../server/http.ts';

/**
 * Calls that must succeed: an answer that is not 2xx is thrown. A 429 is obeyed and tried again. `seen` gets each
 * answer that counts. `wait` asks for the answer when the change is published.
 */
export function callWith(
  server: Daymark,
  seen: (answer: Answer) => void,
): (method: string, path: string, body?: unknown, wait?: boolean) => Promise<Answer> {
  return async (method, path, body, wait = false) => {
    const headers: Record<string, string> = wait ? { prefer: 'wait=30' } : {};
    for (;;) {
      const answer = await server.api(method, path, body, headers);
      if (answer.status === 429) {
        await pause(Number(answer.headers['retry-after'] ?? 1) * 1_000);
        continue;
      }
      if (answer.status < 200 || answer.status > 299) {
        const sent = JSON.stringify(body)?.slice(0, 600) ?? '';
        throw new Error(
          `${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 600)}\nsent: ${sent}`,
        );
      }
      seen(answer);
      return answer;
    }
  };
}
