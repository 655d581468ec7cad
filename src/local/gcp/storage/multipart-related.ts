import { invalid } from './storage-error.ts';

export interface Part {
  /** Header names in lower case. */
  headers: Record<string, string>;
  content: Buffer;
}

const lineBreak = Buffer.from('\r\n');
const blankLine = Buffer.from('\r\n\r\n');

/**
 * The parts of a `multipart/related` body: for Cloud Storage the object's metadata, then its content.
 * https://docs.cloud.google.com/storage/docs/uploading-objects-from-memory, RFC 2046 5.1.1
 *
 * @throws StorageError for a body that is not of that form
 */
export function parseMultipartRelated(contentType: string, body: Buffer): Part[] {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|'?([^;,'\s]+)'?)/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined || !/^multipart\//i.test(contentType))
    throw invalid('Multipart uploads need a Content-Type of multipart/related with a boundary.');
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let at = body.indexOf(delimiter);
  for (;;) {
    if (at === -1) throw invalid('Missing end boundary in multipart body.');
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') return parts;
    const headersStart = body.indexOf(lineBreak, start) + lineBreak.length;
    // A part without headers begins with the blank line.
    const headersEnd = body.indexOf(blankLine, headersStart - lineBreak.length);
    const next = body.indexOf(Buffer.concat([lineBreak, delimiter]), headersEnd);
    if (headersEnd === -1 || next === -1) throw invalid('Missing end boundary in multipart body.');
    parts.push({
      headers: headersOf(body.toString('utf8', headersStart, headersEnd)),
      content: body.subarray(headersEnd + blankLine.length, next),
    });
    at = next + lineBreak.length;
  }
}

function headersOf(text: string): Record<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
