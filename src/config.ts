/** The environment, read once (contract, section 1). Every variable also reads `NAME_FILE`. */

import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { ConfigError } from './config/error.ts';
import { type MailConfig, mailOf } from './config/mail.ts';
import { PublishToError, type TargetAddress, targetsOf } from './config/publish-to.ts';

export { ConfigError };

export interface Config {
  host: string;
  port: number;
  /** An origin, without a final slash. */
  publicUrl: string;
  dataDir: string;
  databaseUrl: string;
  databaseAuthToken: string | undefined;
  /** Targets besides `DATA_DIR/site`. */
  publishTo: TargetAddress[];
  /** False: the secret lies in the data directory. */
  hasSecretKey: boolean;
  /** Called after a publish. */
  purgeUrl: string | undefined;
  trustedProxies: BlockList | null;
  /** Networks that webhooks may reach besides the public ones. */
  webhooksAllow: BlockList | null;
  metricsToken: string | undefined;
  /** Resolvers to ask, `address` or `address:port`; empty for those of the system. */
  dnsServers: string[];
  mail: MailConfig;
  bootstrap: {
    organization: string;
    apiKey: string | undefined;
    admin: { email: string; password: string } | undefined;
  } | null;
  /** True when a variable of the first start is set. */
  hasBootstrap: boolean;
}

type Environment = Record<string, string | undefined>;

/** @throws ConfigError for a value that can't be used */
export function readConfig(env: Environment): Config {
  const get = (name: string) => read(env, name);
  const host = get('HOST') ?? '127.0.0.1';
  const port = portOf(get('PORT') ?? '4321');
  const dataDir = resolve(get('DATA_DIR') ?? './data');
  const databaseUrl = databaseOf(get('DATABASE_URL'), dataDir);
  return {
    host,
    port,
    publicUrl: publicUrlOf(get('PUBLIC_URL'), host, port),
    dataDir,
    databaseUrl,
    databaseAuthToken: get('DATABASE_AUTH_TOKEN'),
    publishTo: publishToOf(get),
    hasSecretKey: get('SECRET_KEY') !== undefined,
    purgeUrl: purgeUrlOf(get('PURGE_URL')),
    trustedProxies: networksOf('TRUSTED_PROXIES', get('TRUSTED_PROXIES')),
    webhooksAllow: networksOf('WEBHOOKS_ALLOW', get('WEBHOOKS_ALLOW')),
    metricsToken: get('METRICS_TOKEN'),
    dnsServers: dnsServersOf(get('DNS_SERVERS')),
    mail: mailOf(get),
    bootstrap: bootstrapOf(
      get('DAYMARK_ORGANIZATION'),
      get('DAYMARK_API_KEY'),
      adminOf(get('DAYMARK_ADMIN_EMAIL'), get('DAYMARK_ADMIN_PASSWORD')),
    ),
    hasBootstrap: [
      'DAYMARK_ORGANIZATION',
      'DAYMARK_API_KEY',
      'DAYMARK_ADMIN_EMAIL',
      'DAYMARK_ADMIN_PASSWORD',
    ].some((name) => get(name) !== undefined),
  };
}

function read(env: Environment, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || undefined;
  if (env[name]) throw new ConfigError(`${name} and ${name}_FILE are both set. Unset one of them.`);
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    throw new ConfigError(`${name}_FILE names ${file}, which can not be read. Name a readable file.`);
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new ConfigError(`PORT is "${text}". Set a number from 0 to 65535.`);
  return port;
}

