/** A page as a change would make it look: the change is made for real, looked at, and undone. */
import { typeOf } from '../http/static-answer.ts';
import type { Manager } from '../manage/command.ts';
import { inOneTransaction } from '../manage/one-transaction.ts';
import { type PrintPage, policyFor } from '../render/renderer.ts';
import { buildSnapshot, isReusable } from '../snapshot/build.ts';
import { loadPage, type PageRows } from '../snapshot/load.ts';
import type { PublishedSnapshots } from '../snapshot/published.ts';
import type { PageSnapshot } from '../snapshot/schema.ts';

export interface Preview {
  html: string;
  /** The Content-Security-Policy to send it with: nothing in it runs, and only our own pages may frame it. */
  policy: string;
}

export type PreviewPage = (
  page: { id: string; slug: string },
  work: (inside: Manager) => Promise<unknown>,
) => Promise<Preview>;

/** Thrown to undo what was only to be looked at. */
class Undone extends Error {
  constructor(readonly rows: PageRows | null) {
    super('undone');
  }
}

/** Links of a preview lead nowhere, and nothing in it runs: the page is not there yet. */
const STILL = '<style>a{pointer-events:none}</style>';
const SCRIPT = /<script\b[^>]*>[\s\S]*?<\/script>/g;

/** Previews are made by the rules and templates that publish: what they show is what readers would see. */
export function createPreview(tools: {
  manager: Manager;
  snapshots: PublishedSnapshots;
  printPage: PrintPage;
  publicUrl: string;
}): PreviewPage {
  const { manager, snapshots, printPage, publicUrl } = tools;
  return async (page, work) => {
    const latest = snapshots.inMemory(page.slug);
    const known = isReusable(latest) ? latest : null;
    const rows = await undone(manager, async (inside) => {
      await work(inside);
      return loadPage(inside.store.read, page.id, known, null);
    });
    if (!rows) throw new Error('The page is gone.');
    const snapshot = buildSnapshot(rows, manager.now(), publicUrl, known);
    const printed = await printPage('/render/status', { kind: 'status', snapshot }, String);
    const html = withLogo(printed, snapshot)
      .replace(SCRIPT, '')
      .replace('</head>', () => `${STILL}</head>`);
    return { html, policy: `${policyFor(Buffer.from(html), "'none'")}; frame-ancestors 'self'; sandbox` };
  };
}

/** A preview has no folder of files beside it: the logo stands in the page itself. */
function withLogo(html: string, { page, logo }: PageSnapshot): string {
  if (page.logo === undefined || logo === undefined) return html;
  const type = typeOf(page.logo);
  return html.replace(`src="./${page.logo}"`, () => `src="data:${type};base64,${logo}"`);
}

/** What `look` found in a transaction that leaves no trace. */
async function undone(
  manager: Manager,
  look: (inside: Manager) => Promise<PageRows | null>,
): Promise<PageRows | null> {
  try {
    return await inOneTransaction(manager, async (inside) => {
      throw new Undone(await look(inside));
    });
  } catch (error) {
    if (error instanceof Undone) return error.rows;
    throw error;
  }
}
