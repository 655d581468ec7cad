// The AWS Query protocol: parameters as a form, answers as XML.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import type { WireRequest, WireResponse } from '../engine/wire.ts';
import { type AccessRequest, type AwsCall, AwsError, type AwsService } from './service.ts';

/** What a form holds once its dotted names are taken apart: `Tags.member.1.Key=a` is `{ Tags: [{ Key: 'a' }] }`. */
export type QueryValue = string | QueryValue[] | { [name: string]: QueryValue };
export type QueryInput = Record<string, QueryValue>;

/**
 * The parameters of a request, without `Action` and `Version`. Lists (`member.N`) and maps (`entry.N`) become
 * arrays, in the order of their numbers.
 */
export function parseQuery(form: string): QueryInput {
  const root: Node = { children: new Map() };
  for (const [name, value] of new URLSearchParams(form)) {
    let node = root;
    for (const step of name.split('.')) {
      let child = node.children.get(step);
      if (!child) {
        child = { children: new Map() };
        node.children.set(step, child);
      }
      node = child;
    }
    node.value = value;
  }
  return Object.fromEntries(
    [...root.children]
      .filter(([name]) => name !== 'Action' && name !== 'Version')
      .map(([name, node]) => [name, treeValue(node)]),
  );
}

interface Node {
  value?: string;
  children: Map<string, Node>;
}

function treeValue(node: Node): QueryValue {
  if (node.children.size === 0) return node.value ?? '';
  const [only] = node.children;
  if (node.children.size === 1 && only && (only[0] === 'member' || only[0] === 'entry'))
    return treeValue(only[1]);
  const isList = [...node.children.keys()].every((name) => /^\d+$/.test(name));
  if (isList)
    return [...node.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => treeValue(item));
  return Object.fromEntries([...node.children].map(([name, child]) => [name, treeValue(child)]));
}

/** A list whose items stand one after another under the name of the member, without `member` elements. */
export class Flattened {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** XML text of one structure. A `Map` is written as `entry` elements, an array as `member` elements. */
export function renderXml(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map((item) => element('member', item)).join('');
  if (value instanceof Map)
    return [...value]
      .map(([key, item]) => `<entry>${element('key', key)}${element('value', item)}</entry>`)
      .join('');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, item]) => (item === undefined || item === null ? '' : element(name, item)))
      .join('');
  return escapeXml(String(value));
}

const element = (name: string, value: unknown): string =>
  value instanceof Flattened
    ? value.items.map((item) => element(name, item)).join('')
    : `<${name}>${renderXml(value)}</${name}>`;

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};
const escapeXml = (text: string) => text.replace(/[&<>"\r]/g, (character) => escapes[character] ?? character);

/**
 * Answers one request to a Query service: finds the operation, asks `authorize` for what the operation needs,
 * runs it. Every `AwsError` becomes an error document; any other error is thrown on.
 */
export async function answerQuery(
  service: AwsService,
  request: WireRequest,
  call: AwsCall,
  authorize: (requests: AccessRequest[]) => void,
): Promise<WireResponse> {
  const { protocol } = service;
  if (protocol.kind !== 'query') throw new Error(`${service.signingName} does not speak the Query protocol`);
  const form = [request.query, request.body.toString('utf8')].filter((part) => part !== '').join('&');
  const parameters = new URLSearchParams(form);
  try {
    const name = parameters.get('Action');
    if (!name) throw new AwsError('MissingAction', 'Missing Action', 400);
    const version = parameters.get('Version') ?? protocol.version;
    const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
    if (!operation || version !== protocol.version)
      throw new AwsError('InvalidAction', `Could not find operation ${name} for version ${version}`, 400);
    const input = parseQuery(form);
    if (protocol.pathInput !== undefined && request.path !== '/') input[protocol.pathInput] ??= request.path;
    authorize(operation.access(input));
    const output: unknown = await operation.run(input, call);
    const result = output === undefined ? '' : element(`${name}Result`, output);
    const metadata = `<ResponseMetadata>${element('RequestId', call.requestId)}</ResponseMetadata>`;
    return xml(
      200,
      call,
      `<${name}Response xmlns="${protocol.xmlns}">${result}${metadata}</${name}Response>`,
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { message, status, members } = error;
    const code = protocol.queryErrorCode?.(error.code) ?? error.code;
    return queryError(new AwsError(code, message, status, members), protocol.xmlns, call);
  }
}

/** The error document of the Query protocol. */
export function queryError(error: AwsError, xmlns: string, call: Pick<AwsCall, 'requestId'>): WireResponse {
  const fields = {
    Type: error.status >= 500 ? 'Receiver' : 'Sender',
    Code: error.code,
    Message: error.message,
  };
  const body = element('Error', { ...fields, ...error.members }) + element('RequestId', call.requestId);
  return xml(error.status, call, `<ErrorResponse xmlns="${xmlns}">${body}</ErrorResponse>`);
}

function xml(status: number, call: Pick<AwsCall, 'requestId'>, body: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': call.requestId },
    body,
  };
}
