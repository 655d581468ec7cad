/** What happened to an object, as Cloud Storage tells Eventarc and the notifications of the bucket. */
export interface ObjectEvent {
  /** Unlike that of any other event; a repeated delivery has the same. */
  id: string;
  type:
    | 'google.cloud.storage.object.v1.finalized'
    | 'google.cloud.storage.object.v1.deleted'
    | 'google.cloud.storage.object.v1.archived'
    | 'google.cloud.storage.object.v1.metadataUpdated';
  /** `//storage.googleapis.com/projects/_/buckets/name` */
  source: string;
  /** `objects/name of the object` */
  subject: string;
  bucket: string;
  /** RFC 3339 */
  time: string;
  /** The object resource of the JSON API after the change, before it for a deleted one. */
  data: { name: string; generation: string; [member: string]: unknown };
  /** Of a finalized object: the generation that it has replaced. */
  overwroteGeneration?: string;
  /** Of a deleted or archived object: the generation that has replaced it. */
  overwrittenByGeneration?: string;
}

/** Passes the events of Google's services on to the triggers and notifications that ask for them. */
export class EventRouter {
  readonly #listeners = new Set<(event: ObjectEvent) => void>();

  /** Tells everybody who listens, in the order in which they came; delivery follows asynchronously. */
  publish(event: ObjectEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Calls `listener` with every further event. Returns its undo. */
  onEvent(listener: (event: ObjectEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
