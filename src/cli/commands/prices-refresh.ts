import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import colours from 'picocolors';
import { CostError, UnknownNameError } from '../../cost/cost-error.ts';
import { bookDirectory } from '../../cost/prices/price-book.ts';
import { changeText } from '../../cost/prices/refresh/changes.ts';
import type { Surroundings } from '../../cost/prices/refresh/connection.ts';
import { textOf } from '../../cost/prices/refresh/offer.ts';
import { type RefreshOptions, type RefreshResult, refreshPrices } from '../../cost/prices/refresh/refresh.ts';
import { type Output, table } from '../output.ts';

export interface PricesRefreshOptions
  extends Omit<RefreshOptions, 'googleApiKey' | 'book' | 'today' | 'accepted'> {
  accept: readonly string[];
  googleApiKeyFile: string | undefined;
  /** The project's own book unless a test brings another. */
  book?: string;
}

const online: Surroundings = { fetch, wait: async (ms) => void (await wait(ms)) };

/**
 * `serverless-patterns prices refresh`
 * @returns 0 the book is up to date (or would be: --dry-run), 1 nothing was written, because of what was found or
 * because a price API can't be read, 2 called wrongly
 */
export async function pricesRefresh(
  output: Output,
  { accept, googleApiKeyFile, book = bookDirectory, ...options }: PricesRefreshOptions,
  surroundings: Surroundings = online,
): Promise<number> {
  try {
    const result = await refreshPrices(
      {
        ...options,
        book,
        accepted: new Set(accept),
        googleApiKey: await googleApiKey(googleApiKeyFile),
        today: new Date().toISOString().slice(0, 10),
      },
      surroundings,
    );
    show(output, result, options.dryRun);
    return result.refused.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CostError)) throw error;
    process.stderr.write(`Error: ${error.message}\n`);
    return error instanceof UnknownNameError ? 2 : 1;
  }
}

async function googleApiKey(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return process.env.GOOGLE_API_KEY || undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new UnknownNameError(`Can't read the Google API key from ${file}.`, { cause: error });
  }
}

function show(output: Output, result: RefreshResult, dryRun: boolean): void {
  const { changes, notFound, confirmed, skipped, refused, written } = result;
  output.result({
    ...result,
    changes: changes.map(({ before, after, ...change }) => ({
      ...change,
      before: before ?? null,
      after,
      change: before ? changeText(before, after) : '',
    })),
  });
  if (changes.length > 0) {
    output.text(
      table([
        ['Price', 'Region', 'Old USD', 'New USD', 'Change'],
        ...changes.map(({ id, region, before, after }) => [
          id,
          region,
          before ? textOf(before) : 'unknown',
          textOf(after),
          before ? changeText(before, after) : 'new',
        ]),
      ]),
    );
  }
  for (const { id, region, suspicions } of changes)
    for (const suspicion of suspicions) output.warn(`${id} in ${region}: ${suspicion}.`);
  for (const { id, region, reason } of notFound) output.warn(`${id} in ${region}: ${reason}.`);
  for (const { what, reason } of skipped) output.text(colours.dim(`Left out: ${what}: ${reason}.`));
  output.text(`${changes.length} changed or new, ${confirmed} as they were.`);
  if (refused.length > 0) {
    const accepting = [...new Set(refused)].map((id) => `--accept ${id}`).join(' ');
    output.warn(
      `Nothing was written. Look at the vendor's page; what is right, accept (a price that was not found stays as it is): ${accepting}`,
    );
  } else if (dryRun) output.text('Nothing was written (--dry-run).');
  else output.text(written.length > 0 ? `Written: ${written.join(', ')}` : 'Nothing to write.');
}
