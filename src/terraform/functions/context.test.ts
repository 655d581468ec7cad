import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Unknown } from '../stack.ts';
import { Sensitive, SetValue, type Value } from '../value.ts';
import { testContext, writeFixtures } from './filesystem.fixtures.ts';
import { FunctionError, functions } from './index.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'terraform-context-'));
beforeAll(() => writeFixtures(directory));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const context = testContext(directory);

function call(name: string, ...args: Value[]): Value {
  const definition = functions[name];
  if (definition === undefined) throw new Error(`no function ${name}`);
  return definition.call(args, context);
}

describe('functions of the surroundings', () => {
  test('timestamp and plantimestamp read the given clock', () => {
    expect(call('timestamp')).toBe('2024-03-05T14:07:09Z');
    expect(call('plantimestamp')).toBe('2024-03-05T14:07:09Z');
  });

  test('uuid is unknown without a source of randomness', () => {
    expect(call('uuid')).toEqual(new Unknown('uuid()', 'string'));
    expect(functions.uuid?.call([], { ...context, newUuid: () => 'u-1' })).toBe('u-1');
  });

  test('bcrypt says why it is not there', () => {
    expect(() => call('bcrypt', 'secret')).toThrow(/^bcrypt is not supported/);
  });

  test('relative paths start at the base directory', () => {
    expect(call('abspath', 'a/../b')).toBe(path.join(directory, 'b'));
    expect(call('pathexpand', '~/x')).toBe(path.join(homedir(), 'x'));
    expect(call('fileset', directory, 'nested/a.*')).toEqual(new SetValue(['nested/a.txt']));
  });

  test('templatefile and templatestring render by the context', () => {
    const vars = { name: 'x', list: [1] };
    expect(call('templatefile', 'greeting.txt', vars)).toEqual({
      text: 'hello é\n',
      variables: vars,
      fileName: 'greeting.txt',
    });
    expect(call('templatestring', 'hi ${name}', vars)).toMatchObject({ text: 'hi ${name}', variables: vars });
  });

  test.each<[Value, string]>([
    ['x', 'invalid vars value: must be a map'],
    [[1], 'invalid vars value: must be a map'],
    [
      { '1a': 1 },
      'invalid template variable name "1a": must start with a letter, followed by zero or more letters, digits, and underscores',
    ],
    [null, 'argument must not be null'],
  ])('templatefile refuses %j', (vars, message) => {
    expect(() => call('templatefile', 'greeting.txt', vars)).toThrow(new FunctionError(message, 1));
  });
});

test.each(['', 'hello hello', 'é👍'])('base64gzip(%j) unpacks to its argument', (text) => {
  const packed = String(call('base64gzip', text));
  expect(gunzipSync(Buffer.from(packed, 'base64')).toString()).toBe(text);
});

describe('rsadecrypt', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const encrypted = publicEncrypt(
    { key: publicKey, padding: constants.RSA_PKCS1_PADDING },
    Buffer.from('geheim é'),
  );

  test('decrypts with either form of the key', () => {
    expect(call('rsadecrypt', encrypted.toString('base64'), pkcs1)).toBe('geheim é');
    expect(call('rsadecrypt', encrypted.toString('base64'), pkcs8)).toBe('geheim é');
  });

  test('refuses what is too short', () => {
    expect(() => call('rsadecrypt', 'YQ==', pkcs1)).toThrow(
      'failed to decrypt: crypto/rsa: decryption error',
    );
  });

  test('refuses other keys', () => {
    const { privateKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = ec.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => call('rsadecrypt', 'YQ==', pem)).toThrow('invalid private key type ec');
  });
});

describe('partly known collections', () => {
  const arn = new Unknown('aws_sqs_queue.q.arn', 'string');
  const secret = new Sensitive('s');

  test.each<[string, Value[], Value]>([
    ['merge', [{ a: 1 }, { b: arn, c: secret }], { a: 1, b: arn, c: secret }],
    ['concat', [[arn], ['x'], [secret]], [arn, 'x', secret]],
    ['length', [[arn, secret]], 2],
    ['keys', [{ b: arn, a: secret }], ['a', 'b']],
    ['values', [{ b: arn, a: secret }], [secret, arn]],
    ['lookup', [{ a: arn }, 'a'], arn],
    ['element', [[arn, secret], 1], secret],
    ['flatten', [[[arn], secret]], [arn, secret]],
    ['reverse', [[arn, 'x']], ['x', arn]],
    ['slice', [[arn, secret], 0, 1], [arn]],
    ['one', [[arn]], arn],
    [
      'zipmap',
      [
        ['a', 'b'],
        [arn, secret],
      ],
      { a: arn, b: secret },
    ],
    ['coalesce', [null, '', secret], secret],
    ['coalescelist', [[], [arn]], [arn]],
    ['chunklist', [[arn, 'x'], 1], [[arn], ['x']]],
    ['tolist', [[arn, 1]], [arn, 1]],
    ['formatlist', ['<%s>', ['x', arn, secret]], ['<x>', arn, new Sensitive('<s>')]],
    ['toset', [['b', secret]], new Sensitive(new SetValue(['b', 's']))],
  ])('%s leaves the elements as they are', (name, args, expected) => {
    expect(functions[name]?.partlyKnown).toBe(true);
    const typed = name === 'tolist' ? [new Unknown('aws_sqs_queue.q.arn', 'string'), '1'] : expected;
    expect(call(name, ...args)).toEqual(typed);
  });
});

test('a wrong number of arguments is refused', () => {
  expect(() => call('upper')).toThrow('expects 1 argument(s); missing value for "str"');
  expect(() => call('upper', 'a', 'b')).toThrow('expects 1 argument(s)');
  expect(() => call('setunion')).toThrow('expects at least 1 argument(s); missing value for "first_set"');
});
