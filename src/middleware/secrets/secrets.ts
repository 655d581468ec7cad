/** One version of a secret. */
export interface SecretVersion {
  value: string;
  /** What the store calls this version. */
  version: string;
}

/** A thin driver over a vendor's secret store. */
export interface SecretStore {
  /** The current version of a secret. */
  fetch(name: string): Promise<SecretVersion>;
}

export interface SecretsOptions {
  store: SecretStore;
  now: () => number;
  /** How long a value is used before the store is asked again. Default: 5 minutes. */
  ttlMs?: number;
  /** How much longer it is used while the store does not answer. Default: 1 hour. */
  graceMs?: number;
  /** A rotated-away value is asked for again at most this often, so that a wrong secret causes no flood. Default: 10 s. */
  minimumRefreshMs?: number;
}

export interface Secrets {
  /** The value, at most `ttlMs` old unless the store does not answer. */
  get(name: string): Promise<string>;
  /**
   * Runs `work` with the value. When it fails because the other side no longer accepts the value, the store is asked
   * for a newer version, and if there is one, `work` runs once more with it: rotation without a restart.
   */
  use<Result>(
    name: string,
    isRejected: (error: unknown) => boolean,
    work: (value: string) => Promise<Result>,
  ): Promise<Result>;
}

interface Cached extends SecretVersion {
  fetchedAtMs: number;
}

/** Secrets that are fetched when first needed and kept in memory; calls at the same time share one fetch. */
export function createSecrets(options: SecretsOptions): Secrets {
  const { store, now, ttlMs = 300_000, graceMs = 3_600_000, minimumRefreshMs = 10_000 } = options;
  const cache = new Map<string, Cached>();
  const underWay = new Map<string, Promise<Cached>>();

  const fetchOnce = (name: string): Promise<Cached> => {
    const running = underWay.get(name);
    if (running) return running;
    const fetching = store
      .fetch(name)
      .then((version) => {
        const cached = { ...version, fetchedAtMs: now() };
        cache.set(name, cached);
        return cached;
      })
      .finally(() => underWay.delete(name));
    underWay.set(name, fetching);
    return fetching;
  };

  const current = async (name: string): Promise<Cached> => {
    const cached = cache.get(name);
    if (cached && now() - cached.fetchedAtMs < ttlMs) return cached;
    try {
      return await fetchOnce(name);
    } catch (error) {
      if (cached && now() - cached.fetchedAtMs < ttlMs + graceMs) return cached;
      throw error;
    }
  };

  /** A version other than the one that was rejected; `undefined` when the store has none. */
  const newerThan = async (name: string, rejected: Cached): Promise<Cached | undefined> => {
    const cached = cache.get(name);
    if (cached && cached.version !== rejected.version) return cached;
    if (now() - rejected.fetchedAtMs < minimumRefreshMs) return undefined;
    const fetched = await fetchOnce(name);
    return fetched.version === rejected.version ? undefined : fetched;
  };

  return {
    get: async (name) => (await current(name)).value,
    async use(name, isRejected, work) {
      const secret = await current(name);
      try {
        return await work(secret.value);
      } catch (error) {
        if (!isRejected(error)) throw error;
        const newer = await newerThan(name, secret).catch(() => undefined);
        if (!newer) throw error;
        return work(newer.value);
      }
    },
  };
}
