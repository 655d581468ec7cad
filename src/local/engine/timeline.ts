/** One thing that happened in a running stack, worth telling the person who watches it. */
export interface TimelineEvent {
  /** Milliseconds since the Unix epoch, in the time of the run. */
  atMs: number;
  /** What happened: `enqueued`, `delivered`, `redelivered`, `retried`, `dead-lettered`, `invoked`, `failed`, `fault`, ... */
  kind: string;
  /** Where: the name of a queue, topic, subscription, function, bucket. */
  place: string;
  /** Id of the message, event or object, by which its way can be followed. */
  subject?: string;
  /** In words: the delivery's number, the error, the kind of fault. */
  detail?: string;
}

/** Tells whoever listens what happens in a run, as it happens. */
export class Timeline {
  readonly #listeners = new Set<(event: TimelineEvent) => void>();

  /** Whether anybody listens; whoever has many events to tell asks first. */
  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  record(event: TimelineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Calls `listener` with every further event. Returns its undo. */
  onEvent(listener: (event: TimelineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
