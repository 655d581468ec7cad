/** A call to one storage server, and its outcome in a form that can be compared with that of another server. */
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { hmac, stringToSign } from '../shared-key.ts';
import { childText, parseXml, type XmlElement } from '../xml.ts';
import { accountKey, accountName, type StorageServer } from './servers.ts';

/** `{name}` in the path, the headers and the body stands for what an earlier call of the case has kept. */
export interface Call {
  service: 'blob' | 'queue';
  method: string;
  /** Path and query, from the container or queue on. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** What to keep of the answer, by its name: the text of an element, or a header. */
  keep?: Record<string, string>;
  /** How long to wait before the call. */
  waitMs?: number;
}

export interface Case {
  name: string;
  calls: Call[];
  /** Calls that bring both servers into one state again after a difference; absent where none follows from another. */
  resync?: (call: Call) => Call[];
  /** Whether messages are compared by their texts: which of several is first is nowhere promised. */
  anyOrder?: boolean;
}

export interface Outcome {
  status: number;
  /** Of an error, its code. */
  error?: string | undefined;
  headers: Record<string, string>;
  body: unknown;
}

const seconds = /<(-?\d+) s>/g;
const toleranceSeconds = 8;

/** Whether both say the same, at about the same time. */
export function isSame(one: unknown, other: unknown): boolean {
  const [a = '', b = ''] = [one, other].map((outcome) => JSON.stringify(outcome) ?? '');
  const timesOf = (text: string) => [...text.matchAll(seconds)].map(([, value]) => Number(value));
  const [times, others] = [timesOf(a), timesOf(b)];
  return (
    a.replace(seconds, '') === b.replace(seconds, '') &&
    times.every((time, index) => Math.abs(time - (others[index] ?? 0)) <= toleranceSeconds)
  );
}

/** One server as a case sees it. */
export class Target {
  readonly #server: StorageServer;
  readonly #anyOrder: boolean;
  readonly #known = new Map<string, string>();
  readonly #seen = new Set<string>();

  constructor(server: StorageServer, { anyOrder = false }: Pick<Case, 'anyOrder'> = {}) {
    this.#server = server;
    this.#anyOrder = anyOrder;
  }

