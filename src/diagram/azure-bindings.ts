// Azure Functions declare their triggers in code, not in Terraform: the v4 programming model registers them when the
// app starts. https://learn.microsoft.com/azure/azure-functions/functions-reference-node#registering-a-function
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** An HTTP function as the code registers it. */
export interface HttpBinding {
  /** `POST /items` */
  route: string;
  /** `anonymous`, `function` or `admin`. */
  authLevel: string;
}

/**
 * The HTTP functions that `handler.ts` in a stack's folder registers with literal routes, in the order of the code;
 * none when there is no such file.
 * @throws Error for a registration whose route cannot be read without running the code
 */
export function httpBindings(directory: string): HttpBinding[] {
  const file = path.join(directory, 'handler.ts');
  if (!existsSync(file)) return [];
  const prefix = routePrefix(directory);
  const code = readFileSync(file, 'utf8');
  const shorthand = /\bapp\.(get|post|put|patch|deleteRequest)\(/.exec(code);
  if (shorthand)
    throw new Error(`${file}: register ${shorthand[0]}...) with app.http, which names route and methods.`);
  return [...code.matchAll(/\bapp\.http\(\s*['"]([^'"]+)['"]\s*,\s*\{/g)].flatMap((call) => {
    const options = code.slice(call.index + call[0].length, code.indexOf('handler:', call.index));
    const methods = [...(/\bmethods:\s*\[([^\]]*)\]/.exec(options)?.[1] ?? "'GET', 'POST'").matchAll(/\w+/g)];
    const literal = /\broute:\s*['"]([^'"]*)['"]/.exec(options)?.[1];
    if (literal === undefined && /\broute\b/.test(options))
      throw new Error(`${file}: the route of ${call[1]} is not written out, so no diagram can show it.`);
    const route = literal ?? call[1] ?? '';
    const authLevel = /\bauthLevel:\s*['"](\w+)['"]/.exec(options)?.[1] ?? 'anonymous';
    return methods.map(([method]) => ({ route: `${method} ${prefix}/${route}`, authLevel }));
  });
}

/** A function that messages of Service Bus trigger, as the code registers it. */
export interface MessageBinding {
  functionName: string;
  /** The queue's name, or those of topic and subscription; `%SETTING%` stands for an app setting. */
  source: string[];
}

/** The Service Bus functions that `handler.ts` in a stack's folder registers, in the order of the code. */
export function messageBindings(directory: string): MessageBinding[] {
  const file = path.join(directory, 'handler.ts');
  if (!existsSync(file)) return [];
  const code = readFileSync(file, 'utf8');
  return [...code.matchAll(/\bapp\.serviceBus(Queue|Topic)\(\s*['"]([^'"]+)['"]\s*,\s*\{/g)].map((call) => {
    const options = code.slice(call.index + call[0].length, code.indexOf('handler:', call.index));
    const names = call[1] === 'Queue' ? ['queueName'] : ['topicName', 'subscriptionName'];
    const source = names.map((name) => new RegExp(`\\b${name}:\\s*['"]([^'"]+)['"]`).exec(options)?.[1]);
    if (source.includes(undefined))
      throw new Error(`${file}: write out ${names.join(' and ')} of ${call[2]} before its handler.`);
    return { functionName: call[2] ?? '', source: source.filter((name) => name !== undefined) };
  });
}

/** From host.json; the host's own default is `api`. */
function routePrefix(directory: string): string {
  const file = path.join(directory, 'host.json');
  const host = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as HostJson) : {};
  const prefix = host.extensions?.http?.routePrefix ?? 'api';
  return prefix === '' ? '' : `/${prefix}`;
}

interface HostJson {
  extensions?: { http?: { routePrefix?: string } };
}
