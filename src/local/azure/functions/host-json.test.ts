import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestBed, testBed } from '../../engine/instance-test-bed.ts';
import { isLogged, readHostJson } from './host-json.ts';

let bed: TestBed;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.close());

const read = (content: object) => readHostJson(bed.write('app', { 'host.json': JSON.stringify(content) }));

it('has the host’s defaults', () => {
  expect(read({ version: '2.0' })).toMatchObject({
    routePrefix: 'api',
    functionTimeoutMs: undefined,
    logLevels: {},
  });
});

it.each<[string, number]>([
  ['00:05:30', 330_000],
  ['1.00:00:00', 86_400_000],
  ['-1', Number.POSITIVE_INFINITY],
])('reads functionTimeout %s', (functionTimeout, expected) => {
  expect(read({ version: '2.0', functionTimeout }).functionTimeoutMs).toBe(expected);
});

it('reads an empty route prefix and levels without regard to case', () => {
  const settings = read({
    version: '2.0',
    extensions: { http: { routePrefix: '' } },
    logging: { logLevel: { default: 'warning', 'Function.hello': 'Debug' } },
  });
  expect(settings).toMatchObject({
    routePrefix: '',
    logLevels: { default: 'Warning', 'Function.hello': 'Debug' },
  });
});

it.each<[string, object]>([
  ['version', { version: '1.0' }],
  ['"soon"', { version: '2.0', functionTimeout: 'soon' }],
  ['"Loud"', { version: '2.0', logging: { logLevel: { default: 'Loud' } } }],
])('names what is wrong: %s', (text, content) => {
  expect(() => read(content)).toThrow(text);
});

it('says that the file is missing', () => {
  expect(() => readHostJson(bed.directory)).toThrow('host.json is missing');
});

it('lets the longest matching category decide', () => {
  const levels = { default: 'Error', Function: 'Warning', 'Function.hello': 'Trace' } as const;
  expect(isLogged(levels, 'Function.hello.User', 'Debug')).toBe(true);
  expect(isLogged(levels, 'Function.helloOther', 'Information')).toBe(false);
  expect(isLogged(levels, 'Function.other', 'Warning')).toBe(true);
  expect(isLogged(levels, 'Host.Startup', 'Warning')).toBe(false);
  expect(isLogged({}, 'Host.Startup', 'Debug')).toBe(false);
});

it('lets app settings change what the file says, whatever the case of their names', () => {
  const content = {
    version: '2.0',
    functionTimeout: '00:05:00',
    logging: { logLevel: { default: 'Error' } },
  };
  const directory = bed.write('app', { 'host.json': JSON.stringify(content) });
  const settings = readHostJson(directory, {
    AzureFunctionsJobHost__functionTimeout: '00:00:30',
    AzureFunctionsJobHost__Logging__LogLevel__Default: 'Debug',
    AzureFunctionsJobHost__extensions__http__routePrefix: 'v1',
    Other__functionTimeout: '00:00:01',
  });
  expect(settings).toMatchObject({
    functionTimeoutMs: 30_000,
    logLevels: { default: 'Debug' },
    routePrefix: 'v1',
  });
});