  async send(call: Call): Promise<Outcome> {
    if (call.waitMs !== undefined) await sleep(call.waitMs);
    const response = await this.#request(call);
    const { status, headers } = response;
    const text = response.body.toString();
    const document = /^\uFEFF?<\?xml/.test(text) ? this.#ordered(parseXml(text)) : undefined;
    for (const [name, source] of Object.entries(call.keep ?? {})) {
      const value = headers[source] ?? (document && found(document, source));
      if (value !== undefined) this.#known.set(name, value);
    }
    if (status === 0 || status >= 300) {
      const inBody = document && childText(document, 'Code');
      const error = headers['x-ms-error-code'] ?? inBody;
      return {
        status,
        error: inBody === undefined || inBody === error ? error : `${error}, ${inBody}`,
        headers: {},
        body: '',
      };
    }
    const dateMs = Date.parse(headers.date ?? '');
    const plain = (name: string, value: string) => this.#comparable(name, value, dateMs);
    const chosen = Object.entries(headers).filter((header) => isCompared(header, document !== undefined));
    return {
      status,
      headers: Object.fromEntries(
        chosen
          .sort()
          .map(([name, value]) => [name, madeUp.test(name) ? this.#madeUp(value) : plain(name, value)]),
      ),
      body: document ? this.#tree(document, plain) : text,
    };
  }

  async #request({ service, method, path, headers: given = {}, body = '' }: Call): Promise<Response> {
    const fill = (text: string, encode: (value: string) => string) =>
      text.replace(/\{(\w+)\}/g, (_, name: string) => encode(this.#known.get(name) ?? name));
    const plain = (value: string) => value;
    const port = this.#server[`${service}Port`];
    const [pathname = '', query = ''] = fill(`/${accountName}${path}`, encodeURIComponent).split('?');
    const content = typeof body === 'string' ? Buffer.from(fill(body, plain)) : body;
    const base = `http://127.0.0.1:${port}/${accountName}`;
    const filled = Object.entries(given).map(([name, value]) => [
      name.toLowerCase(),
      fill(value.replace('{base}', base), plain),
    ]);
    const headers: Record<string, string> = {
      'x-ms-date': new Date().toUTCString(),
      'x-ms-version': '2025-11-05',
      ...(method !== 'GET' && method !== 'HEAD' && { 'content-length': String(content.length) }),
      ...Object.fromEntries(filled),
    };
    const request = { method, host: '', path: pathname, query, headers, body: content };
    const signature = hmac(accountKey, stringToSign(request, accountName));
    return exchange({
      port,
      method,
      target: query === '' ? pathname : `${pathname}?${query}`,
      headers: { ...headers, authorization: `SharedKey ${accountName}:${signature}` },
      content,
    });
  }

  /** Times as seconds from now, and what is left of a lease: equal within what two servers are apart. */
  #comparable(name: string, value: string, nowMs: number): string {
    if (name === 'x-ms-lease-time') return `<${value} s>`;
    if (value === 'Fri, 31 Dec 9999 23:59:59 GMT') return '<never>';
    if (/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/.test(value))
      return `<${(Date.parse(value) - nowMs) / 1000} s>`;
    return value.replace(/http:\/\/127\.0\.0\.1:\d+/, '<endpoint>');
  }

  #ordered(document: XmlElement): XmlElement {
    if (!this.#anyOrder || document.name !== 'QueueMessagesList') return document;
    const textOf = (message: XmlElement) => childText(message, 'MessageText') ?? '';
    const children = document.children.toSorted((a, b) => textOf(a).localeCompare(textOf(b)));
    return { ...document, children };
  }

  /** Elements of the same parent by name; only the order of equal ones says anything. */
  #tree({ name, text, children }: XmlElement, plain: (name: string, text: string) => string): unknown {
    if (madeUp.test(name)) return [name, this.#madeUp(text)];
    if (name === 'NextMarker') return [name];
    if (children.length === 0) return [name, plain(name, text)];
    const said = children.filter(
      (child) => !incomparable.test(child.name) && (child.children.length > 0 || child.text !== ''),
    );
    return [
      name,
      ...said.toSorted((a, b) => a.name.localeCompare(b.name)).map((child) => this.#tree(child, plain)),
    ];
  }

  /** What a server makes up: whether it is that of an earlier answer is all that can be compared. */
  #madeUp(value: string): string {
    const plain = value.replaceAll('"', '');
    const isKnown = this.#seen.has(plain);
    this.#seen.add(plain);
    return value.replace(plain, isKnown ? '<known>' : '<new>');
  }
}

const madeUp = /^(etag|x-ms-popreceipt|x-ms-copy-id|MessageId|PopReceipt|CopyId)$/i;
const compared =
  /^(content-.*|cache-control|accept-ranges|etag|last-modified|x-ms-(blob|copy|lease|meta|access|approximate|tag|delete|time|popreceipt|has|default|deny).*)$/;
const isCompared = ([name, value]: [string, string], isXml: boolean) =>
  compared.test(name) &&
  !incomparable.test(name) &&
  !(name === 'content-length' && value === '0') &&
  !(isXml && name.startsWith('content-'));

/**
 * Azurite knows nothing of encryption scopes, dates tiers that nobody has set, and writes members that nobody has asked
 * for; whether a blob that is written anew is created anew is said nowhere.
 * https://learn.microsoft.com/rest/api/storageservices/get-blob-properties#response-headers
 */
const incomparable =
  /^(x-ms-default-encryption-scope|x-ms-deny-encryption-scope-override|DefaultEncryptionScope|DenyEncryptionScopeOverride|x-ms-access-tier-change-time|AccessTierChangeTime|MaxResults|Marker|IncrementalCopy|ServerEncrypted|Creation-Time)$/;

const longestAnswerMs = 20_000;

interface Response {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

async function exchange(request: {
  port: number;
  method: string;
  target: string;
  headers: Record<string, string>;
  content: Buffer;
}): Promise<Response> {
  const { port, method, target, headers, content } = request;
  const signal = AbortSignal.timeout(longestAnswerMs);
  const sent = http.request({ host: '127.0.0.1', port, method, path: target, headers, signal }).end(content);
  try {
    const [response]: http.IncomingMessage[] = await once(sent, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response ?? []) chunks.push(chunk);
    const answered = Object.entries(response?.headers ?? {}).map(([name, value]) => [name, String(value)]);
    return {
      status: response?.statusCode ?? 0,
      headers: Object.fromEntries(answered),
      body: Buffer.concat(chunks),
    };
  } catch (error) {
    // An answer that is no HTTP is an outcome too.
    return { status: 0, headers: { 'x-ms-error-code': String(error) }, body: Buffer.alloc(0) };
  }
}

function found(element: XmlElement, name: string): string | undefined {
  if (element.name === name) return element.text;
  return element.children.map((child) => found(child, name)).find((text) => text !== undefined);
}
