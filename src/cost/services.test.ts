import { describe, expect, test } from 'vitest';
import { averageMonth } from './arithmetic.ts';
import { Decimal } from './decimal.ts';
import { priceService } from './price-service.ts';
import { PriceBook } from './prices/price-book.ts';
import type { Service } from './service.ts';
import { loadService, loadServices, serviceNames } from './services.ts';

const book = new PriceBook();
const services = await loadServices();

/** Quantities in which every charged field is used, for each value of each choice. */
function everyUse(service: Service): Record<string, unknown>[] {
  const choices = Object.entries(service.inputs).flatMap(([name, { unit, onlyWith }]) =>
    unit.startsWith('one of ') && !onlyWith
      ? unit
          .slice('one of '.length)
          .split(', ')
          .map((value) => ({ [name]: value }))
      : [],
  );
  return (choices.length === 0 ? [{}] : choices).map((chosen) => ({
    ...quantitiesWith(service, chosen),
    ...chosen,
  }));
}

function quantitiesWith(service: Service, chosen: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(service.inputs).flatMap(([name, { unit, default: absent, onlyWith }]) => {
      const value = onlyWith && (chosen[onlyWith.field] ?? service.inputs[onlyWith.field]?.default);
      if (onlyWith && !onlyWith.values.includes(value ?? '')) return [];
      if (/one of|true or false/.test(unit)) return [];
      // More than any allowance that a formula takes off.
      if (unit === 'messages') return [[name, 1e12]];
      // Memory, ephemeral storage and the like have limits; 1024 is within all of them.
      return [[name, Number(absent) > 100 ? 1024 : 100]];
    }),
  );
}

const cases = services.map((service) => [`${service.cloud} ${service.service}`, service] as const);

describe('the price book and the services', () => {
  test('name each other', () => {
    const named = services.map(({ cloud, service }) => ({ cloud, service }));
    expect(named).toEqual(book.services());
  });

  test.each(cases)('%s uses every price it has, and has every price it uses', (_, service) => {
    const used = new Set(
      everyUse(service)
        .flatMap((input) => service.usages({ ...input, ...memoryOf(service) }, averageMonth))
        .filter(({ quantity }) => !quantity.isZero())
        .map(({ price }) => price),
    );
    const own = `${service.cloud}.${service.service}.`;
    const known = (book.prices(service.cloud, service.service) ?? []).map(({ dimension }) => own + dimension);
    expect([...used].filter((id) => id.startsWith(own)).sort()).toEqual(known.sort());
    for (const id of used) expect(book.lookUp(id).unit).not.toBe('unit');
  });

  test.each(cases)('%s documents its quantities, and costs nothing when nothing is used', (_, service) => {
    for (const [name, input] of Object.entries(service.inputs)) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(input.unit).not.toBe('');
      expect(input.description.length).toBeGreaterThan(3);
      if (input.onlyWith) expect(service.inputs).toHaveProperty(input.onlyWith.field);
    }
    expect(service.page).toMatch(/^https:\/\//);
    const { components, total } = priceService(service, {}, { book, freeTier: 'off' });
    expect(components).toEqual([]);
    expect(total).toEqual({ kind: 'known', usd: Decimal.zero });
  });

  test.each(cases)('%s never costs less when more is used', (_, service) => {
    const [input = {}] = everyUse(service);
    const cost = (factor: number) => {
      const larger = Object.fromEntries(
        Object.entries({ ...input, ...memoryOf(service) }).map(([name, value]) => [
          name,
          service.inputs[name]?.charged && typeof value === 'number' ? value * factor : value,
        ]),
      );
      const { total } = priceService(service, larger, { book, freeTier: 'on' });
      return total.kind === 'known' ? total.usd : total.knownUsd;
    };
    expect(cost(1000).compare(cost(1))).toBeGreaterThanOrEqual(0);
  });

  test('a huge quantity keeps every digit', async () => {
    const lambda = await loadService('aws', 'lambda');
    const { total } = priceService(lambda, { requests: 9_007_199_254_740_991 }, { book, freeTier: 'off' });
    expect(total).toEqual({ kind: 'known', usd: Decimal.of('1801439850.9481982') });
  });
});

/** Functions of the 1st generation exist in fixed sizes only. */
function memoryOf(service: Service): Record<string, number> {
  return service.cloud === 'gcp' && service.service === 'functions' ? { memoryMib: 1024 } : {};
}

describe('quantities that are wrong', () => {
  const errorOf = async (cloud: 'aws' | 'azure' | 'gcp', name: string, quantities: unknown, options = {}) => {
    const service = await loadService(cloud, name);
    try {
      priceService(service, quantities, { book, freeTier: 'on', ...options });
    } catch (error) {
      return String(error);
    }
    return 'no error';
  };

  test('an unknown field names the ones there are, and the likely one', async () => {
    const message = await errorOf('aws', 'lambda', { memory: 512 });
    expect(message).toContain('There is no field "memory". Did you mean "memoryMb"?');
    expect(message).toContain('requests, durationMs, memoryMb');
  });

  test.each([
    [{ requests: '5' }, '"requests" must be a number'],
    [{ requests: -1 }, '"requests" must be 0 or more'],
    [{ memoryMb: 64 }, '"memoryMb" must be 128 or more'],
    [{ memoryMb: 20_000 }, '"memoryMb" must be 10240 or less'],
    [{ architecture: 'mips' }, '"architecture" must be one of x86, arm64'],
    [5, 'must be a JSON object'],
    [null, 'must be a JSON object'],
    [[], 'The array of quantities is empty'],
    [[{ requests: 1 }, { request: 1 }], 'quantities 2 of 2'],
    [{ monthDays: 32 }, '"monthDays" must be a number of days up to 31'],
    [[{ monthDays: 30 }, { monthDays: 31 }], '"monthDays" differs: 30, 31'],
  ])('%j: %s', async (quantities, message) => {
    expect(await errorOf('aws', 'lambda', quantities)).toContain(message);
  });

  test('a field that the chosen mode does not use is not ignored', async () => {
    expect(await errorOf('azure', 'functions', { premiumInstances: 1 })).toContain(
      '"premiumInstances" needs "plan" to be "premium", but it is "consumption"',
    );
  });

  test('a memory size that does not exist', async () => {
    expect(await errorOf('gcp', 'functions', { generation: '1st', memoryMib: 300 })).toContain(
      'must be one of 128, 256',
    );
  });

  test('an unknown region or service names those there are', async () => {
    expect(await errorOf('aws', 'lambda', {}, { region: 'mars-1' })).toContain(
      'There is: us-east-1, eu-west-1',
    );
    await expect(loadService('gcp', 'lambda')).rejects.toThrow(`There is: ${serviceNames('gcp').join(', ')}`);
    await expect(loadService('gcp', 'constructor')).rejects.toThrow('There is no price');
  });
});
