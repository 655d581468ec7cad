/** One line that something running wrote. */
export interface LogEntry {
  /** Grows by one with every entry of the store. */
  sequence: number;
  atMs: number;
  /** Where the platform keeps it: a log group, an application, a service. */
  group: string;
  /** Which instance wrote it. */
  stream: string;
  message: string;
}

/** Keeps what functions and gateways write, the latest entries of each group in memory. */
export class LogStore {
  readonly #groups = new Map<string, LogEntry[]>();
  readonly #listeners = new Set<(entry: LogEntry) => void>();
  readonly #entriesPerGroup: number;
  #sequence = 0;

  constructor(options: { entriesPerGroup?: number } = {}) {
    this.#entriesPerGroup = options.entriesPerGroup ?? 10_000;
  }

  get groups(): string[] {
    return [...this.#groups.keys()].sort();
  }

  createGroup(group: string): void {
    if (!this.#groups.has(group)) this.#groups.set(group, []);
  }

  append(line: { atMs: number; group: string; stream: string; message: string }): void {
    const entry: LogEntry = { sequence: ++this.#sequence, ...line };
    this.createGroup(line.group);
    const entries = this.#groups.get(line.group) ?? [];
    entries.push(entry);
    // Trimmed in blocks: shifting one entry at a time would cost the whole array each time.
    if (entries.length > this.#entriesPerGroup * 1.25)
      entries.splice(0, entries.length - this.#entriesPerGroup);
    for (const listener of this.#listeners) listener(entry);
  }

  /** Entries in the order they were written, of one group or of all. */
  entries(filter: { group?: string; afterSequence?: number } = {}): LogEntry[] {
    const { group, afterSequence = 0 } = filter;
    const chosen = group === undefined ? [...this.#groups.values()] : [this.#groups.get(group) ?? []];
    return chosen
      .flatMap((entries) => entries.filter((entry) => entry.sequence > afterSequence))
      .sort((a, b) => a.sequence - b.sequence);
  }

  onAppend(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
