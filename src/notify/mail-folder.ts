/** Without a mail server each message becomes a file, for a look at it or for a program that hands it on. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compose, type Sender } from './compose.ts';
import type { Mail, MailConnection, MailWay } from './mail.ts';
import { MailError } from './mail-error.ts';

const CONNECTIONS = 5;

export class MailFolder implements MailWay {
  readonly connections = CONNECTIONS;

  constructor(
    private readonly path: string,
    private readonly sender: Sender,
  ) {}

  async open(): Promise<MailConnection> {
    const { path, sender } = this;
    await mkdir(path, { recursive: true }).catch(refused);
    let sent = 0;
    return {
      usable: true,
      get sent() {
        return sent;
      },
      async send(mail: Mail) {
        await writeWhole(join(path, `${mail.id}.eml`), await compose(mail, sender)).catch(refused);
        sent++;
      },
      close() {},
    };
  }
}

/** A file that is there is whole, and on disk. Its name is that of the delivery: a repeat replaces it. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const making = `${path}.new`;
  const file = await open(making, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await rm(making, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(making, path);
  const folder = await open(join(path, '..'), 'r');
  await folder.sync().finally(() => folder.close());
}

function refused(error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  throw new MailError('way', `outbox_not_writable_${code.toLowerCase()}`);
}
