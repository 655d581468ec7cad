import { gbSeconds, startedUnits } from '../arithmetic.ts';
import { amount, charged, choice, defineService, optionalAmount, use } from '../service.ts';

const mbPerGb = 1024;

/** AWS Lambda: one function, or several with the same settings. */
export const lambda = defineService({
  cloud: 'aws',
  service: 'lambda',
  title: 'AWS Lambda',
  page: 'https://aws.amazon.com/lambda/pricing/',
  inputs: {
    requests: amount('requests', 'invocations that run on demand'),
    durationMs: amount('ms', 'average billed duration of one invocation, rounded up to 1 ms'),
    memoryMb: amount('MB', 'configured memory', { default: 128, atLeast: 128, atMost: 10_240 }),
    architecture: choice(['x86', 'arm64'], 'instruction set'),
    asyncPayloadKb: amount(
      'KB',
      'size of an asynchronous event: one request up to 256 KB, one more per further 64 KB',
      { atMost: 1024 },
    ),
    coldStarts: amount(
      'invocations',
      'invocations that begin with an INIT phase, which is billed since 2025-08',
    ),
    initDurationMs: amount('ms', 'average duration of an INIT phase'),
    ephemeralStorageMb: amount('MB', 'size of /tmp; 512 MB are included', {
      default: 512,
      atLeast: 512,
      atMost: 10_240,
    }),
    streamedMbPerRequest: amount('MB', 'response streamed per request; the first 6 MB are included'),
    provisionedConcurrency: amount(
      'execution environments',
      'provisioned concurrency; with it, no free allowance covers the function',
    ),
    provisionedHours: optionalAmount(
      'hours',
      'how long it is enabled in the month, rounded up to 5 minutes',
      'the whole month',
    ),
    provisionedRequests: amount('requests', 'invocations that run on provisioned concurrency'),
    provisionedDurationMs: optionalAmount('ms', 'their average duration', 'durationMs'),
    snapStartVersions: amount('versions', 'published versions with SnapStart (Python, .NET; free for Java)'),
    snapStartHours: optionalAmount('hours', 'how long each is kept, at least 3 hours', 'the whole month'),
    snapStartRestores: amount('restores', 'environments restored from a snapshot'),
    edgeRequests: charged('edge_requests', 'Lambda@Edge requests', 'requests', 'Lambda@Edge invocations'),
    edgeDurationMs: amount('ms', 'average duration of a Lambda@Edge invocation, rounded up to 1 ms'),
    tenantEnvironments: amount('environments', 'execution environments created with tenant isolation (x86)'),
    kafkaPollerUnitHours: charged(
      'esm_poller_kafka',
      'Kafka event pollers',
      'EPU-hours',
      'provisioned event pollers for Kafka',
    ),
    sqsPollerUnitHours: charged(
      'esm_poller_sqs',
      'SQS event pollers',
      'EPU-hours',
      'provisioned event pollers for SQS',
    ),
    durableOperations: charged(
      'durable_operations',
      'Durable operations',
      'operations',
      'starts, steps and waits of durable functions',
    ),
    durableWrittenGb: charged(
      'durable_data_written',
      'Durable data written',
      'GB',
      'data written by durable functions',
    ),
    durableRetainedGbMonths: charged(
      'durable_data_retained',
      'Durable data retained',
      'GB-months',
      'data kept by durable functions',
    ),
    managedInstancesEc2Usd: charged(
      'managed_instances_fee',
      'Managed instances fee',
      'USD',
      'EC2 on-demand cost of Lambda managed instances; this prices the fee on top',
    ),
    microVmVcpuSeconds: charged(
      'microvm_vcpu_arm',
      'MicroVM vCPU',
      'vCPU-seconds',
      'vCPU time of MicroVMs (arm64)',
    ),
    microVmMemoryGbSeconds: charged(
      'microvm_memory_arm',
      'MicroVM memory',
      'GB-seconds',
      'memory of MicroVMs (arm64)',
    ),
    microVmSnapshotWrittenGb: charged(
      'microvm_snapshot_write',
      'MicroVM snapshots written',
      'GB',
      'snapshots written',
    ),
    microVmSnapshotReadGb: charged('microvm_snapshot_read', 'MicroVM snapshots read', 'GB', 'snapshots read'),
    microVmSnapshotGbMonths: charged(
      'microvm_snapshot_storage',
      'MicroVM snapshots stored',
      'GB-months',
      'snapshots kept',
    ),
  },
  usages(input, month) {
    const isProvisioned = !input.provisionedConcurrency.isZero();
    // "The Lambda free tier does not apply to functions that have Provisioned Concurrency enabled."
    const free = isProvisioned ? 'never' : undefined;
    const requestsPerEvent = input.asyncPayloadKb.isMoreThan(256)
      ? startedUnits(input.asyncPayloadKb.minus(256), 64).plus(1)
      : 1;
    const requests = input.requests.plus(input.provisionedRequests);
    const durationMs = input.durationMs.ceiling();
    const provisionedMs = (input.provisionedDurationMs ?? input.durationMs).ceiling();
    const initMs = input.initDurationMs.ceiling();
    const runMs = input.requests
      .times(durationMs)
      .plus(input.provisionedRequests.times(provisionedMs))
      .plus(input.coldStarts.times(initMs));
    const memoryGb = input.memoryMb.dividedBy(mbPerGb);
    const provisionedHours = (input.provisionedHours ?? month.hours).times(12).ceiling().dividedBy(12);
    const snapStartHours = (input.snapStartHours ?? month.hours).max(3);
    return [
      use('Requests', 'requests', requests.times(requestsPerEvent), free),
      use(
        `Duration (${input.architecture})`,
        `duration_${input.architecture}`,
        gbSeconds(input.requests, durationMs, input.memoryMb),
        free,
      ),
      use(
        `INIT phases (${input.architecture})`,
        `duration_${input.architecture}`,
        gbSeconds(input.coldStarts, initMs, input.memoryMb),
        free,
      ),
      use(
        `Provisioned concurrency (${input.architecture})`,
        `provisioned_concurrency_${input.architecture}`,
        input.provisionedConcurrency.times(memoryGb).times(provisionedHours).times(3600),
      ),
      use(
        `Duration on provisioned concurrency (${input.architecture})`,
        `provisioned_duration_${input.architecture}`,
        gbSeconds(input.provisionedRequests, provisionedMs, input.memoryMb),
      ),
      use('Ephemeral storage', 'ephemeral_storage', gbSeconds(1, runMs, input.ephemeralStorageMb.minus(512))),
      use(
        'Response streaming',
        'response_streaming',
        requests.times(input.streamedMbPerRequest.minus(6).max(0)).dividedBy(mbPerGb),
      ),
      use(
        'SnapStart cache',
        'snapstart_cache',
        input.snapStartVersions.times(memoryGb).times(snapStartHours).times(3600),
      ),
      use('SnapStart restores', 'snapstart_restore', input.snapStartRestores.times(memoryGb)),
      use(
        'Lambda@Edge duration',
        'edge_duration',
        gbSeconds(input.edgeRequests, input.edgeDurationMs.ceiling(), input.memoryMb),
      ),
      use('Tenant isolation', 'tenant_isolation_env_x86', input.tenantEnvironments.times(memoryGb)),
    ];
  },
});
