import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Links that are looked at together: each look is a way to another thread and back. */
const AT_ONCE = 100;

/**
 * Makes `{root}/hosts` hold exactly these links, `{name} → ../p/{slug}`, each replaced by rename.
 *
 * @param links `_default` and routed domains, by name
 */
export async function syncHosts(root: string, links: ReadonlyMap<string, string>): Promise<void> {
  const folder = join(root, 'hosts');
  await mkdir(folder, { recursive: true });
  const there = await readdir(folder);
  for (const name of there) if (!links.has(name)) await rm(join(folder, name), { force: true });
  const wanted = [...links];
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    await Promise.all(wanted.slice(from, from + AT_ONCE).map(([name, slug]) => link(folder, name, slug)));
  }
}

async function link(folder: string, name: string, slug: string): Promise<void> {
  const path = join(folder, name);
  const to = `../p/${slug}`;
  const current = await readlink(path).catch(() => null);
  if (current === to) return;
  const fresh = join(folder, `.new-${name}`);
  await rm(fresh, { force: true });
  await symlink(to, fresh);
  await rename(fresh, path);
}
