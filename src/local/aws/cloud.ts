import path from 'node:path';
import type { Stack, StackProvider } from '../../terraform/stack.ts';
import { createCertificateAuthority } from '../engine/certificate-authority.ts';
import { IdleProcessors } from '../engine/idle-processors.ts';
import { TokenIssuer } from '../engine/token-issuer.ts';
import type { WireRequest } from '../engine/wire.ts';
import { startWireServer } from '../engine/wire-server.ts';
import { ResourceRegistry } from '../provider-model.ts';
import type { CloudVendor, Entrance, RunningCloud, Surroundings } from '../running-cloud.ts';
import { find } from '../stack-access.ts';
import { ApiGateway } from './api-gateway/api-gateway.ts';
import { type SignedCaller, signedBy } from './api-gateway/authorizer.ts';
import type { HttpApi } from './api-gateway/http-api.ts';
import { apiGatewayResourceTypes } from './api-gateway/resource-types.ts';
import { budgetsResourceTypes } from './budgets/budgets.ts';
import { cloudWatchResourceTypes, createCloudWatch } from './cloudwatch/cloudwatch.ts';
import { Destinations } from './destinations.ts';
import { accessKeyOf, dispatch, principalResolver } from './dispatch.ts';
import { createDynamoDb, dynamoDbResourceTypes } from './dynamodb/index.ts';
import { tablesOf } from './dynamodb/plain-documents.ts';
import { createEventBridge } from './eventbridge/eventbridge.ts';
import { eventBridgeResourceTypes } from './eventbridge/terraform.ts';
import { callerArn, Iam } from './iam/iam.ts';
import { resourceTypes as iamResourceTypes } from './iam/resource-types.ts';
import { sts } from './iam/sts.ts';
import { functionDestination } from './lambda/destination.ts';
import { EventSourceMappings, eventSourceMappingResourceTypes } from './lambda/event-source-mapping.ts';
import { Lambda } from './lambda/lambda.ts';
import { lambdaResourceTypes } from './lambda/resource-types.ts';
import { createLogs, logsResourceTypes } from './logs/logs.ts';
import { bucketsOf } from './s3/access.ts';
import { createS3 } from './s3/s3.ts';
import { s3DataSources, s3ResourceTypes } from './s3/terraform.ts';
import { Scheduler, schedulerResourceTypes } from './scheduler/scheduler.ts';
import type { AwsPrincipal, AwsRuntime, AwsScope } from './service.ts';
import { createSns } from './sns/sns.ts';
import { snsResourceTypes } from './sns/terraform.ts';
import { channelsOf } from './sqs/channels.ts';
import { queueDestination } from './sqs/destination.ts';
import { createSqs } from './sqs/sqs.ts';
import { sqsResourceTypes } from './sqs/terraform.ts';
import { vpcResourceTypes } from './vpc/resource-types.ts';

/** The account of a local run; the provider block names the region. */
const account = { accountId: '123456789012', partition: 'aws' };
const defaultRegion = 'us-east-1';
/** What outside clients sign with. */
const outsideKey = { accessKeyId: 'local', secretAccessKey: 'local' };

const scopeOf = (provider: StackProvider | undefined): AwsScope => ({
  ...account,
  region: typeof provider?.values.region === 'string' ? provider.values.region : defaultRegion,
});

/** Far above what any service here takes; each answers by itself what is too large for it. */
const maximumBodyBytes = 64 * 1024 * 1024;

function attributesOnly(): ResourceRegistry<AwsScope> {
  return new ResourceRegistry<AwsScope>()
    .add(apiGatewayResourceTypes)
    .add(budgetsResourceTypes)
    .add(cloudWatchResourceTypes)
    .add(dynamoDbResourceTypes)
    .add(eventBridgeResourceTypes)
    .add(eventSourceMappingResourceTypes)
    .add(iamResourceTypes)
    .add(lambdaResourceTypes)
    .add(logsResourceTypes)
    .add(s3ResourceTypes)
    .addDataSources(s3DataSources)
    .add(schedulerResourceTypes)
    .add(snsResourceTypes)
    .add(sqsResourceTypes)
    .add(vpcResourceTypes);
}

