import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bookDirectory } from '../../cost/prices/price-book.ts';
import type { Output } from '../output.ts';
import { type PricesRefreshOptions, pricesRefresh } from './prices-refresh.ts';

const recorded = (name: string) =>
  readFileSync(path.join(bookDirectory, 'refresh', 'recorded', name), 'utf8');
const [firstPage, secondPage] = ['azure-functions-eastus2-1.json', 'azure-functions-eastus2-2.json'].map(
  recorded,
);

let book: string;
let texts: string[];
let results: unknown[];
beforeEach(() => {
  book = mkdtempSync(path.join(os.tmpdir(), 'prices-command-'));
  cpSync(path.join(bookDirectory, 'azure'), path.join(book, 'azure'), { recursive: true });
  texts = [];
  results = [];
});
afterEach(() => rmSync(book, { recursive: true, force: true }));

const output: Output = {
  json: false,
  text: (text) => void texts.push(text),
  result: (value) => void results.push(value),
  progress: () => {},
  warn: (text) => void texts.push(`! ${text}`),
};

/** The two recorded meters of Flex Consumption on demand; nothing else is in the answers. */
const accept = [
  'azure.functions.flex_always_ready_baseline',
  'azure.functions.flex_always_ready_duration',
  'azure.functions.flex_always_ready_executions',
];

function refresh(changes: Partial<PricesRefreshOptions> = {}, second = secondPage) {
  return pricesRefresh(
    output,
    {
      clouds: ['azure'],
      services: ['functions'],
      regions: ['eastus2'],
      accept,
      googleApiKeyFile: undefined,
      dryRun: false,
      book,
      ...changes,
    },
    {
      fetch: async (url) => new Response(String(url).includes('$skip') ? second : firstPage),
      wait: async () => {},
      progress: () => {},
    },
  );
}

const functionsFile = () => path.join(book, 'azure', 'functions.json');

describe('the book of the project', () => {
  beforeEach(() => {
    // Premium plans are not in the recorded answers.
    const content = JSON.parse(readFileSync(functionsFile(), 'utf8'));
    content.prices = content.prices.filter(
      ({ dimension }: { dimension: string }) => !/premium/.test(dimension),
    );
    writeFileSync(functionsFile(), JSON.stringify(content));
  });

  test('has the prices of the recorded answers: 0', async () => {
    expect(await refresh()).toBe(0);
    expect(texts).toContain('0 changed or new, 4 as they were.');
    expect(texts.at(-1)).toContain(path.join('azure', 'functions.json'));
    expect(results).toMatchObject([
      { confirmed: 4, changes: [], written: [path.join('azure', 'functions.json')] },
    ]);
  });

  test('a change is shown with old, new and percentage, and not written in a dry run', async () => {
    const before = readFileSync(functionsFile(), 'utf8');
    const dearer = secondPage?.replaceAll('0.000026', '0.00003').replaceAll('2.6e-5', '3e-5');
    expect(await refresh({ dryRun: true }, dearer)).toBe(0);
    expect(texts[0]).toMatch(/flex_ondemand_duration +eastus2 +0\.000026 +0\.00003 +\+15\.4 %/);
    expect(texts.at(-1)).toBe('Nothing was written (--dry-run).');
    expect(readFileSync(functionsFile(), 'utf8')).toBe(before);
  });

  test('what is refused: 1, with the words to accept it', async () => {
    const before = readFileSync(functionsFile(), 'utf8');
    expect(await refresh({ accept: [] })).toBe(1);
    expect(texts.at(-1)).toMatch(
      /Nothing was written.*--accept azure\.functions\.flex_always_ready_baseline/,
    );
    expect(readFileSync(functionsFile(), 'utf8')).toBe(before);
  });
});

test('names that do not exist: 2', async () => {
  expect(await refresh({ services: ['function'] })).toBe(2);
  expect(await refresh({ googleApiKeyFile: path.join(book, 'no-key') })).toBe(2);
});
