import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

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
  for (const [name, slug] of links) {
    const path = join(folder, name);
    const to = `../p/${slug}`;
    const current = await readlink(path).catch(() => null);
    if (current === to) continue;
    const fresh = join(folder, `.new-${name}`);
    await rm(fresh, { force: true });
    await symlink(to, fresh);
    await rename(fresh, path);
  }
}
