import { connect, type Socket } from 'node:net';

/**
 * One kept connection and one request at a time on it, with hardly anything between the two clocks and the socket: what a
 * caller's own library takes is no part of what a server takes. Answers must carry `Content-Length`.
 */
export class Wire {
  #done: ((answer: string) => void) | null = null;
  #failed: (error: Error) => void = () => undefined;
  #answer = '';
  readonly #socket: Socket;
  readonly #host: string;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.#read(String(text)));
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', () => this.#failed(new Error('the server closed the connection')));
  }

  /** @param url of the server, without a path */
  static async to(url: string): Promise<Wire> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Wire(socket, host);
  }

  /**
   * Resolves with the whole answer, its head included. @throws Error when it is not 2xx
   *
   * @param body in ASCII
   */
  async send(method: string, path: string, body: string, headers: readonly string[] = []): Promise<string> {
    const head = [
      `${method} ${path} HTTP/1.1`,
      `Host: ${this.#host}`,
      'Content-Type: application/json',
      ...headers,
    ];
    const answer = await new Promise<string>((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('the server closed the connection'));
      this.#done = resolve;
      this.#failed = reject;
      this.#socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    if (!/^HTTP\/1\.1 2\d\d /.test(answer)) throw new Error(`${method} ${path}: ${answer.slice(0, 600)}`);
    return answer;
  }

  close(): void {
    this.#failed = () => undefined;
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#answer += text;
    const end = this.#answer.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#answer)?.[1] ?? Number.NaN);
    if (this.#answer.length < end + 4 + length) return;
    const answer = this.#answer;
    this.#answer = '';
    this.#done?.(answer);
  }
}
