import type { Clock } from './clock.ts';
import { type FaultKind, type Faults, faultKinds } from './faults.ts';
import { seededRandom } from './random.ts';
import type { Timeline } from './timeline.ts';

/** How often each kind of fault happens: a probability per occasion, in [0, 1]. */
export type FaultRates = Partial<Record<FaultKind, number>>;

/** Often enough that a few dozen messages meet every kind, seldom enough that most work gets done. */
export const defaultFaultRates: Readonly<Record<FaultKind, number>> = {
  duplicate: 0.2,
  delay: 0.15,
  reorder: 0.3,
  'lost-acknowledgement': 0.1,
  'crash-before': 0.1,
  'crash-after': 0.1,
  timeout: 0.05,
  throttle: 0.1,
  'dependency-down': 0.02,
  poison: 0.2,
};

/** A fault plan that cannot be read. */
export class FaultPlanError extends Error {
  override name = 'FaultPlanError';
}

/**
 * Reads what the command line says: `all`, or kinds with or without a rate: `duplicate=0.1,crash-before`.
 *
 * @throws FaultPlanError that names what there is
 */
export function parseFaultRates(text: string): FaultRates {
  if (text.trim() === 'all') return { ...defaultFaultRates };
  const rates: FaultRates = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    const [name = '', rateText] = part.split('=');
    const kinds = kindsOf(name.trim());
    const rate = rateText === undefined ? undefined : Number(rateText);
    if (rate !== undefined && !(rate >= 0 && rate <= 1))
      throw new FaultPlanError(`${part}: the rate of a fault is a number from 0 to 1.`);
    for (const kind of kinds) rates[kind] = rate ?? defaultFaultRates[kind];
  }
  return rates;
}

/** Short names for kinds that go together, and the plurals that people write. */
const groups: Record<string, readonly FaultKind[]> = {
  crash: ['crash-before', 'crash-after'],
  'lost-ack': ['lost-acknowledgement'],
  down: ['dependency-down'],
};

function kindsOf(name: string): readonly FaultKind[] {
  for (const candidate of [name, name.replace(/s$/, '')]) {
    const kind = faultKinds.find((one) => one === candidate);
    if (kind) return [kind];
    const group = Object.hasOwn(groups, candidate) ? groups[candidate] : undefined;
    if (group) return group;
  }
  throw new FaultPlanError(
    `There is no fault '${name}'. Write all, or some of: ${faultKinds.join(', ')}, ${Object.keys(groups).join(', ')}; each with =rate from 0 to 1 if the default does not suit.`,
  );
}

/** One fault that has happened, by which a later run can repeat it. */
export interface Strike {
  /** `crash-after@acme-dev-worker#3`: kind, place, and which occasion there. */
  id: string;
  kind: FaultKind;
  place: string;
}

export interface FaultPlanOptions {
  rates: FaultRates;
  seed: number;
  clock: Clock;
  timeline: Timeline;
  /** Only these faults happen, by their ids: to find out which of them matter. */
  only?: ReadonlySet<string>;
}

/** How long a dependency stays down. */
const outageMs = 1_500;
/** So that a run ends: a service that is down again and again lets nothing finish. */
const outagesPerPlace = 2;
const longestDelayMs = 30_000;
const longestReorderMs = 300;

/**
 * Faults from a seed. Whether a fault happens depends on nothing but the seed, its kind, its place and how many
 * occasions there were before, so that the same seed makes the same faults, however instances and messages interleave.
 */
export class FaultPlan implements Faults {
  readonly strikesSoFar: Strike[] = [];
  readonly #options: FaultPlanOptions;
  readonly #occasions = new Map<string, number>();
  readonly #outages = new Map<string, { endsMs: number; count: number }>();
  #stopped = false;

  constructor(options: FaultPlanOptions) {
    this.#options = options;
  }

  strikes(kind: FaultKind, place: string): boolean {
    if (this.#stopped) return false;
    const rate = this.#options.rates[kind] ?? 0;
    if (rate <= 0) return false;
    if (kind === 'dependency-down') return this.#isDown(place, rate);
    return this.#decide(kind, place, rate);
  }

  delayMs(kind: 'delay' | 'reorder', place: string): number {
    const longestMs = kind === 'delay' ? longestDelayMs : longestReorderMs;
    return (
      1 +
      Math.floor(this.#chance(`${kind}-length@${place}#${this.#next(`${kind}-length@${place}`)}`) * longestMs)
    );
  }

  /** From now on nothing goes wrong any more. */
  stop(): void {
    this.#stopped = true;
  }

  #isDown(place: string, rate: number): boolean {
    const { clock } = this.#options;
    const outage = this.#outages.get(place);
    if (outage && clock.now() < outage.endsMs) return true;
    if (outage && outage.count >= outagesPerPlace) return false;
    if (!this.#decide('dependency-down', place, rate)) return false;
    this.#outages.set(place, { endsMs: clock.now() + outageMs, count: (outage?.count ?? 0) + 1 });
    return true;
  }

  #decide(kind: FaultKind, place: string, rate: number): boolean {
    const name = `${kind}@${place}`;
    const id = `${name}#${this.#next(name)}`;
    const { only, clock, timeline } = this.#options;
    if (this.#chance(id) >= rate || (only && !only.has(id))) return false;
    this.strikesSoFar.push({ id, kind, place });
    timeline.record({ atMs: clock.now(), kind: 'fault', place, detail: kind });
    return true;
  }

  #next(name: string): number {
    const occasion = this.#occasions.get(name) ?? 0;
    this.#occasions.set(name, occasion + 1);
    return occasion;
  }

  /** A number in [0, 1) that only the seed and `text` decide. */
  #chance(text: string): number {
    // FNV-1a spreads the text over the seed space, the generator mixes it once more.
    let hash = 0x811c9dc5 ^ this.#options.seed;
    for (let index = 0; index < text.length; index++)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return seededRandom(hash).next();
  }
}
