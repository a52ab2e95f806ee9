/** Where this process listens, what it is called, and whom it asks (contract, section 1). */
import { isIP } from 'node:net';
import { ConfigError } from './error.ts';

export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new ConfigError(`PORT is "${text}". Set a number from 0 to 65535.`);
  return port;
}

/** True of an address, or the name localhost, that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

export function publicUrlOf(text: string | undefined, host: string, port: number): string {
  if (text === undefined) {
    if (!isLoopback(host)) {
      throw new ConfigError(
        `PUBLIC_URL is not set and HOST is ${host}. Set PUBLIC_URL to the origin that visitors use, like https://status.example.com.`,
      );
    }
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain =
    url &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    !url.search &&
    !url.hash &&
    !url.username &&
    !url.password;
  if (!plain)
    throw new ConfigError(
      `PUBLIC_URL is "${text}". Set an http or https origin without a path, like https://status.example.com.`,
    );
  return url.origin;
}

export function databaseOf(text: string | undefined, dataDir: string): string {
  if (text === undefined) return `file:${dataDir}/daymark.db`;
  if (!/^(file:.+|libsql:\/\/.+|https?:\/\/.+)/.test(text)) {
    throw new ConfigError('DATABASE_URL must begin with file:, libsql://, http:// or https://.');
  }
  return text;
}

export function purgeUrlOf(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) return text;
  throw new ConfigError(`PURGE_URL is "${text}". Set an http or https address.`);
}
