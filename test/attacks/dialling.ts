/** Addresses of this machine and its neighbours, in every form that some parser takes for one. */

/** One of each network that is not the public internet, and what clouds answer their secrets at. */
const FORBIDDEN_V4 = [
  ...[
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
  ],
  ...[
    '100.64.0.1',
    '100.127.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  ],
];
const FORBIDDEN_V6 = [
  '::',
  '::1',
  'fe80::1',
  'fe80::1%25lo',
  'fec0::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '2001:db8::1',
  '100::1',
  '2001::1',
  '2002:7f00:1::',
  '64:ff9b:1::1',
  '5f00::1',
  '3fff::1',
];

const hex = (n: number, digits = 1) => n.toString(16).padStart(digits, '0');

/** An IPv4 address as hosts of URLs may say it. */
function formsOf(address: string): string[] {
  const parts = address.split('.').map(Number);
  const [a, b, c, d] = parts as [number, number, number, number];
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const [high, low] = [hex(a * 256 + b), hex(c * 256 + d)];
  const wide = (text: string, zero: number) =>
    text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
  const octal = (n: number) => `0${n.toString(8)}`;
  return [
    ...[
      address,
      `${address}.`,
      String(number),
      `0x${hex(number)}`,
      `0X${hex(number, 8).toUpperCase()}`,
      octal(number),
      `0000${octal(number)}`,
    ],
    ...[
      parts.map((n) => `0x${hex(n)}`).join('.'),
      parts.map(octal).join('.'),
      parts.map((n) => `000${octal(n)}`).join('.'),
      `${a}.0x${hex(b)}.${octal(c)}.${d}`,
    ],
    ...[
      `${a}.${(b * 256 + c) * 256 + d}`,
      `${a}.${b}.${c * 256 + d}`,
      `0x${hex(a)}.${(b * 256 + c) * 256 + d}`,
    ],
    ...[
      wide(address, 0xff10),
      address.replaceAll('.', '\u3002'),
      address.replaceAll('.', '\uff0e'),
      wide(address, 0x1d7ce),
    ],
    ...[
      [...address].map((one) => (one === '.' ? one : `%${hex(one.charCodeAt(0))}`)).join(''),
      address.replaceAll('.', '%2e'),
      address.replaceAll('.', '%2E.').slice(0, -1),
    ],
    ...[
      `[::ffff:${address}]`,
      `[::ffff:${high}:${low}]`,
      `[0:0:0:0:0:FFFF:${high}:${low}]`,
      `[::${address}]`,
      `[::${high}:${low}]`,
      `[::ffff:0:${high}:${low}]`,
    ],
    ...[
      `[64:ff9b::${address}]`,
      `[64:ff9b::${high}:${low}]`,
      `[64:ff9b:1::${high}:${low}]`,
      `[2002:${high}:${low}::]`,
      `[2001:0:${high}:${low}::]`,
      `[fe80::5efe:${high}:${low}]`,
    ],
  ];
}

/** Hosts by which nothing may be dialled. */
export const FORBIDDEN_HOSTS: readonly string[] = [
  ...FORBIDDEN_V4.flatMap(formsOf),
  ...FORBIDDEN_V6.flatMap((address) => [`[${address}]`, `[${address.toUpperCase()}]`]),
  ...[
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::1',
    '::1',
    '[::1]x',
    '0',
    '0x0',
    '00',
    '127.1',
    '127.0.1',
  ],
];

/** Answers of DNS of which no address may be dialled. */
export const FORBIDDEN_ADDRESSES: readonly string[] = [
  ...FORBIDDEN_V4,
  ...FORBIDDEN_V6.filter((one) => !one.includes('%')),
  ...FORBIDDEN_V4.flatMap((one) => [`::ffff:${one}`, `64:ff9b::${one}`]),
];
