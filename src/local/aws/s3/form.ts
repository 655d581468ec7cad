import { s3Error } from './errors.ts';

export interface UploadForm {
  /** By name in lower case. */
  fields: Map<string, string>;
  file: { bytes: Buffer; name: string };
}

const malformed = () =>
  s3Error('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');

/** Takes a `multipart/form-data` body apart. What follows the file is not looked at. @throws AwsError */
export function parseForm(contentType: string, body: Buffer): UploadForm {
  const [, quotedBoundary, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quotedBoundary ?? plain;
  if (boundary === undefined) throw malformed();
  const mark = `--${boundary}`;
  const fields = new Map<string, string>();
  let position = body.indexOf(mark);
  if (position === -1) throw malformed();
  for (;;) {
    const headStart = position + mark.length + 2;
    const headEnd = body.indexOf('\r\n\r\n', headStart);
    const end = headEnd === -1 ? -1 : body.indexOf(`\r\n${mark}`, headEnd + 2);
    if (end === -1) {
      throw s3Error('InvalidArgument', 'POST requires exactly one file upload per request.', 400, {
        ArgumentName: 'file',
        ArgumentValue: '0',
      });
    }
    const head = body.toString('utf8', headStart, headEnd);
    const name = /\bname="([^"]*)"/.exec(head)?.[1]?.toLowerCase();
    if (name === undefined) throw malformed();
    const content = body.subarray(headEnd + 4, end);
    if (name === 'file') {
      const type = /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim();
      if (type !== undefined && !fields.has('content-type')) fields.set('file-content-type', type);
      return { fields, file: { bytes: content, name: /\bfilename="([^"]*)"/.exec(head)?.[1] ?? '' } };
    }
    fields.set(name, content.toString());
    position = end + 2;
  }
}
