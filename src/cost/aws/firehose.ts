import { gbOfKb, startedUnits } from '../arithmetic.ts';
import { amount, charged, defineService, use } from '../service.ts';

/** Amazon Data Firehose. Records of Direct PUT and of Kinesis are rounded up to 5 KB each. */
export const firehose = defineService({
  cloud: 'aws',
  service: 'firehose',
  title: 'Amazon Data Firehose',
  page: 'https://aws.amazon.com/firehose/pricing/',
  inputs: {
    records: amount('records', 'records ingested'),
    recordKb: amount('KB', 'average size of a record, in units of 5 KB', { default: 5 }),
    formatConvertedGb: charged(
      'format_conversion',
      'Format conversion',
      'GB',
      'data converted to Parquet or ORC',
    ),
    vpcAvailabilityZoneHours: charged(
      'vpc_az_hour',
      'VPC delivery',
      'hours',
      'hours of delivery into a VPC, per availability zone',
    ),
    vpcDeliveredGb: charged('vpc_data', 'VPC data', 'GB', 'data delivered into a VPC'),
    partitionedGb: charged('dynamic_partition', 'Dynamic partitioning', 'GB', 'data partitioned dynamically'),
    partitionedObjects: charged(
      'dynamic_partition_objects',
      'Partitioned objects',
      'objects',
      'objects delivered by dynamic partitioning',
    ),
    jqHours: charged(
      'dynamic_partition_jq_hours',
      'JQ processing',
      'hours',
      'JQ hours of dynamic partitioning',
    ),
    decompressedGb: charged('decompression', 'Decompression', 'GB', 'CloudWatch logs decompressed'),
  },
  usages({ records, recordKb }) {
    return [use('Data ingested', 'direct_put', gbOfKb(records.times(startedUnits(recordKb, 5)).times(5)))];
  },
});
