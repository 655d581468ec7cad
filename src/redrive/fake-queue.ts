import type { DeadLetter, DeadLetterQueue, HeldLetter, Replacement } from './dead-letter.ts';

/** A dead letter for tests. */
export const letter = (key: string, more: Partial<DeadLetter> = {}): DeadLetter => ({
  key,
  messageId: `m-${key}`,
  body: Buffer.from('{"id":1}'),
  attributes: {},
  enqueuedAtMs: 0,
  cause: { reason: 'Broken', description: '' },
  redriveCount: 0,
  ...more,
});

/** A queue in memory for tests; what happens to it is told in order. */
export class FakeQueue implements DeadLetterQueue {
  readonly name = 'dead';
  readonly caveats: readonly string[] = [];
  readonly events: string[] = [];
  readonly sent: Replacement[] = [];
  letters: DeadLetter[];
  /** Called before a letter is sent, or removed; may throw. */
  onSend: (letter: DeadLetter) => void = () => undefined;
  onRemove: (letter: DeadLetter) => void = () => undefined;
  alsoReaches: string[] = [];

  constructor(letters: DeadLetter[]) {
    this.letters = letters;
  }

  async identity() {
    return undefined;
  }
  async count() {
    return this.letters.length;
  }
  async browse() {
    return this.letters;
  }
  async *take(): AsyncGenerator<HeldLetter> {
    for (let index = 0; index < this.letters.length; index++) {
      const one = this.letters[index];
      if (one) yield this.#held(one);
    }
  }
  async release() {
    this.events.push('released');
  }
  async destinationOf(_: DeadLetter, to: string | undefined) {
    return { name: to ?? 'source', alsoReaches: this.alsoReaches };
  }
  async close() {}

  #held(one: DeadLetter): HeldLetter {
    return {
      letter: one,
      send: async (replacement) => {
        this.onSend(one);
        this.sent.push(replacement);
        this.events.push(`sent ${one.key}`);
        return `new-${one.key}`;
      },
      remove: async () => {
        this.onRemove(one);
        this.events.push(`removed ${one.key}`);
      },
    };
  }
}
