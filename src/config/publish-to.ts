/** `PUBLISH_TO`: further targets beside `DATA_DIR/site` (contract, section 1). */

/** A value of the variable that can't be used; the message says what to write instead. */
export class PublishToError extends Error {}

export interface FolderAddress {
  kind: 'folder';
  path: string;
}

export interface BucketAddress {
  kind: 's3';
  /** Without credentials, for logs. */
  name: string;
  bucket: string;
  /** Before every key, without slashes at its ends; may be empty. */
  prefix: string;
  /** An origin; null for Amazon's own. */
  endpoint: string | null;
  region: string;
  /** Keys end like files: for stores that refuse a key below another. */
  suffixed: boolean;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

export type TargetAddress = FolderAddress | BucketAddress;

/** What the environment says for all buckets. */
export interface BucketDefaults {
  accessKeyId: string | undefined;
  secretAccessKey: string | undefined;
  sessionToken: string | undefined;
  region: string | undefined;
}

const PARAMETERS = ['endpoint', 'region', 'keys'];

/** @throws PublishToError */
export function targetsOf(text: string | undefined, defaults: BucketDefaults): TargetAddress[] {
  const entries = (text ?? '').split(',').map((entry) => entry.trim());
  const targets = entries
    .filter((entry) => entry !== '')
    .map((entry) => (entry.startsWith('s3:') ? bucketOf(entry, defaults) : folderOf(entry)));
  const names = targets.map((target) =>
    target.kind === 's3' ? `${target.endpoint} ${target.name}` : target.path,
  );
  const twice = targets.find((_, place) => names.indexOf(names[place]!) !== place);
  if (twice)
    throw new PublishToError(
      `PUBLISH_TO names ${twice.kind === 's3' ? twice.name : twice.path} twice. Name it once.`,
    );
  return targets;
}

function folderOf(entry: string): FolderAddress {
  const path = /^file:(?:\/\/)?(\/.+)$/.exec(entry)?.[1];
  if (!path)
    throw new PublishToError(
      `PUBLISH_TO holds "${entry}". Name folders as file:/absolute/path, buckets as s3://bucket/prefix?endpoint=https://…&region=….`,
    );
  if (/^\/(proc|sys)\//.test(path))
    throw new PublishToError(`PUBLISH_TO holds "${entry}", where no file can be kept. Name another folder.`);
  return { kind: 'folder', path: path.replace(/\/+$/, '') };
}

function bucketOf(entry: string, defaults: BucketDefaults): BucketAddress {
  const url = URL.canParse(entry) ? new URL(entry) : null;
  const bucket = url?.hostname ?? '';
  // Without what may be a secret.
  const shown = entry.replace(/\/\/[^/@]*@/, '//…@');
  if (!url || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new PublishToError(
      `PUBLISH_TO holds "${shown}". Name buckets as s3://bucket/prefix?endpoint=https://…&region=….`,
    );
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown)
    throw new PublishToError(
      `PUBLISH_TO holds "${shown}". "${unknown}" is not known; there are ${PARAMETERS.join(', ')}.`,
    );
  const keys = url.searchParams.get('keys');
  if (keys !== null && keys !== 'suffixed')
    throw new PublishToError(`PUBLISH_TO holds "${shown}". Write keys=suffixed, or leave it out.`);
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  const accessKeyId = decodeURIComponent(url.username) || defaults.accessKeyId;
  const secretAccessKey = decodeURIComponent(url.password) || defaults.secretAccessKey;
  const name = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  if (!accessKeyId || !secretAccessKey)
    throw new PublishToError(
      `PUBLISH_TO holds ${name}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that may write there.`,
    );
  return {
    ...{ kind: 's3', name, bucket, prefix, accessKeyId, secretAccessKey },
    endpoint: endpointOf(url.searchParams.get('endpoint'), shown),
    region: url.searchParams.get('region') || defaults.region || 'us-east-1',
    suffixed: keys === 'suffixed',
    sessionToken: url.username ? undefined : defaults.sessionToken,
  };
}

function endpointOf(text: string | null, shown: string): string | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search ||
    url.hash ||
    url.username
  )
    throw new PublishToError(
      `PUBLISH_TO holds "${shown}". Its endpoint must be an http or https origin, like https://s3.example.com.`,
    );
  return url.origin;
}
