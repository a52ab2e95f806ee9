/** Signature Version 4, as a store checks it: written apart from what signs. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Null when the request is signed with this key and has not been changed since, else the code of the refusal. */
export function refusalOf(
  request: IncomingMessage,
  body: Buffer,
  { accessKey, secretKey }: { accessKey: string; secretKey: string },
): string | null {
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (!authorization) return 'AccessDenied';
  const [, credential = '', names = '', signature = ''] = authorization;
  const [id = '', day = '', region = '', service = ''] = credential.split('/');
  if (id !== accessKey) return 'InvalidAccessKeyId';
  const header = (name: string) =>
    String(request.headers[name] ?? '')
      .trim()
      .replace(/\s+/g, ' ');
  const payload = header('x-amz-content-sha256');
  if (payload !== createHash('sha256').update(body).digest('hex')) return 'XAmzContentSHA256Mismatch';
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const canonical = [
    request.method,
    path,
    query.split('&').filter(Boolean).map(asInSignature).sort().join('&'),
    ...names.split(';').map((name) => `${name}:${header(name)}`),
    '',
    names,
    payload,
  ].join('\n');
  const scope = [day, region, service, 'aws4_request'].join('/');
  const time = header('x-amz-date');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    Buffer.from(`AWS4${secretKey}`),
  );
  const expected = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', time, scope, digest].join('\n'))
    .digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? null : 'SignatureDoesNotMatch';
}

/** Percent-encoded as RFC 3986 has it, whatever form it came in. */
function asInSignature(pair: string): string {
  const [name = '', value = ''] = pair.split('=');
  const plain = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
  const encode = (text: string) =>
    encodeURIComponent(plain(text)).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  return `${encode(name)}=${encode(value)}`;
}
