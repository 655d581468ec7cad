import { RedriveError } from '../redrive-error.ts';

/** What a user's way to name a queue tells of it. */
export interface SqsAddress {
  name: string;
  accountId?: string;
  region?: string;
}

/** Reads a URL, an ARN or a plain name. @throws RedriveError */
export function sqsAddress(text: string): SqsAddress {
  const [, arnRegion, arnAccount, arnName] = /^arn:[\w-]+:sqs:([^:]+):(\d+):([^:]+)$/.exec(text) ?? [];
  if (arnName !== undefined) return { name: arnName, ...found(arnRegion, arnAccount) };
  if (URL.canParse(text) && text.startsWith('http')) {
    const { hostname, pathname } = new URL(text);
    const [, accountId, name] = /^\/(\d+)\/([^/]+)$/.exec(pathname) ?? [];
    const [, region] = /^sqs\.([\w-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname) ?? [];
    if (name !== undefined) return { name, ...found(region, accountId) };
  }
  if (/^[\w-]{1,80}(?:\.fifo)?$/.test(text)) return { name: text };
  throw new RedriveError(
    `'${text}' names no SQS queue. Give its URL, its ARN or its name (of a Lambda or SNS dead-letter queue as well).`,
  );
}

const found = (region: string | undefined, accountId: string | undefined) => ({
  ...(region !== undefined && { region }),
  ...(accountId !== undefined && { accountId }),
});
