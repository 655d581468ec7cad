import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../src/package/project.ts';

const main = path.join(projectRoot, 'src', 'cli', 'main.ts');
// Runs of this test leave their folders here, so that what is left behind can be counted.
const temporary = mkdtempSync(path.join(os.tmpdir(), 'command-line-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
const environment = { ...process.env, TMPDIR: temporary, NO_COLOR: '1' };

function cli(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    encoding: 'utf8',
    env: environment,
  });
  return { status, stdout, stderr };
}

describe('what is asked for wrongly', () => {
  test.each([
    [[], 2, 'Usage:'],
    [['nonsense'], 2, "unknown command 'nonsense'"],
    [['run', '--cloud', 'ibm'], 2, 'Allowed choices are aws, azure, gcp'],
    [['run', '--port', '70000'], 2, 'whole number from 0 (any free port) to 65535'],
    [['run', '--var', 'novalue'], 2, 'Write it as name=value'],
    [['show', '99'], 1, 'There is no pattern "99". There is: 01-rest-api-backend'],
    [['show', 'rest-api'], 1, 'Did you mean: 01-rest-api-backend'],
    [['run', '01', '--var', 'nope=1'], 1, 'nope'],
    [['run', '01', '--var', 'environment=UPPER CASE'], 1, 'environment'],
  ])('%j ends with exit code %i and says what is wrong', (words, status, text) => {
    const result = cli(...words);
    expect(result.stderr).toContain(text);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.status).toBe(status);
  });
});

describe('Terraform that cannot be run is one error with file and line', () => {
  const table = 'resource "aws_dynamodb_table" "t" {\n  name = ';
  test.each([
    [
      'a missing variable',
      'variable "size" {\n  type = number\n}\n',
      'main.tf line 1',
      'No value for required variable',
    ],
    [
      'an unknown function',
      `${table}upcase("x")\n}\n`,
      'main.tf line 2',
      'There is no function named "upcase"',
    ],
    ['a syntax error', `${table}"x\n}\n`, 'main.tf line 2', 'Error: '],
    [
      'a resource that is not supported',
      'resource "aws_eks_cluster" "c" {}\n',
      'main.tf line 1',
      'aws_eks_cluster',
    ],
    [
      'a value that the service refuses',
      `${table}"!"\n  hash_key = "id"\n}\n`,
      'main.tf:1',
      'aws_dynamodb_table.t',
    ],
  ])('%s', (_what, text, place, message) => {
    const root = mkdtempSync(path.join(os.tmpdir(), 'broken-'));
    try {
      writeFileSync(path.join(root, 'main.tf'), `${text}variable "project_name" {\n  type = string\n}\n`);
      const result = cli('run', root, '--port', '0');
      expect(result.stderr).toContain(place);
      expect(result.stderr).toContain(message);
      expect(result.stderr.match(/^Error: /gm)).toHaveLength(1);
      expect(result.stderr).not.toMatch(/\n\s+at /);
      expect(result.status).toBe(1);
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('what there is', () => {
  test('list and show, for people and as JSON', () => {
    expect(cli('list').stdout).toContain('01-rest-api-backend');
    expect(JSON.parse(cli('list', '--json').stdout)).toContainEqual(
      expect.objectContaining({ name: '01-rest-api-backend', category: 'api' }),
    );
    expect(cli('show', '1').stdout).toContain('When not');
    expect(JSON.parse(cli('show', 'rest-api-backend', '--json').stdout)).toMatchObject({ number: 1 });
  });

  test('doctor finds this machine fit', () => {
    const result = cli('doctor', '--json');
    expect(JSON.parse(result.stdout)).toContainEqual(expect.objectContaining({ name: 'Node', state: 'ok' }));
    expect(result.status).toBe(0);
  });

  test('logs and traces say when nothing runs', () => {
    const result = cli('traces');
    if (result.status === 0) return; // another pattern runs on this machine
    expect(result.stderr).toContain('No pattern is running');
  });
});

describe('run', () => {
  test('prints what to do, serves, shows logs and traces, and leaves nothing behind after Ctrl-C', async () => {
    const child = spawn(process.execPath, [main, 'run', '01', '--port', '0'], { env: environment });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        const found = /API_URL=(\S+)/.exec(output)?.[1];
        if (found && output.includes('Ctrl-C')) resolve(found);
      });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
      void ended.then(() => reject(new Error(output)));
    });
    expect(output).toContain('curl -X POST "$API_URL/items"');
    expect(output).toMatch(/AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+/);
    const response = await fetch(`${url}/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"x","price":1}',
    });
    expect(response.status).toBe(201);
    expect(cli('logs').stdout).toContain('"route":"POST /items"');
    expect(cli('traces').stdout).toContain('dynamodb PutItem');

    const taken = cli('run', '01', '--port', new URL(url).port);
    expect(taken.stderr).toContain(`Port ${new URL(url).port} on 127.0.0.1 is in use`);
    expect(taken.status).toBe(1);

    // npm passes on a Ctrl-C that the terminal has sent already.
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(path.join(projectRoot, '.cache', 'running', `${child.pid}.json`))).toBe(false);
    await expect(fetch(url)).rejects.toThrow();
  });
});
