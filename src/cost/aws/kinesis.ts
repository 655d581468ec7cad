import { gbOfKb, startedUnits } from '../arithmetic.ts';
import { Decimal } from '../decimal.ts';
import {
  amount,
  charged,
  choice,
  defineService,
  type Input,
  onlyWith,
  optionalAmount,
  use,
} from '../service.ts';

const provisioned = <Value>(input: Input<Value>) => onlyWith('mode', ['provisioned'], input);
const notProvisioned = <Value>(input: Input<Value>) =>
  onlyWith('mode', ['on-demand', 'on-demand-advantage'], input);

/** Amazon Kinesis Data Streams: provisioned shards, on-demand streams, on-demand advantage. */
export const kinesis = defineService({
  cloud: 'aws',
  service: 'kinesis',
  title: 'Amazon Kinesis Data Streams',
  page: 'https://aws.amazon.com/kinesis/data-streams/pricing/',
  inputs: {
    mode: choice(['provisioned', 'on-demand', 'on-demand-advantage'], 'capacity mode'),
    shards: provisioned(amount('shards', 'shards')),
    streams: onlyWith('mode', ['on-demand'], amount('streams', 'streams', { default: 1 })),
    hours: onlyWith(
      'mode',
      ['provisioned', 'on-demand'],
      optionalAmount('hours', 'how long the shards or streams exist', 'the whole month'),
    ),
    records: amount('records', 'records written'),
    recordKb: amount('KB', 'average size of a record; in units of 25 KB (provisioned) or 1 KB (on-demand)', {
      default: 1,
    }),
    retrievedGb: notProvisioned(amount('GB', 'data read without enhanced fan-out')),
    fanOutConsumers: provisioned(amount('consumers', 'enhanced fan-out consumers of the stream')),
    fanOutRetrievedGb: amount('GB', 'data read by enhanced fan-out'),
    retentionHours: provisioned(
      amount('hours', 'retention; beyond 24 hours every shard costs more', {
        default: 24,
        atLeast: 24,
        atMost: 8760,
      }),
    ),
    longRetentionGbMonths: amount('GB-months', 'data kept beyond 7 days'),
    longRetrievedGb: charged(
      'long_retrieval',
      'Reads of long retention',
      'GB',
      'data read that is older than 7 days',
    ),
    extendedRetentionGbMonths: notProvisioned(amount('GB-months', 'data kept beyond 24 hours, up to 7 days')),
  },
  usages(input, month) {
    const hours = input.hours ?? month.hours;
    if (input.mode === 'provisioned') {
      const shardHours = input.shards.times(hours);
      return [
        use('Shards', 'provisioned_shard_hour', shardHours),
        use(
          'PUT payload units',
          'provisioned_put_unit',
          input.records.times(startedUnits(input.recordKb, 25)),
        ),
        use('Enhanced fan-out', 'efo_shard_hour', shardHours.times(input.fanOutConsumers)),
        use('Enhanced fan-out data', 'efo_retrieval', input.fanOutRetrievedGb),
        use(
          'Extended retention',
          'extended_retention_shard_hour',
          input.retentionHours.isMoreThan(24) ? shardHours : Decimal.zero,
        ),
        use('Long retention', 'long_retention', input.longRetentionGbMonths),
      ];
    }
    const ingestedGb = gbOfKb(input.records.times(startedUnits(input.recordKb, 1)));
    const retention = [
      use('Extended retention', 'ondemand_extended', input.extendedRetentionGbMonths),
      use('Long retention', 'ondemand_long', input.longRetentionGbMonths),
    ];
    if (input.mode === 'on-demand-advantage') {
      const retrievedGb = input.retrievedGb.plus(input.fanOutRetrievedGb);
      return [
        use('Data in', 'ondemand_advantage_ingest', ingestedGb),
        use('Data out', 'ondemand_advantage_retrieval', retrievedGb),
        ...retention,
      ];
    }
    return [
      use('Streams', 'ondemand_stream_hour', input.streams.times(hours)),
      use('Data in', 'ondemand_ingest', ingestedGb),
      use('Data out', 'ondemand_retrieval', input.retrievedGb),
      use('Enhanced fan-out data', 'ondemand_efo', input.fanOutRetrievedGb),
      ...retention,
    ];
  },
});
