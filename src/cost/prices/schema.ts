import { z } from 'zod';
import { Decimal } from '../decimal.ts';

/** USD as decimal text: JSON numbers would turn 0.0000166667 into the nearest binary fraction. */
const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'write it as decimal text, such as "0.0000002"')
  .transform((text) => Decimal.of(text));

const Tier = z.strictObject({ upTo: decimal.optional(), usd: decimal });

const source = {
  /** Where the price was read; empty only for what is not verified. */
  sources: z.array(z.url()),
  /** When the source was seen: a day, or only a year; absent where the source bears no date. */
  seenOn: z
    .string()
    .regex(/^\d{4}(-\d\d-\d\d)?$/)
    .optional(),
  /** The vendor's own page or price data; a tool that read the vendor's API; someone else's text; or none of these. */
  confidence: z.enum(['vendor', 'tool', 'third-party', 'unverified']),
};

/** A price in one region. `global` holds everywhere. */
const Listing = z
  .strictObject({
    region: z.string().min(1),
    usd: decimal.optional(),
    tiers: z.array(Tier).min(1).optional(),
    unknown: z.string().optional(),
    ...source,
  })
  .refine(
    ({ usd, tiers, unknown }) => [usd, tiers, unknown].filter((given) => given !== undefined).length === 1,
    'a listing has exactly one of "usd", "tiers" and "unknown" (the reason why)',
  )
  .refine(
    ({ sources, confidence }) => sources.length > 0 || confidence === 'unverified',
    'a price without a source is "unverified"',
  )
  .refine(
    ({ tiers }) => tiers === undefined || tiersAscend(tiers),
    'tiers must ascend, only the last is endless',
  )
  .transform(({ usd, tiers, unknown, ...rest }) => ({
    ...rest,
    rate:
      unknown !== undefined
        ? { kind: 'unknown' as const, reason: unknown }
        : { kind: 'known' as const, tiers: tiers ?? [{ usd: usd ?? Decimal.zero }] },
  }));

function tiersAscend(tiers: readonly { upTo?: Decimal | undefined }[]): boolean {
  return tiers.every(({ upTo }, index) => {
    const next = tiers[index + 1];
    if (!next) return true;
    return upTo !== undefined && (next.upTo === undefined || next.upTo.isMoreThan(upTo));
  });
}

/** What the vendor does not charge. */
const FreeAllowance = z.strictObject({
  /** In the unit of the price. */
  quantity: decimal,
  /** How often it is granted. */
  period: z.enum(['month', 'day', 'hour']),
  /**
   * `always`: for every account, without end. `12-months`: in the first year of accounts that still have this offer.
   * `per-account`: only for the one account that was chosen to have it.
   */
  kind: z.enum(['always', '12-months', 'per-account']),
  /** Prices that name the same pool draw on one allowance together. */
  pool: z.string().optional(),
  /** True where the vendor's tiers count the free units as the first ones of the first tier. */
  countsTowardTiers: z.boolean().default(false),
  note: z.string().optional(),
});

const inVendorsList = {
  /** The vendor's name of the unit, where it has been seen; another one is not the same price. */
  unit: z.string().min(1).optional(),
  /** How many of the vendor's units make one of the book's: a price per month of what the vendor lists per hour. */
  times: decimal.optional(),
};

/** How to find the price in the vendor's price API. A text between slashes is a regular expression. */
const AwsLookUp = z.strictObject({
  serviceCode: z.string().min(1),
  /**
   * What the product must have: its attributes, and `productFamily`. `usagetype` is written without the region in
   * front, and `{region}` stands for the region that is asked for.
   */
  attributes: z.record(z.string(), z.string()),
  ...inVendorsList,
});

const AzureLookUp = z.strictObject({
  serviceName: z.string().min(1),
  productName: z.string().optional(),
  skuName: z.string().optional(),
  meterName: z.string(),
  ...inVendorsList,
});

const GoogleLookUp = z
  .strictObject({
    /** Id of the service in the Cloud Billing Catalog. */
    service: z.string().regex(/^[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}$/),
    /** The SKU of the regions that share it. */
    skuId: z.string().optional(),
    /** Of the SKUs of other regions. */
    description: z.string().optional(),
    resourceGroup: z.string().optional(),
    ...inVendorsList,
  })
  .refine(
    ({ skuId, description }) => skuId !== undefined || description !== undefined,
    'a look-up needs "skuId" or "description"',
  );

const LookUp = z.union([AwsLookUp, AzureLookUp, GoogleLookUp]);

const Price = z.strictObject({
  /** Name within the service; `<cloud>.<service>.<dimension>` is the price's id. */
  dimension: z.string().regex(/^[a-z0-9_.]+$/),
  /** What one unit is. */
  unit: z.string(),
  free: FreeAllowance.optional(),
  /** How the vendor rounds a quantity into units. */
  rounding: z.string().optional(),
  note: z.string().optional(),
  /** Where `prices refresh` finds it; without it the price is kept by hand. */
  lookUp: LookUp.optional(),
  /** The first is the reference: what is used when no region is asked for. */
  listings: z.array(Listing).min(1),
});

/** One file of the price book: all prices of one service. */
export const ServicePrices = z.strictObject({
  cloud: z.enum(['aws', 'azure', 'gcp']),
  service: z.string(),
  prices: z.array(Price).min(1),
});

export type ServicePrices = z.output<typeof ServicePrices>;
export type Price = z.output<typeof Price>;
export type Listing = z.output<typeof Listing>;
export type AwsLookUp = z.output<typeof AwsLookUp>;
export type AzureLookUp = z.output<typeof AzureLookUp>;
export type GoogleLookUp = z.output<typeof GoogleLookUp>;
export type LookUp = z.output<typeof LookUp>;
export type FreeAllowance = z.output<typeof FreeAllowance>;
