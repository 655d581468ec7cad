import { Problem } from './problem.ts';

/** Large enough for any item, small enough that parsing it costs nothing worth attacking. */
export const defaultBodyLimitBytes = 64 * 1024;

/**
 * The JSON value of a request body.
 *
 * @throws Problem 413 above the limit, 415 for another content type, 400 for what is not JSON in UTF-8.
 */
export function parseJsonBody(
  body: Uint8Array,
  contentType: string | undefined,
  limitBytes = defaultBodyLimitBytes,
): unknown {
  if (body.byteLength > limitBytes) {
    throw new Problem(413, 'Content Too Large', { detail: `The body may hold at most ${limitBytes} bytes.` });
  }
  const mediaType = (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (mediaType !== 'application/json' && !mediaType.endsWith('+json')) {
    throw new Problem(415, 'Unsupported Media Type', {
      detail: 'Send the body as application/json.',
      headers: { accept: 'application/json' },
    });
  }
  if (body.byteLength === 0)
    throw new Problem(400, 'Bad Request', { detail: 'The body is empty; send a JSON object.' });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new Problem(400, 'Bad Request', {
      detail: `The body is not valid JSON: ${(error as Error).message}`,
    });
  }
}
