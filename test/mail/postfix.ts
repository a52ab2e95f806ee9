/** Debian's postfix, with a configuration of its own, on a port of its own: mail for example.com becomes files. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../server/free-port.ts';

const POSTFIX = '/usr/sbin/postfix';
const run = promisify(execFile);

export interface Postfix {
  port: number;
  /** Mails that lie in the mailbox of `name@example.com`. */
  mailbox(name: string): Buffer[];
  close(): Promise<void>;
}

/** Postfix starts as root alone. */
export function hasPostfix(): boolean {
  return existsSync(POSTFIX) && process.getuid?.() === 0;
}

const SERVICES = [
  ['pickup', 'unix', 'n', '60', '1', 'pickup'],
  ['cleanup', 'unix', 'n', '-', '0', 'cleanup'],
  ['qmgr', 'unix', 'n', '300', '1', 'qmgr'],
  ['rewrite', 'unix', '-', '-', '-', 'trivial-rewrite'],
  ['bounce', 'unix', '-', '-', '0', 'bounce'],
  ['defer', 'unix', '-', '-', '0', 'bounce'],
  ['trace', 'unix', '-', '-', '0', 'bounce'],
  ['verify', 'unix', '-', '-', '1', 'verify'],
  ['proxymap', 'unix', '-', '-', '-', 'proxymap'],
  ['error', 'unix', '-', '-', '-', 'error'],
  ['retry', 'unix', '-', '-', '-', 'error'],
  ['virtual', 'unix', '-', '-', '-', 'virtual'],
  ['anvil', 'unix', '-', '-', '1', 'anvil'],
  ['postlog', 'unix-dgram', 'n', '-', '1', 'postlogd'],
];

/** @param names whoever has a mailbox at example.com */
export async function startPostfix(names: readonly string[]): Promise<Postfix> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'daymark-postfix-'));
  const owner = Number((await run('id', ['-u', 'postfix'])).stdout);
  const group = Number((await run('id', ['-g', 'postfix'])).stdout);
  const config = join(folder, 'config');
  const boxes = join(folder, 'boxes');
  for (const name of ['config', 'queue', 'data', 'boxes']) mkdirSync(join(folder, name), { mode: 0o755 });
  chmodSync(folder, 0o755);
  for (const name of ['data', 'boxes']) chownSync(join(folder, name), owner, group);
  const settings = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    maillog_file: join(folder, 'data/mail.log'),
    maillog_file_prefixes: tmpdir(),
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    myhostname: 'mail.example',
    mydestination: '',
    local_recipient_maps: '',
    alias_maps: '',
    virtual_mailbox_domains: 'example.com',
    virtual_mailbox_base: boxes,
    virtual_mailbox_maps: `texthash:${config}/mailboxes`,
    virtual_uid_maps: `static:${owner}`,
    virtual_gid_maps: `static:${group}`,
    virtual_minimum_uid: '1',
    smtpd_recipient_restrictions: 'reject_unauth_destination',
    // Nothing leaves this machine, whatever happens.
    default_transport: 'error:no mail leaves the test',
    relay_transport: 'error:no mail leaves the test',
  };
  writeFileSync(
    join(config, 'main.cf'),
    Object.entries(settings)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join(''),
  );
  const lines = [[`127.0.0.1:${port}`, 'inet', '-', '-', '-', 'smtpd'], ...SERVICES].map(
    ([name, type, isPrivate, wake, most, command]) =>
      `${name} ${type} ${isPrivate === 'n' || type === 'inet' ? 'n' : '-'} ${name === 'virtual' ? 'n' : '-'} n ${wake} ${most} ${command}\n`,
  );
  writeFileSync(join(config, 'master.cf'), lines.join(''));
  writeFileSync(
    join(config, 'mailboxes'),
    names
      .map(
        (name) => `${name}@example.com ${name}/
`,
      )
      .join(''),
  );
  for (const name of ['postfix-files', 'dynamicmaps.cf'])
    if (existsSync(`/etc/postfix/${name}`))
      writeFileSync(join(config, name), readFileSync(`/etc/postfix/${name}`));
  await run(POSTFIX, ['-c', config, 'start']);
  return {
    port,
    mailbox(name) {
      const box = join(boxes, name, 'new');
      return existsSync(box) ? readdirSync(box).map((file) => readFileSync(join(box, file))) : [];
    },
    async close() {
      await run(POSTFIX, ['-c', config, 'stop']).catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
