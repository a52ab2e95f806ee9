/** Mail over SMTP (RFC 5321). Every step has an end of its own: a server that drips or falls silent holds nobody up. */
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { compose, type Sender } from './compose.ts';
import type { Mail, MailConnection, MailWay } from './mail.ts';
import { MailError, refusal, type Step, silence } from './mail-error.ts';

export interface SmtpOptions {
  host: string;
  port: number;
  secure: boolean;
  user: string | undefined;
  password: string | undefined;
  tls: 'required' | 'offered' | 'unverified' | 'never';
  connections: number;
  /** For each step. */
  timeoutMs: number;
  /** What we call ourselves; undefined for the machine's name. */
  helo: string | undefined;
}

/** Connecting holds look-up, TCP, greeting, EHLO and TLS; a mail MAIL FROM, RCPT TO, DATA and the final dot. */
const STEPS_TO_CONNECT = 2;
const STEPS_TO_SEND = 4;

interface SmtpFault extends Error {
  code?: string;
  originalCode?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  syscall?: string;
}

export class Smtp implements MailWay {
  readonly connections: number;

  constructor(
    private readonly options: SmtpOptions,
    private readonly sender: Sender,
  ) {
    this.connections = options.connections;
  }

  async open(): Promise<MailConnection> {
    const { options } = this;
    const connection = new SMTPConnection({
      host: options.host,
      port: options.port,
      secure: options.secure,
      requireTLS: options.tls === 'required' && !options.secure,
      ignoreTLS: options.tls === 'never',
      tls: { rejectUnauthorized: options.tls !== 'unverified' },
      name: options.helo,
      connectionTimeout: options.timeoutMs,
      dnsTimeout: options.timeoutMs,
      greetingTimeout: options.timeoutMs,
      socketTimeout: options.timeoutMs,
    });
    const line = new Line(connection, options, this.sender);
    await line.connect();
    return line;
  }
}

class Line implements MailConnection {
  sent = 0;
  #usable = false;
  /** The step at work, to be told of whatever happens to the connection. */
  #failed: ((error: SmtpFault) => void) | null = null;

  constructor(
    private readonly connection: SMTPConnection,
    private readonly options: SmtpOptions,
    private readonly sender: Sender,
  ) {
    connection.on('error', (error: SmtpFault) => this.#lost(error));
    connection.on('end', () => this.#lost(new Error('The connection was closed.')));
  }

  get usable(): boolean {
    return this.#usable && !this.connection.destroyed;
  }

  async connect(): Promise<void> {
    const { connection, options } = this;
    await this.#step('connect', STEPS_TO_CONNECT, (done) =>
      connection.connect((error) => done(error ?? null)),
    );
    if (options.user !== undefined) {
      if (!connection.allowsAuth) {
        connection.close();
        throw new MailError('way', 'authentication_not_offered');
      }
      const auth = { user: options.user, pass: options.password ?? '' };
      await this.#step('auth', 1, (done) => connection.login(auth, (error) => done(error)));
    }
    this.#usable = true;
  }

  async send(mail: Mail): Promise<void> {
    const message = await compose(mail, this.sender);
    // Past ASCII before the @ needs SMTPUTF8 (RFC 6531): without it nodemailer would send the bytes all the same.
    if (/[^\x20-\x7e]/.test(mail.to.slice(0, mail.to.lastIndexOf('@'))) && !this.#takesUtf8())
      throw new MailError('never', 'smtputf8_unsupported');
    const envelope = { from: this.sender.from.address, to: [asciiDomain(mail.to)] };
    await this.#step('sender', STEPS_TO_SEND, (done) =>
      this.connection.send(envelope, message, (error) => done(error)),
    );
    this.sent++;
  }

  close(): void {
    this.#usable = false;
    if (this.connection.destroyed) return;
    this.connection.quit();
    setTimeout(() => this.connection.close(), 1_000).unref();
  }

  #takesUtf8(): boolean {
    const { _supportedExtensions: extensions } = this.connection as unknown as {
      _supportedExtensions?: readonly string[];
    };
    return extensions?.includes('SMTPUTF8') ?? false;
  }

  /** One step of the conversation. A failed one leaves no connection behind but after a plain refusal of one mail. */
  async #step(
    step: Step,
    times: number,
    run: (done: (error: SmtpFault | null) => void) => void,
  ): Promise<void> {
    const limit = this.options.timeoutMs * times;
    const fault = await new Promise<SmtpFault | null>((resolve) => {
      const timer = setTimeout(() => {
        resolve(Object.assign(new Error('Too slow.'), { code: 'ETIMEDOUT' }));
        this.connection.close();
      }, limit);
      const done = (error: SmtpFault | null) => {
        clearTimeout(timer);
        resolve(error);
      };
      this.#failed = done;
      run(done);
    });
    this.#failed = null;
    if (!fault) return;
    const error = meaningOf(fault, step);
    const keep = step === 'sender' && fault.responseCode !== undefined && fault.responseCode !== 421;
    if (!keep || this.connection.destroyed) this.#drop();
    else if (!(await this.#reset())) this.#drop();
    throw error;
  }

  /** The next mail begins anew (RFC 5321, section 4.1.1.5). */
  async #reset(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), this.options.timeoutMs);
      const done = (ok: boolean) => {
        clearTimeout(timer);
        resolve(ok);
      };
      this.#failed = () => done(false);
      this.connection.reset((error) => done(!error));
    });
  }

  #drop(): void {
    this.#usable = false;
    this.connection.close();
  }

  #lost(error: SmtpFault): void {
    this.#usable = false;
    this.#failed?.(error);
  }
}

/** @param step the phase: what the connection says of itself is more exact, where it says something */
function meaningOf(fault: SmtpFault, phase: Step): MailError {
  const step = stepOf(fault, phase);
  if (fault.responseCode) return refusal(step, fault.responseCode, fault.response ?? '');
  const codes = [fault.code, fault.originalCode];
  if (codes.includes('ETIMEDOUT')) return silence(step, 'timeout');
  if (codes.includes('EDNS') || codes.includes('ENOTFOUND') || codes.includes('EAI_AGAIN'))
    return silence('connect', 'unknown_host');
  if (fault.code === 'ETLS' || codes.some((code) => code?.startsWith('ERR_TLS') || code?.includes('CERT')))
    return new MailError('way', 'tls_failed');
  if (codes.includes('ECONNREFUSED') || codes.includes('EHOSTUNREACH') || codes.includes('ENETUNREACH'))
    return silence('connect', 'refused');
  if (fault.code === 'EENVELOPE') return new MailError('never', 'address_invalid');
  return silence(step, 'closed');
}

function stepOf({ command }: SmtpFault, phase: Step): Step {
  if (command === 'RCPT TO') return 'recipient';
  if (command === 'DATA') return 'data';
  if (command === 'STARTTLS') return 'tls';
  if (command?.startsWith('AUTH')) return 'auth';
  if (phase === 'connect' && command !== undefined) return 'greeting';
  return phase;
}

/** Servers look up domains in ASCII (RFC 5891). */
function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  if (!/[^\x20-\x7e]/.test(domain)) return address;
  const ascii = URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : domain;
  return `${address.slice(0, at)}@${ascii}`;
}