/** AWS: one account, one region. */
export const aws: CloudVendor = {
  defaultVariables: { project_name: 'acme' },
  provider: attributesOnly().provider(({ provider }) => scopeOf(provider)),
  start,
};

async function start(stack: Stack, surroundings: Surroundings): Promise<RunningCloud> {
  const { clock, meter, random, metrics, traces, course, warn } = surroundings;
  const runtime: AwsRuntime = {
    ...scopeOf(stack.providers.find(({ name }) => name === 'aws')),
    clock,
    meter,
    random,
    course,
  };
  const tokens = new TokenIssuer();
  const iam = new Iam(runtime);
  const destinations = new Destinations(runtime, iam);
  const logs = createLogs(runtime, surroundings.logs, metrics);
  const dynamoDb = createDynamoDb(runtime);
  const sqs = createSqs({
    runtime,
    metrics,
    senderId: (principal) => iam.userIdOf(principal),
    attachPolicy: (queueArn, document) =>
      iam.attachResourcePolicy(queueArn, document, {
        address: queueArn,
        file: 'SetQueueAttributes',
        line: 0,
      }),
  });

  const sns = createSns({
    runtime,
    metrics,
    destinations,
    attachPolicy: (topicArn, document) =>
      iam.attachResourcePolicy(topicArn, document, {
        address: topicArn,
        file: 'SetTopicAttributes',
        line: 0,
      }),
    warn,
  });

  const eventBridge = createEventBridge({ runtime, metrics, destinations, iam, warn });
  const s3 = createS3({
    runtime,
    iam,
    destinations,
    putServiceEvent: (event) => eventBridge.putServiceEvent(event),
    outsideKey,
    spillDirectory: path.join(surroundings.runDirectory, 's3'),
    warn,
  });

  const authority = createCertificateAuthority(surroundings.runDirectory, surroundings.wallClock);
  const server = await startWireServer({
    plainPort: 0,
    tls: { port: 0, authority },
    maximumBodyBytes,
    route: ({ host }) => handlerOf(host),
    onError: (error, request) =>
      warn(`${request.method} ${request.host}${request.path}: ${(error as Error).stack}`),
  });
  const { runDirectory, cacheDirectory, wallClock, virtualTime, processes } = surroundings;
  const lambda = new Lambda({
    runtime,
    iam,
    logs,
    metrics,
    traces,
    destinations,
    warn,
    instances: {
      clock,
      wallClock,
      virtualTime,
      random,
      faults: course.faults,
      processes,
      cacheDirectory,
      runDirectory,
      trustCertificateFile: authority.certificateFile,
      network: {
        redirects: [{ host: '.amazonaws.com', ports: { 443: server.tlsPort ?? 0, 80: server.plainPort } }],
      },
      onOutsideCall: ({ functionName, host, port }) =>
        warn(
          `${functionName} tried to reach ${host}:${port}; a local run reaches nothing outside this machine`,
        ),
    },
  });
  destinations.register('events', eventBridge.destination);
  destinations.register('sns', sns.destination);
  destinations.register('sqs', queueDestination(sqs.store, destinations));
  destinations.register('lambda', functionDestination(lambda));
  const scheduler = new Scheduler({ runtime, iam, lambda, warn });
  const processors = new IdleProcessors();
  const mappings = new EventSourceMappings({
    runtime,
    iam,
    lambda,
    store: sqs.store,
    idleProcessors: () => processors.count(),
    warn,
  });
  const services = [
    dynamoDb,
    logs,
    createCloudWatch(runtime, metrics),
    sts(iam),
    sqs.json,
    sqs.query,
    sns.query,
    eventBridge.json,
  ];
  const answerService = dispatch({ runtime, iam, lambda, services, s3, traces, warn });
  const principalOf = principalResolver(runtime, iam);
  const gateway = new ApiGateway({
    runtime,
    functions: lambda,
    tokens,
    metrics,
    traces,
    callerOf: (request) => signedCaller(request, principalOf(request), runtime, iam),
    authorize: (principal, action, resource) => iam.authorize(principal, [{ action, resource }]),
    accessLogWriter: (arn) => (line) => logs.put(logs.groupOfArn(arn), 'access', line),
  });
  const handlerOf = (host: string) => {
    const api = gateway.apiOfHost(host);
    return api ? (request: Parameters<HttpApi['handle']>[0]) => api.handle(request) : answerService;
  };

  const registry = new ResourceRegistry<AwsScope>()
    .add(apiGatewayResourceTypes, gateway)
    .add(budgetsResourceTypes)
    .add(cloudWatchResourceTypes)
    .add(dynamoDbResourceTypes, dynamoDb)
    .add(eventBridgeResourceTypes, { store: eventBridge.store, iam })
    .add(eventSourceMappingResourceTypes, mappings)
    .add(iamResourceTypes, iam)
    .add(lambdaResourceTypes, { lambda, rootDirectory: stack.rootDirectory, unpack: surroundings.unpack })
    .add(logsResourceTypes, logs)
    .add(s3ResourceTypes, { store: s3.store, rootDirectory: stack.rootDirectory })
    .add(schedulerResourceTypes, scheduler)
    .add(snsResourceTypes, { store: sns.store, iam })
    .add(sqsResourceTypes, { store: sqs.store, iam })
    .add(vpcResourceTypes);
  const close = async () => {
    scheduler.close();
    mappings.close();
    eventBridge.close();
    sns.close();
    s3.close();
    sqs.close();
    await Promise.all([lambda.close(), server.close()]);
  };
  try {
    for (const resource of stack.resources) await registry.realise(resource);
  } catch (error) {
    await close();
    throw error;
  }
  void lambda.start({ warm: true });
  mappings.start();
  return {
    entrances: gateway.apis.map((api) => entranceOf(api, tokens, runtime)),
    endpoints: [
      {
        name: 'aws CLI and SDKs',
        environment: {
          AWS_ENDPOINT_URL: `http://127.0.0.1:${server.plainPort}`,
          AWS_REGION: runtime.region,
          // The AWS CLI before version 2 reads only this one.
          AWS_DEFAULT_REGION: runtime.region,
          AWS_ACCESS_KEY_ID: outsideKey.accessKeyId,
          AWS_SECRET_ACCESS_KEY: outsideKey.secretAccessKey,
        },
      },
    ],
    access: {
      channels: [...channelsOf(sqs.store), ...sns.channels(), ...eventBridge.channels()],
      buckets: bucketsOf(s3.store),
      table: (name) => find('table', tablesOf(dynamoDb), name),
    },
    unusedGrants() {
      for (const store of [sns.store, eventBridge.store])
        for (const closed of destinations.tryDeadLetterRoutes(store.deadLetterRoutes())) warn(closed);
      return iam.unused();
    },
    close,
  };
}

