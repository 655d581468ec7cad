// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
import { s3Error } from './errors.ts';

export interface DecodedBody {
  body: Buffer;
  /** Names in lower case. */
  trailers: Record<string, string>;
}

const incomplete = () => s3Error('IncompleteBody', 'The request body terminated unexpectedly');

/** Takes a body of content encoding `aws-chunked` apart. @throws AwsError IncompleteBody */
export function decodeAwsChunked(encoded: Buffer): DecodedBody {
  const pieces: Buffer[] = [];
  let position = 0;
  for (;;) {
    const end = encoded.indexOf('\r\n', position, 'latin1');
    if (end === -1) throw incomplete();
    // A signed chunk has its signature behind its size.
    const [size = ''] = encoded.toString('latin1', position, end).split(';', 1);
    if (!/^[\da-fA-F]+$/.test(size)) throw incomplete();
    const length = Number.parseInt(size, 16);
    position = end + 2;
    if (length === 0) break;
    if (position + length + 2 > encoded.length) throw incomplete();
    pieces.push(encoded.subarray(position, position + length));
    position += length + 2;
  }
  const trailers: Record<string, string> = {};
  for (const line of encoded.toString('latin1', position).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  const [only] = pieces;
  return { body: pieces.length === 1 && only ? only : Buffer.concat(pieces), trailers };
}
