/** How mail leaves (contract, section 1): SMTP_URL, MAIL_FROM and the three variables of DKIM. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ConfigError } from './error.ts';

export interface SmtpConfig {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps:`). */
  secure: boolean;
  user: string | undefined;
  password: string | undefined;
  /** Whether STARTTLS must be there, is used when it is, or is left alone; `unverified` takes any certificate. */
  tls: 'required' | 'offered' | 'unverified' | 'never';
  /** Connections at most, one of which is for letters alone. */
  connections: number;
  /** How long the server may take for each step. */
  timeoutMs: number;
}

export interface DkimConfig {
  domain: string;
  selector: string;
  /** RSA, PEM. */
  key: string;
}

export interface MailConfig {
  /** Null: each message becomes a file. */
  smtp: SmtpConfig | null;
  from: { name: string; address: string };
  dkim: DkimConfig | null;
}

const CONNECTIONS = { least: 2, most: 50, usual: 5 };
const TIMEOUT_S = { least: 1, most: 600, usual: 30 };
const TLS = ['required', 'unverified', 'never'] as const;
const LEAST_RSA_BITS = 1024;
/** For files, which go nowhere. */
const NOBODY = { name: '', address: 'status@localhost' };

/** @throws ConfigError for a value that can't be used */
export function mailOf(get: (name: string) => string | undefined): MailConfig {
  const smtp = smtpOf(get('SMTP_URL'));
  const from = fromOf(get('MAIL_FROM'));
  if (smtp && !from)
    throw new ConfigError(
      'MAIL_FROM is not set and SMTP_URL is. Set MAIL_FROM to the sender, like Status <status@example.com>.',
    );
  return { smtp, from: from ?? NOBODY, dkim: dkimOf(get) };
}

function smtpOf(text: string | undefined): SmtpConfig | null {
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  // What is wrong is told without the value: it may hold a password.
  if (
    !url ||
    !/^smtps?:$/.test(url.protocol) ||
    url.hostname === '' ||
    !/^\/?$/.test(url.pathname) ||
    url.hash
  )
    throw new ConfigError(
      'SMTP_URL must be like smtp://user:password@mail.example.com:587 or smtps://…:465. Write special characters of the password as %XX.',
    );
  const known = new Set(['connections', 'timeout', 'tls']);
  for (const name of url.searchParams.keys())
    if (!known.has(name))
      throw new ConfigError(`SMTP_URL has the parameter "${name}". Known are connections, timeout and tls.`);
  const secure = url.protocol === 'smtps:';
  const user = url.username === '' ? undefined : decoded(url.username);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const tls = tlsOf(url.searchParams.get('tls'));
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    user,
    password: user === undefined ? undefined : decoded(url.password),
    // A password is not sent in the clear to another machine because somebody in between took STARTTLS out.
    tls: tls ?? (user !== undefined && !isLocal(host) ? 'required' : 'offered'),
    connections: whole(url, 'connections', CONNECTIONS),
    timeoutMs: whole(url, 'timeout', TIMEOUT_S) * 1000,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConfigError('SMTP_URL holds a % in user or password that is not written as %25.');
  }
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function tlsOf(text: string | null): (typeof TLS)[number] | null {
  if (text === null) return null;
  const known = TLS.find((one) => one === text);
  if (!known) throw new ConfigError(`SMTP_URL has tls=${text}. Set ${TLS.join(', ')}, or leave it out.`);
  return known;
}

function whole(
  url: URL,
  name: string,
  { least, most, usual }: { least: number; most: number; usual: number },
): number {
  const text = url.searchParams.get(name);
  if (text === null) return usual;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new ConfigError(`SMTP_URL has ${name}=${text}. Set a number from ${least} to ${most}.`);
  return value;
}

function fromOf(text: string | undefined): MailConfig['from'] | null {
  if (text === undefined) return null;
  const match = /^(?:(?<name>[^<>\p{Cc}]*?)\s*<(?<inner>[^<>]+)>|(?<bare>\S+))$/u.exec(text.trim());
  const address = match?.groups?.inner ?? match?.groups?.bare ?? '';
  if (!/^[\x21-\x7e]+@[a-z0-9][a-z0-9.-]*[a-z0-9]$/i.test(address) || /[<>(),;:\\"[\]]/.test(address))
    throw new ConfigError(
      `MAIL_FROM is "${text}". Set an address, or a name and an address like Status <status@example.com>.`,
    );
  return { name: (match?.groups?.name ?? '').replace(/^"(.*)"$/, '$1'), address };
}

function dkimOf(get: (name: string) => string | undefined): DkimConfig | null {
  const names = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY'] as const;
  const [domain, selector, key] = names.map(get);
  const missing = names.filter((name) => get(name) === undefined);
  if (domain === undefined || selector === undefined || key === undefined) {
    if (missing.length === names.length) return null;
    throw new ConfigError(
      `${missing.join(' and ')} not set. DKIM needs ${names.join(', ')}, or none of them.`,
    );
  }
  const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
  if (!new RegExp(`^${label}(?:\\.${label})+$`, 'i').test(domain))
    throw new ConfigError(`DKIM_DOMAIN is "${domain}". Set a domain, like example.com.`);
  if (!new RegExp(`^${label}(?:\\.${label})*$`, 'i').test(selector))
    throw new ConfigError(`DKIM_SELECTOR is "${selector}". Set the name below _domainkey, like daymark.`);
  const pem = key.replaceAll('\\n', '\n');
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = privateKey(pem);
  if (type !== 'rsa')
    throw new ConfigError(
      `DKIM_KEY is a key of the type ${type}. Mails are signed with RSA: make one with openssl genrsa 2048.`,
    );
  if ((details?.modulusLength ?? 0) < LEAST_RSA_BITS)
    throw new ConfigError(`DKIM_KEY is an RSA key of under ${LEAST_RSA_BITS} bits. Make one of 2048.`);
  return { domain, selector, key: pem };
}

function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new ConfigError(
      'DKIM_KEY holds no private key in PEM, without a passphrase. Name its file in DKIM_KEY_FILE.',
    );
  }
}
