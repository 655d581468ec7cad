/**
 * What random, evenly spread traffic does to instances, in closed form: how many are needed, how long each is billed,
 * how often one starts cold. Requests arrive independently of each other (Poisson); a request goes to the first
 * instance that has room, so that instance number k sees what the k - 1 before it could not take. `simulate` in
 * ../cold-start answers the same questions by simulation, with other arrivals and with percentiles.
 */
export interface Traffic {
  /** Requests per second. */
  perSecond: number;
  /** How long one runs. */
  durationSeconds: number;
  /** Requests that an instance takes at the same time. */
  concurrency: number;
}

/** What one instance does of the traffic, on average. */
export interface InstanceShare {
  /** Requests that find the instances before it full, per second. */
  offeredPerSecond: number;
  /** Requests that it takes, per second. */
  servedPerSecond: number;
  /** Part of the time in which it runs at least one request. */
  busyShare: number;
}

/** An instance that takes fewer requests than this in a month of traffic is no instance. */
const negligible = 1e-9;
const mostInstances = 20_000;

/** The instances that traffic needs, the first one first; those at the end are there for moments only. */
export function instanceShares({ perSecond, durationSeconds, concurrency }: Traffic): InstanceShare[] {
  if (!(perSecond > 0)) return [];
  const load = perSecond * durationSeconds;
  const shares: InstanceShare[] = [];
  let blocked = 1;
  let places = 0;
  while (blocked > negligible && shares.length < mostInstances) {
    const offered = blocked;
    for (let place = 0; place < concurrency; place++) {
      places++;
      blocked = (load * blocked) / (places + load * blocked);
    }
    const carriedLoad = load * (offered - blocked);
    shares.push({
      offeredPerSecond: perSecond * offered,
      servedPerSecond: perSecond * (offered - blocked),
      busyShare: concurrency === 1 ? carriedLoad : 1 - Math.exp(-carriedLoad),
    });
  }
  return shares;
}

/** The part of requests that finds so many places taken: Erlang's B. */
export function blockedShare(load: number, places: number): number {
  let blocked = 1;
  for (let place = 1; place <= places; place++) blocked = (load * blocked) / (place + load * blocked);
  return blocked;
}

/** How a platform bills the time in which an instance is active. */
export interface ActiveTimeRule {
  minimumSeconds: number;
  granularitySeconds: number;
}

/**
 * The part of the time for which an instance is billed: a period begins with a request, goes on while there is one,
 * and is rounded up; what comes within the time that it counts for anyway belongs to it.
 */
export function billedShare(
  { servedPerSecond, busyShare }: InstanceShare,
  durationSeconds: number,
  { minimumSeconds, granularitySeconds }: ActiveTimeRule,
): number {
  if (servedPerSecond === 0) return 0;
  if (busyShare >= 1) return 1;
  const idleSeconds = 1 / servedPerSecond;
  const busySeconds = (busyShare * idleSeconds) / (1 - busyShare);
  // What rounding adds to a request that comes alone, and on average to several that follow each other.
  const single =
    Math.ceil(durationSeconds / granularitySeconds - 1e-9) * granularitySeconds - durationSeconds;
  const alone = Math.exp(-servedPerSecond * durationSeconds);
  const rounding = alone * single + ((1 - alone) * granularitySeconds) / 2;
  // The next request comes within what rounding has added.
  const goesOn = 1 - Math.exp(-servedPerSecond * rounding);
  const stretch = (busySeconds + rounding) / (1 - goesOn);
  const billed = busySeconds >= minimumSeconds ? stretch : minimumSeconds + busyShare * stretch;
  return billed / (billed + idleSeconds);
}

/** The part of the time in which an instance exists, when it goes after being idle for the keep-alive time. */
export function existingShare(share: InstanceShare, keepAliveSeconds: number): number {
  return 1 - (1 - share.busyShare) * Math.exp(-share.servedPerSecond * keepAliveSeconds);
}

/** Starts of instances per second, without those of the first `ready` ones. */
export function coldStartsPerSecond(
  shares: readonly InstanceShare[],
  keepAliveSeconds: number,
  ready = 0,
): number {
  let starts = 0;
  for (const share of shares.slice(ready))
    starts += share.servedPerSecond * Math.exp(-share.offeredPerSecond * keepAliveSeconds);
  return starts;
}

/** Instances that suffice for all but one of a thousand requests. */
export function neededInstances(shares: readonly InstanceShare[]): number {
  const [first] = shares;
  if (!first) return 0;
  const beyond = shares.findIndex(({ offeredPerSecond }) => offeredPerSecond < first.offeredPerSecond / 1000);
  return beyond === -1 ? shares.length : Math.max(beyond, 1);
}

/**
 * Requests per second that X-Ray records by its default rule: the first of each second and 5 % of the rest.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-sampling
 */
export function sampledByXray(perSecond: number): number {
  const first = 1 - Math.exp(-perSecond);
  return first + 0.05 * (perSecond - first);
}
