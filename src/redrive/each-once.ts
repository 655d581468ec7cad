/** So many batches with nothing new mean that what is held has come back, and that all was seen. */
const maximumStaleBatches = 3;

/**
 * Receives batch after batch until one is empty, and gives each message once. What is received stands in `held`, by its
 * key, with the receipt of its latest delivery: a message whose lease has run out comes again.
 */
export async function* eachOnce<Received extends { key: string }>(
  held: Map<string, Received>,
  receive: () => Promise<Received[]>,
  signal: AbortSignal,
): AsyncGenerator<Received> {
  const known = new Set<string>();
  let staleBatches = 0;
  while (!signal.aborted && staleBatches < maximumStaleBatches) {
    const batch = await receive();
    if (batch.length === 0) return;
    for (const one of batch) held.set(one.key, one);
    staleBatches++;
    for (const one of batch) {
      if (known.has(one.key)) continue;
      known.add(one.key);
      staleBatches = 0;
      yield one;
    }
  }
}
