import { createApp } from 'astro/app/entrypoint';
import type { PageSnapshot } from '../../src/snapshot/schema.ts';

/**
 * The entry of a second build of the same Astro app, in which nothing runs but the rendering of a status page: what
 * publishing costs at the least.
 */
const app = createApp({ streaming: false });

/** Renders the status page of a snapshot, once. Throws when it is not printed. */
export async function renderStatusPage(snapshot: PageSnapshot): Promise<string> {
  const response = await app.render(new Request('http://localhost/render/status'), {
    locals: { print: { kind: 'status', snapshot } } as unknown as App.Locals,
  });
  const html = await response.text();
  if (response.status !== 200)
    throw new Error(`the page was not printed: ${response.status} ${html.slice(0, 300)}`);
  return html;
}