/** True of an address, or the name localhost, that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function publicUrlOf(text: string | undefined, host: string, port: number): string {
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

function databaseOf(text: string | undefined, dataDir: string): string {
  if (text === undefined) return `file:${dataDir}/daymark.db`;
  if (!/^(file:.+|libsql:\/\/.+|https?:\/\/.+)/.test(text)) {
    throw new ConfigError('DATABASE_URL must begin with file:, libsql://, http:// or https://.');
  }
  return text;
}

function publishToOf(get: (name: string) => string | undefined): TargetAddress[] {
  try {
    return targetsOf(get('PUBLISH_TO'), {
      accessKeyId: get('AWS_ACCESS_KEY_ID'),
      secretAccessKey: get('AWS_SECRET_ACCESS_KEY'),
      sessionToken: get('AWS_SESSION_TOKEN'),
      region: get('AWS_REGION'),
    });
  } catch (error) {
    throw error instanceof PublishToError ? new ConfigError(error.message) : error;
  }
}

function purgeUrlOf(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) return text;
  throw new ConfigError(`PURGE_URL is "${text}". Set an http or https address.`);
}

function networksOf(name: string, text: string | undefined): BlockList | null {
  if (text === undefined) return null;
  const list = new BlockList();
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > most || bits === '') {
      throw new ConfigError(`${name} holds "${entry}". Name addresses or networks, like 10.0.0.0/8, ::1.`);
    }
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function dnsServersOf(text: string | undefined): string[] {
  const entries = (text ?? '').split(',').map((entry) => entry.trim());
  return entries
    .filter((entry) => entry !== '')
    .map((entry) => {
      const host =
        /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ??
        (isIP(entry) === 6 ? entry : entry.replace(/:\d+$/, ''));
      const port = isIP(entry) === 6 ? 53 : Number(/:(\d+)$/.exec(entry)?.[1] ?? 53);
      if (isIP(host) === 0 || port < 1 || port > 65_535)
        throw new ConfigError(
          `DNS_SERVERS holds "${entry}". Name addresses, like 192.0.2.53, 127.0.0.1:5353 or [2001:db8::53]:53.`,
        );
      return entry;
    });
}

type Bootstrap = NonNullable<Config['bootstrap']>;

const SHORTEST_PASSWORD = 10;

function adminOf(email: string | undefined, password: string | undefined): Bootstrap['admin'] {
  if (email === undefined && password === undefined) return undefined;
  if (email === undefined)
    throw new ConfigError(
      'DAYMARK_ADMIN_PASSWORD needs DAYMARK_ADMIN_EMAIL: set it to the address of the owner.',
    );
  if (password === undefined)
    throw new ConfigError(
      'DAYMARK_ADMIN_EMAIL needs DAYMARK_ADMIN_PASSWORD: set it to the password of the owner.',
    );
  if (!/^[^@\s,;<>"]{1,64}@[^@\s,;<>"]+\.[^@.\s,;<>"]{2,}$/.test(email))
    throw new ConfigError(`DAYMARK_ADMIN_EMAIL is "${email}". Set a mail address, like ines@example.com.`);
  if (password.length < SHORTEST_PASSWORD || password.length > 200)
    throw new ConfigError(
      `DAYMARK_ADMIN_PASSWORD must be ${SHORTEST_PASSWORD} to 200 characters. Set another one.`,
    );
  return { email, password };
}

function bootstrapOf(
  organization: string | undefined,
  apiKey: string | undefined,
  admin: Bootstrap['admin'],
): Config['bootstrap'] {
  if (apiKey !== undefined) {
    if (!/^sk_live_[A-Za-z0-9_-]{24,}$/.test(apiKey)) {
      throw new ConfigError(
        'DAYMARK_API_KEY must be sk_live_ and at least 24 letters, digits, - or _ behind it.',
      );
    }
    if (organization === undefined)
      throw new ConfigError(
        'DAYMARK_API_KEY needs DAYMARK_ORGANIZATION: set it to the name of the organization that the key is for.',
      );
  }
  if (admin !== undefined && organization === undefined)
    throw new ConfigError(
      'DAYMARK_ADMIN_EMAIL needs DAYMARK_ORGANIZATION: set it to the name of the organization that the owner is of.',
    );
  if (organization !== undefined && ([...organization].length > 200 || /\p{Cc}/u.test(organization)))
    throw new ConfigError(
      'DAYMARK_ORGANIZATION must be 1 to 200 characters on one line. Set a shorter name.',
    );
  return organization === undefined ? null : { organization, apiKey, admin };
}

/** Makes the data directory. @throws ConfigError when this process can't write there */
export function makeDataDir({ dataDir }: Config): void {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError(
      `DATA_DIR is ${dataDir}, which can not be written to (${code}). Set a folder that this user may write to.`,
    );
  }
}

/** Node's own `recursive` never ends below `/proc`, where no folder can be made and nothing says so. */
function makeFolder(path: string): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return;
    throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  }
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

/**
 * The installation's secret: SECRET_KEY, or a file of mode 0600 in the data directory, made at the first start.
 *
 * @throws ConfigError when a remote database has no SECRET_KEY
 */
export function readSecret(env: Environment, config: Config): string {
  const given = read(env, 'SECRET_KEY');
  if (given !== undefined) {
    if (given.length < 32)
      throw new ConfigError('SECRET_KEY is too short. Set at least 32 random characters.');
    return given;
  }
  if (!config.databaseUrl.startsWith('file:')) {
    throw new ConfigError(
      'SECRET_KEY is not set, and a remote database is shared by processes. Set the same SECRET_KEY for all of them.',
    );
  }
  const path = `${config.dataDir}/secret.key`;
  if (!existsSync(path)) {
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  const secret = readFileSync(path, 'utf8').trim();
  if (secret.length < 32)
    throw new ConfigError(
      `SECRET_KEY is not set, and ${path} holds no secret. Restore that file from a backup.`,
    );
  return secret;
}
