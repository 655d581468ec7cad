import type { z } from 'zod';
import { CostError } from '../../cost-error.ts';

/** What a connection needs of its surroundings; tests bring their own. */
export interface Surroundings {
  fetch: typeof fetch;
  /** @param ms how long to wait before the next attempt */
  wait(ms: number): Promise<void>;
}

/** The price API could not be read. Nothing has been written. */
export class PriceApiError extends CostError {
  override name = 'PriceApiError';
}

const attempts = 4;
const firstWaitMs = 500;
const longestWaitMs = 30_000;

interface Asking {
  headers?: Record<string, string>;
  /** For the whole answer. */
  timeoutMs?: number;
}

/** Reads from the public price APIs: with a time limit, and again after a while when a server is busy or a line breaks. */
export class Connection {
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** @throws PriceApiError */
  json(url: string, asking?: Asking): Promise<unknown> {
    return this.read(url, (response) => response.json(), asking);
  }

  /**
   * @param use reads the body; it is called again, with a new answer, when the line breaks on the way
   * @throws PriceApiError saying what was asked for, what went wrong and what to do
   */
  async read<T>(url: string, use: (response: Response) => Promise<T>, asking: Asking = {}): Promise<T> {
    const { headers = {}, timeoutMs = 30_000 } = asking;
    for (let attempt = 1; ; attempt++) {
      let pauseMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
      let problem: string;
      let cause: unknown;
      try {
        const response = await this.#surroundings.fetch(url, {
          headers,
          signal: AbortSignal.timeout(timeoutMs),
        });
        if (response.ok) return await use(response);
        problem = `HTTP ${response.status}${await explanation(response)}`;
        const isBusy = response.status === 429 || response.status >= 500;
        if (!isBusy) throw new PriceApiError(`${url} answered ${problem}. Nothing was written.`);
        const retryAfter = Number(response.headers.get('retry-after'));
        if (retryAfter > 0) pauseMs = Math.min(longestWaitMs, retryAfter * 1000);
      } catch (error) {
        if (error instanceof CostError) throw error;
        problem = reasonOf(error);
        cause = error;
      }
      if (attempt === attempts) {
        throw new PriceApiError(
          `Can't read ${url} (${problem}), in ${attempts} attempts. Nothing was written, and the prices at hand stay ` +
            'usable. Is this machine online? Behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1, then run ' +
            '"prices refresh" again.',
          { cause },
        );
      }
      await this.#surroundings.wait(pauseMs);
    }
  }
}

/** What the server says about its refusal: the start of its text. */
async function explanation(response: Response): Promise<string> {
  const text = (await response.text()).replace(/\s+/g, ' ').trim();
  return text === '' ? '' : `: ${text.slice(0, 200)}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? `${cause.code}` : cause.message;
  return error.message;
}

/** @throws PriceApiError when the vendor answers in another shape than it documents */
export function inShape<T extends z.ZodType>(schema: T, value: unknown, url: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [problem] = parsed.error.issues;
  throw new PriceApiError(
    `${url} did not answer in the documented form: ${problem?.path.join('.')}: ${problem?.message}. Nothing was written.`,
  );
}
