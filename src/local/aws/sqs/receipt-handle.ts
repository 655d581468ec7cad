import { sqsError } from './errors.ts';

const prefix = 'AQEB';

/** The receipt of a lease as SQS hands it out: opaque, and begun like the real ones. */
export const receiptHandle = (receipt: string) => prefix + Buffer.from(receipt).toString('base64');

/** @throws AwsError ReceiptHandleIsInvalid */
export function receiptOf(handle: string): string {
  const receipt = handle.startsWith(prefix)
    ? Buffer.from(handle.slice(prefix.length), 'base64').toString()
    : '';
  if (/^[\da-f-]{36}\/\d+$/.test(receipt)) return receipt;
  throw sqsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
}
