/** Tells the benchmark the port, and ends with it. */
export function tellPort(port: number): void {
  process.send?.({ port });
  process.once('disconnect', () => process.exit());
}
