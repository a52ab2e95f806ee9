import { existsSync } from 'node:fs';
import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { REVISION_FILE } from './target.ts';

/** Links that are looked at together: each look is a way to another thread and back. */
const AT_ONCE = 100;

/** What became of the links of one folder. */
export interface Synced {
  /** Some lead elsewhere than before. */
  changed: boolean;
  /** None waits for its page to lie at its new place. */
  whole: boolean;
}

/**
 * Makes `{root}/hosts` hold exactly these links, `{name} → ../p/{slug}`, each replaced by rename.
 *
 * @param links slugs of `_default` and routed domains, by name
 * @param moves true of a name whose page has only got another slug: until it lies there, its link leads to where it was
 */
export async function syncHosts(
  root: string,
  links: ReadonlyMap<string, string>,
  moves: (name: string) => boolean = () => false,
): Promise<Synced> {
  const folder = join(root, 'hosts');
  await mkdir(folder, { recursive: true });
  const gone = (await readdir(folder)).filter((name) => !links.has(name));
  for (const name of gone) await rm(join(folder, name), { force: true });
  const synced: Synced = { changed: gone.length > 0, whole: true };
  const wanted = [...links];
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    const some = wanted.slice(from, from + AT_ONCE);
    const done = await Promise.all(some.map(([name, slug]) => link(root, name, slug, moves(name))));
    synced.changed ||= done.includes('linked');
    synced.whole &&= !done.includes('waits');
  }
  return synced;
}

async function link(
  root: string,
  name: string,
  slug: string,
  moves: boolean,
): Promise<'linked' | 'same' | 'waits'> {
  const path = join(root, 'hosts', name);
  const to = `../p/${slug}`;
  const current = await readlink(path).catch(() => null);
  if (current === to) return 'same';
  if (current !== null && moves && !existsSync(join(root, 'p', slug, REVISION_FILE))) return 'waits';
  const fresh = join(root, 'hosts', `.new-${name}`);
  await rm(fresh, { force: true });
  await symlink(to, fresh);
  await rename(fresh, path);
  return 'linked';
}
