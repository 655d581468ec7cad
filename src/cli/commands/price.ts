import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import colours from 'picocolors';
import type { Component, FreeTier } from '../../cost/bill.ts';
import { CostError, UnknownNameError } from '../../cost/cost-error.ts';
import type { Decimal } from '../../cost/decimal.ts';
import { type PricedService, priceService } from '../../cost/price-service.ts';
import { PriceBook } from '../../cost/prices/price-book.ts';
import type { Service } from '../../cost/service.ts';
import { loadService, loadServices } from '../../cost/services.ts';
import type { Cloud } from '../../package/clouds.ts';
import { type Output, table } from '../output.ts';

export interface PriceCommandOptions {
  cloud: Cloud | undefined;
  service: string | undefined;
  list: boolean;
  /** A JSON file, or `-` for standard input. */
  input: string | undefined;
  region: string | undefined;
  freeTier: FreeTier;
  monthDays: number | undefined;
}

/**
 * `serverless-patterns price [cloud] [service]`
 * @returns 0 a bill, 1 quantities that can't be priced, 2 called wrongly (also: no such service or region)
 */
export async function price(output: Output, options: PriceCommandOptions): Promise<number> {
  try {
    if (options.list) {
      await list(output, options);
      return 0;
    }
    const { cloud, service: name, input } = options;
    if (!cloud || !name) {
      throw new UnknownNameError(
        'Say what to price: price <cloud> <service> --input <file>. "price --list" shows what there is.',
      );
    }
    const service = await loadService(cloud, name);
    if (input === undefined) {
      throw new UnknownNameError(
        `Give the quantities with --input <file>, a JSON object with fields of:\n\n${inputTable(service)}`,
      );
    }
    const bill = priceService(service, await readQuantities(input), { book: new PriceBook(), ...options });
    show(output, service, bill, options);
    return 0;
  } catch (error) {
    if (!(error instanceof CostError)) throw error;
    process.stderr.write(`Error: ${error.message}\n`);
    return error instanceof UnknownNameError ? 2 : 1;
  }
}

/** @throws CostError saying what is wrong with the file */
async function readQuantities(input: string): Promise<unknown> {
  const name = input === '-' ? 'standard input' : input;
  let content: string;
  try {
    content = input === '-' ? await readStream(process.stdin) : await readFile(input, 'utf8');
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no such file' : error;
    throw new CostError(`Can't read the quantities from ${name}: ${reason}.`, { cause: error });
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CostError(`${name} is not JSON: ${reason}.`, { cause: error });
  }
}

async function list(output: Output, { cloud, service: name }: PriceCommandOptions): Promise<void> {
  const book = new PriceBook();
  const services = cloud && name ? [await loadService(cloud, name)] : await loadServices(cloud);
  output.result(
    services.map((service) => ({
      cloud: service.cloud,
      service: service.service,
      title: service.title,
      page: service.page,
      regions: book.regions(service.cloud, service.service),
      inputs: Object.entries(service.inputs).map(([field, input]) => ({
        field,
        unit: input.unit,
        description: input.description,
        default: input.default,
        ...(input.onlyWith && { onlyWith: input.onlyWith }),
      })),
    })),
  );
  for (const service of services) {
    const regions = book.regions(service.cloud, service.service).join(', ');
    output.text(colours.bold(`${service.cloud} ${service.service}: ${service.title}`));
    output.text(colours.dim(`${service.page} (prices for ${regions})`));
    output.text(`${inputTable(service)}\n`);
  }
  output.text('Quantities are for one month. Every service also takes "monthDays" (default: 730 hours).');
}

function inputTable(service: Service): string {
  return table(
    Object.entries(service.inputs).map(([field, { unit, default: absent, description, onlyWith }]) => {
      const condition = onlyWith ? ` (with ${onlyWith.field}: ${onlyWith.values.join(' or ')})` : '';
      return [`  ${field}`, unit, `default ${absent}`, `${description}${condition}`];
    }),
  );
}

function show(output: Output, service: Service, bill: PricedService, options: PriceCommandOptions): void {
  output.result({
    cloud: service.cloud,
    service: service.service,
    region: options.region ?? 'reference',
    freeTier: options.freeTier,
    monthHours: bill.month.hours.toNumber(),
    currency: 'USD',
    components: bill.components.map(componentAsJson),
    total:
      bill.total.kind === 'known'
        ? { kind: 'known', usd: bill.total.usd.toNumber(), toTheCent: bill.total.usd.toFixed(2) }
        : { kind: 'incomplete', knownUsd: bill.total.knownUsd.toNumber(), unknown: bill.total.unknown },
  });
  output.text(
    `${colours.bold(service.title)}: a month of ${bill.month.hours} hours, free tier ${options.freeTier}\n`,
  );
  output.text(
    aligned([
      ['Component', 'Quantity', 'Free', 'Billed', 'Unit', 'USD', 'Price'],
      ...bill.components.map(componentAsRow),
    ]),
  );
  const { total } = bill;
  if (total.kind === 'known') {
    output.text(`\n${colours.bold(`Total ${grouped(total.usd.toFixed(2))} USD`)}`);
    return;
  }
  output.text(
    `\n${colours.bold(`Total unknown: ${grouped(total.knownUsd.toFixed(2))} USD and what is missing`)}`,
  );
  output.warn(`No price is known for: ${total.unknown.join(', ')}.`);
}

function componentAsJson({ charge, price: reference, ...component }: Component): unknown {
  return {
    name: component.name,
    unit: component.unit,
    quantity: component.quantity.toNumber(),
    freeQuantity: component.freeQuantity.toNumber(),
    billedQuantity: component.billedQuantity.toNumber(),
    price: reference,
    ...(charge.kind === 'known'
      ? {
          usd: charge.usd.toNumber(),
          tiers: charge.tiers.map(({ quantity, usdPerUnit, usd }) => ({
            quantity: quantity.toNumber(),
            usdPerUnit: usdPerUnit.toNumber(),
            usd: usd.toNumber(),
          })),
        }
      : { unknown: charge.reason }),
  };
}

function componentAsRow({ charge, price: reference, ...component }: Component): string[] {
  const source =
    'region' in reference
      ? [
          reference.region,
          reference.seenOn,
          reference.confidence === 'vendor' ? undefined : reference.confidence,
        ]
          .filter((part) => part !== undefined)
          .join(', ')
      : '';
  const rates =
    charge.kind === 'known'
      ? charge.tiers.map(({ usdPerUnit }) => usdPerUnit.toString()).join(' / ')
      : `unknown: ${charge.reason}`;
  return [
    component.name,
    quantity(component.quantity),
    quantity(component.freeQuantity),
    quantity(component.billedQuantity),
    component.unit,
    charge.kind === 'known' ? grouped(charge.usd.toFixed(4)) : '?',
    [rates, source && `(${source})`].filter(Boolean).join(' '),
  ];
}

/** Up to three decimals, nine of a fraction: enough to recognise a quantity; JSON has them all. */
function quantity(value: Decimal): string {
  const decimals = value.isMoreThan(1) ? 3 : 9;
  return grouped(value.toFixed(decimals).replace(/\.?0+$/, ''));
}

/** Thousands apart: `1,234,567.89`. */
function grouped(number: string): string {
  const [whole = '', fraction] = number.split('.');
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** A table whose columns of numbers are flush right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const numeric = new Set([1, 2, 3, 5]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return table(
    rows.map((row) => row.map((cell, column) => (numeric.has(column) ? cell.padStart(width(column)) : cell))),
  );
}
