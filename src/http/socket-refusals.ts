/** What is answered where Node makes no request of what came: straight to the socket, in the contract's form. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorBody, HttpError } from './errors.ts';

export const HEADER_BYTES = 16 * 1024;

/** What Node itself would answer, in the contract's form. */
export function refuseMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (error.code === 'HPE_HEADER_OVERFLOW')
    refuse(socket, 431, `The headers are larger than ${HEADER_BYTES / 1024} KiB.`);
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    refuse(socket, 408, 'The request took too long to arrive.');
  else refuse(socket, 400, 'The request is malformed.');
}

/** Answers and closes the connection. */
export function refuse(socket: Socket, status: number, detail: string): void {
  const body = errorBody(new HttpError(status, detail));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}
