/** One kind of billable unit used on one resource, summed over a run. */
export interface Reading {
  /** The vendor's service, for example `dynamodb`. */
  service: string;
  /** The billable unit, for example `write-request-units`. */
  unit: string;
  /** The resource the vendor would bill it on (ARN, resource id or full name). */
  resource: string;
  quantity: number;
}

/** Counts billable units where they happen. */
export class Meter {
  readonly #readings = new Map<string, Reading>();

  add(service: string, unit: string, resource: string, quantity: number): void {
    const key = `${service}\n${unit}\n${resource}`;
    const reading = this.#readings.get(key);
    if (reading) reading.quantity += quantity;
    else this.#readings.set(key, { service, unit, resource, quantity });
  }

  /** Every reading so far, sorted by service, resource and unit. */
  readings(): Reading[] {
    const order = (reading: Reading) => `${reading.service}\n${reading.resource}\n${reading.unit}`;
    return [...this.#readings.values()]
      .map((reading) => ({ ...reading }))
      .sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  /** The sum of one unit of one service over all its resources. */
  total(service: string, unit: string): number {
    return this.readings()
      .filter((reading) => reading.service === service && reading.unit === unit)
      .reduce((sum, reading) => sum + reading.quantity, 0);
  }

  reset(): void {
    this.#readings.clear();
  }
}
