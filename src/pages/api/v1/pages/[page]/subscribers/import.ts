import * as answers from '../../../../../../http/answers.ts';
import { utf8Of } from '../../../../../../http/body.ts';
import { endpoint, resource } from '../../../../../../http/endpoint.ts';
import { importSubscribers } from '../../../../../../manage/subscriber-import.ts';

const MOST_BYTES = 10 * 1024 * 1024;

/** A report of hundreds of thousands of lines is never one text: it is written as it is made, and sent in its pieces. */
export const { POST, ALL } = resource({
  POST: endpoint({
    summary: 'Import subscribers who have agreed to it, from CSV with the columns email,components',
    answer: answers.importReport,
    scope: 'subscribers:write',
    page: true,
    upload: { type: 'text/csv', bytes: MOST_BYTES },
    outside: true,
    async handle({ services, actor, page, bytes }) {
      const pieces: string[] = [];
      const { revision, stoppedAtLine, ...counts } = await importSubscribers(
        services.manager,
        actor,
        page.id,
        utf8Of(bytes),
        (lines) => pieces.push(JSON.stringify(lines).slice(1, -1)),
      );
      const summary = { ...counts, stopped_at_line: stoppedAtLine };
      const head = JSON.stringify({ ...summary, lines: [] }).slice(0, -2);
      const chunks = [head, ...pieces.map((piece, place) => (place === 0 ? piece : `,${piece}`)), ']}\n'];
      return {
        status: 201,
        stream: { type: 'application/json', chunks },
        repeatedBody: { ...summary, lines: [] },
        ...(revision === null ? {} : { revision }),
      };
    },
  }),
});