const tokenLifetimeSeconds = 12 * 3600;

/** Who signed a request to an API; `undefined` for one that is not signed. */
function signedCaller(
  request: WireRequest,
  principal: AwsPrincipal,
  runtime: AwsRuntime,
  iam: Iam,
): SignedCaller | undefined {
  const accessKeyId = accessKeyOf(request);
  if (accessKeyId === undefined) return undefined;
  return {
    principal,
    accessKeyId,
    userArn: callerArn(principal, runtime.partition),
    userId: iam.userIdOf(principal),
  };
}

function entranceOf(api: HttpApi, tokens: TokenIssuer, { clock, region }: AwsRuntime): Entrance {
  return {
    kind: 'http',
    name: api.name,
    cloudUrl: `https://${api.domainName}`,
    handle: (request) => api.handle(request),
    callerHeaders() {
      const authorization = api.routes
        .map(({ target }) => target.authorization)
        .find(({ type }) => type !== 'NONE');
      if (authorization?.type === 'AWS_IAM') return signedBy(outsideKey.accessKeyId, region, clock.now());
      if (authorization?.type !== 'JWT') return {};
      const { issuer, audience } = authorization.authorizer;
      const issuedAt = Math.floor(clock.now() / 1000);
      const token = tokens.issue({
        iss: issuer,
        aud: audience[0],
        sub: 'local-user',
        scope: authorization.scopes.join(' '),
        iat: issuedAt,
        exp: issuedAt + tokenLifetimeSeconds,
      });
      return { authorization: `Bearer ${token}` };
    },
  };
}
