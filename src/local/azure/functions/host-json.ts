import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const LOG_LEVELS = ['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const HostJson = z.looseObject({
  version: z.literal('2.0'),
  functionTimeout: z.string().optional(),
  logging: z.looseObject({ logLevel: z.record(z.string(), z.string()).optional() }).optional(),
  extensions: z
    .looseObject({
      http: z
        .looseObject({
          routePrefix: z.string().optional(),
          maxConcurrentRequests: z.coerce.number().optional(),
        })
        .optional(),
    })
    .optional(),
});

/** The settings of host.json that the runtime itself obeys. */
export interface HostSettings {
  /** First part of every HTTP route, without slashes; may be empty. */
  routePrefix: string;
  /** `undefined` when the timeout is the plan's; `Infinity` for `-1`. */
  functionTimeoutMs: number | undefined;
  logLevels: Record<string, LogLevel>;
  /** All of the file, for the extensions' own settings. */
  content: Record<string, unknown>;
}

/**
 * Reads host.json of an app, as its app settings change it.
 * https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values
 *
 * @throws when the file is missing, is not valid, or names an unknown level
 */
export function readHostJson(directory: string, appSettings: Record<string, string> = {}): HostSettings {
  const file = join(directory, 'host.json');
  if (!existsSync(file)) throw new Error(`${file} is missing: every Azure Functions app needs one.`);
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const parsed = HostJson.safeParse(isSection(content) ? withOverrides(content, appSettings) : content);
  if (!parsed.success) throw new Error(`${file} is not valid: ${z.prettifyError(parsed.error)}`);
  const { functionTimeout, logging, extensions } = parsed.data;
  const logLevels = Object.fromEntries(
    Object.entries(logging?.logLevel ?? {}).map(([category, name]) => [category, logLevel(name, file)]),
  );
  return {
    routePrefix: (extensions?.http?.routePrefix ?? 'api').replace(/^\/+|\/+$/g, ''),
    functionTimeoutMs: functionTimeout === undefined ? undefined : timeSpanMs(functionTimeout, file),
    logLevels,
    content: parsed.data,
  };
}

type Section = Record<string, unknown>;

const OVERRIDE = 'AzureFunctionsJobHost__';

/** `AzureFunctionsJobHost__logging__logLevel__default` stands for `logging.logLevel.default`, in any case. */
function withOverrides(content: Section, appSettings: Record<string, string>): Section {
  const result = structuredClone(content);
  for (const [name, value] of Object.entries(appSettings)) {
    if (!name.toLowerCase().startsWith(OVERRIDE.toLowerCase())) continue;
    const path = name.slice(OVERRIDE.length).split('__');
    const last = path.pop() ?? '';
    let section = result;
    for (const part of path) {
      const key = sameName(section, part);
      const inner = section[key];
      const next = isSection(inner) ? inner : {};
      section[key] = next;
      section = next;
    }
    section[sameName(section, last)] = value;
  }
  return result;
}

const sameName = (section: Section, name: string): string =>
  Object.keys(section).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function logLevel(name: string, file: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (!level) throw new Error(`${file}: unknown log level "${name}"; it is one of ${LOG_LEVELS.join(', ')}.`);
  return level;
}

/** `[d.]hh:mm:ss`, or `-1` for no limit. */
function timeSpanMs(text: string, file: string): number {
  if (text === '-1') return Number.POSITIVE_INFINITY;
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(text);
  if (!match) throw new Error(`${file}: functionTimeout "${text}" is not a time span like "00:05:00".`);
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

/** Whether a record is kept: the longest category that is a prefix decides, `Default` otherwise, then Information. */
export function isLogged(levels: Record<string, LogLevel>, category: string, level: LogLevel): boolean {
  const prefixes = Object.keys(levels).filter((name) => category === name || category.startsWith(`${name}.`));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0] ?? 'Default';
  const minimum = levels[longest] ?? levels.default ?? 'Information';
  return level !== 'None' && LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(minimum);
}
