import { amount, charged, defineService, flag, optionalAmount, use } from '../service.ts';

/** Azure Cosmos DB: serverless, provisioned and autoscale throughput. */
export const cosmos = defineService({
  cloud: 'azure',
  service: 'cosmos',
  title: 'Azure Cosmos DB',
  page: 'https://azure.microsoft.com/pricing/details/cosmos-db/',
  inputs: {
    serverlessRequestUnits: charged(
      'serverless_ru',
      'Serverless request units',
      'RU',
      'request units of serverless accounts',
    ),
    provisionedRuPerSecond: amount('RU/s', 'manual throughput, rounded up to 100 RU/s'),
    autoscaleMaximumRuPerSecond: amount('RU/s', 'autoscale: the maximum; a tenth of it is always charged'),
    autoscaleHourlyPeakRuPerSecond: amount(
      'RU/s',
      'autoscale: the highest throughput of an hour, on average',
    ),
    hours: optionalAmount('hours', 'how long the throughput is provisioned', 'the whole month'),
    storageGb: amount('GB', 'average data and indexes stored, in one region'),
    regions: amount('regions', 'regions of the account, each charged alike', { default: 1, atLeast: 1 }),
    freeTierAccount: flag('the account has the free tier: 1000 RU/s and 25 GB'),
  },
  usages(input, month) {
    const hours = (input.hours ?? month.hours).ceiling();
    const claimed = input.freeTierAccount ? 'claimed' : undefined;
    const autoscale = input.autoscaleHourlyPeakRuPerSecond
      .max(input.autoscaleMaximumRuPerSecond.times(0.1))
      .min(input.autoscaleMaximumRuPerSecond);
    const hundreds = (ruPerSecond: typeof autoscale) =>
      ruPerSecond.roundedUpTo(100).dividedBy(100).times(hours).times(input.regions);
    return [
      use('Provisioned throughput', 'provisioned_100ru', hundreds(input.provisionedRuPerSecond), claimed),
      use('Autoscale throughput', 'autoscale_100ru', hundreds(autoscale), claimed),
      use('Storage', 'storage', input.storageGb.times(input.regions), claimed),
    ];
  },
});
