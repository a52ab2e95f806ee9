/** The environment, read once (contract, section 1). Every variable also reads `NAME_FILE`. */

import type { BlockList } from 'node:net';
import { resolve } from 'node:path';
import { databaseOf, portOf, publicUrlOf, purgeUrlOf } from './config/addresses.ts';
import { adminOf, type Bootstrap, bootstrapOf } from './config/bootstrap.ts';
import { ConfigError } from './config/error.ts';
import { type MailConfig, mailOf } from './config/mail.ts';
import { dnsServersOf, networksOf } from './config/networks.ts';
import { PublishToError, type TargetAddress, targetsOf } from './config/publish-to.ts';
import { type Environment, readVariable } from './config/variable.ts';

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
  bootstrap: Bootstrap | null;
  /** True when a variable of the first start is set. */
  hasBootstrap: boolean;
}

/** @throws ConfigError for a value that can't be used */
export function readConfig(env: Environment): Config {
  const get = (name: string) => readVariable(env, name);
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
