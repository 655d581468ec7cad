import path from 'node:path';
import { defaultScope } from '../../terraform/default-scope.ts';
import type { Stack, StackProvider, StackResource } from '../../terraform/stack.ts';
import { createCertificateAuthority } from '../engine/certificate-authority.ts';
import { ConfigurationError } from '../engine/read-resource.ts';
import type { WireHandler, WireRequest } from '../engine/wire.ts';
import { startWireServer } from '../engine/wire-server.ts';
import { ResourceRegistry } from '../provider-model.ts';
import type { CloudVendor, Entrance, RunningCloud, Surroundings } from '../running-cloud.ts';
import { artifactRegistryResourceTypes } from './artifact-registry/artifact-registry.ts';
import { billingResourceTypes } from './billing/billing.ts';
import { EventRouter } from './eventarc/event-router.ts';
import { Eventarc } from './eventarc/eventarc.ts';
import { eventarcResourceTypes } from './eventarc/resource-types.ts';
import { createFirestore, firestoreResourceTypes } from './firestore/index.ts';
import { collectionOf } from './firestore/plain-documents.ts';
import { buildFailure, type FunctionBuild } from './functions/build.ts';
import { CloudFunctions } from './functions/cloud-functions.ts';
import type { FrontEnd } from './functions/front-end.ts';
import { functionResourceTypes } from './functions/resource-types.ts';
import { createGrpcServer } from './grpc-server.ts';
import { withHttpSpans } from './http-spans.ts';
import { credentialsApi, credentialsHost, ServiceAccountKeys } from './iam/credentials-api.ts';
import { createIam, type Iam } from './iam/iam.ts';
import { resourceTypes as iamResourceTypes } from './iam/resource-types.ts';
import { createCloudLogging } from './logging/logging.ts';
import { loggingResourceTypes } from './logging/resource-types.ts';
import { monitoringResourceTypes } from './monitoring/monitoring.ts';
import {
  channelsOf,
  grpcServices,
  isPubsubPath,
  PubSub,
  PushDelivery,
  pubsubResourceTypes,
  pubsubRest,
} from './pubsub/index.ts';
import { withFaults } from './rpc-faults.ts';
import { withSpans } from './rpc-spans.ts';
import type { GcpRuntime, GcpScope } from './service.ts';
import {
  bucketAccess,
  CloudStorage,
  callName,
  isStorageHost,
  storageEndpoint,
  storageResourceTypes,
  UploadedArchives,
} from './storage/index.ts';
import { timeResourceTypes } from './time/time.ts';

/** The project of a local run, the one that data sources tell of; the provider block names its id and the region. */
const { projectNumber, projectId: defaultProjectId, region: defaultRegion } = defaultScope.google;

function scopeOf(provider: StackProvider | undefined): GcpScope {
  const text = (name: string) => {
    const value = provider?.values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    projectId: text('project') ?? defaultProjectId,
    projectNumber,
    region: text('region') ?? defaultRegion,
  };
}

/** The most of one upload to Cloud Storage that is held in memory; every service answers by itself what is too large for it. */
const maximumBodyBytes = 512 * 1024 * 1024;

function attributesOnly(): ResourceRegistry<GcpScope> {
  return new ResourceRegistry<GcpScope>()
    .add(artifactRegistryResourceTypes)
    .add(billingResourceTypes)
    .add(eventarcResourceTypes)
    .add(firestoreResourceTypes)
    .add(functionResourceTypes)
    .add(iamResourceTypes)
    .add(loggingResourceTypes)
    .add(monitoringResourceTypes)
    .add(pubsubResourceTypes)
    .add(storageResourceTypes)
    .add(timeResourceTypes);
}

/** Google Cloud: one project. */
export const gcp: CloudVendor = {
  defaultVariables: { project_name: 'acme', project_id: defaultProjectId },
  provider: attributesOnly().provider(({ provider }) => scopeOf(provider)),
  start,
};

async function start(stack: Stack, surroundings: Surroundings): Promise<RunningCloud> {
  const { clock, meter, random, metrics, traces, course, warn } = surroundings;
  const scope = scopeOf(stack.providers.find(({ name }) => name === 'google'));
  const iam = createIam({ ...scope, clock, random });
  const runtime: GcpRuntime = {
    ...scope,
    clock,
    meter,
    random,
    course,
    authenticate: iam.authenticate,
    isAllowed: iam.isAllowed,
  };
  const logging = createCloudLogging(runtime, surroundings.logs);
  const firestore = createFirestore(runtime);
  const events = new EventRouter();
  const pubsub = new PubSub(runtime);
  const eventarc = new Eventarc({ pubsub, events, firestore, warn });
  const ownersPubsub = pubsubRest(pubsub, { withoutToken: 'owner' });
  const keys = new ServiceAccountKeys();
  const storage = new CloudStorage({
    runtime: { ...runtime, isPublic: iam.isPublic },
    spillDirectory: path.join(surroundings.runDirectory, 'cloud-storage'),
    onObjectEvent: (event) => events.publish(event),
  });
  const storageFor = (withoutToken: 'owner' | 'anonymous') =>
    storageEndpoint({
      storage,
      withoutToken,
      verify: (email, text, signature) => keys.verify(email, text, signature),
    });
  const [publicStorage, ownersStorage] = [storageFor('anonymous'), storageFor('owner')];
  const functionsStorage = withHttpSpans(
    publicStorage,
    { service: 'storage', nameOf: callName },
    traces,
    runtime,
  );
  const credentials = credentialsApi(runtime, keys);
  const apiOf = (host: string): WireHandler | undefined => {
    if (isStorageHost(host)) return functionsStorage;
    return host === credentialsHost ? credentials : undefined;
  };

  const authority = createCertificateAuthority(surroundings.runDirectory, surroundings.wallClock);
  const onFault = (error: unknown, request: string) => warn(`${request}: ${(error as Error).stack}`);
  const servicesByPlace = { firestore: firestore.services, pubsub: grpcServices(pubsub) };
  const services = Object.entries(servicesByPlace).flatMap(([place, ofPlace]) =>
    ofPlace.map((service) => withFaults(withSpans(service, traces, runtime), course.faults, place)),
  );
  const grpc = createGrpcServer({ runtime, services, withoutToken: 'refuse', onFault });
  const ownersGrpc = createGrpcServer({ runtime, services, withoutToken: 'owner', onFault });
  const [grpcPort, ownersGrpcPort, server, ownersServer] = await Promise.all([
    grpc.listen(0, authority),
    ownersGrpc.listen(0),
    startWireServer({
      plainPort: 0,
      tls: { port: 0, authority },
      maximumBodyBytes,
      route: (request) => apiOf(request.host) ?? functions.handlerOf(request) ?? notServed,
      onError: (error, request) => onFault(error, `${request.method} ${request.host}${request.path}`),
    }),
    startWireServer({
      plainPort: 0,
      maximumBodyBytes,
      route: ({ path }) => (isPubsubPath(path) ? ownersPubsub : ownersStorage),
      onError: (error, request) => onFault(error, `${request.method} ${request.path}`),
    }),
  ]);
  const { runDirectory, cacheDirectory, wallClock, virtualTime, processes } = surroundings;
  const tls = { 443: server.tlsPort ?? 0 };
  const functions: CloudFunctions = new CloudFunctions({
    runtime,
    iam,
    logging,
    metrics,
    traces,
    onError: onFault,
    redirects: [
      { host: 'firestore.googleapis.com', ports: { 443: grpcPort } },
      { host: 'pubsub.googleapis.com', ports: { 443: grpcPort } },
      { host: '.googleapis.com', ports: tls },
      { host: '.run.app', ports: tls },
      { host: '.cloudfunctions.net', ports: tls },
    ],
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
      frameworkDirectory: import.meta.dirname,
      onOutsideCall: ({ functionName, host, port }) =>
        warn(
          `${functionName} tried to reach ${host}:${port}; a local run reaches nothing outside this machine`,
        ),
    },
  });

  const push = new PushDelivery({
    pubsub,
    issueIdToken: iam.issueIdToken,
    handlerOf(request) {
      const handler = functions.handlerOf(request);
      return handler && eventarc.front(handler);
    },
    warn,
  });
  const objects = new UploadedArchives(storage, path.join(surroundings.runDirectory, 'packages'));
  const builds: { resource: StackResource; build: FunctionBuild }[] = [];
  const registry = new ResourceRegistry<GcpScope>()
    .add(artifactRegistryResourceTypes)
    .add(billingResourceTypes)
    .add(eventarcResourceTypes, { eventarc, urlOf: (service) => functions.urlOf(service) })
    .add(firestoreResourceTypes, firestore)
    .add(functionResourceTypes, {
      functions,
      objects,
      eventarc,
      unpack: surroundings.unpack,
      onBuild: (resource, build) => builds.push({ resource, build }),
    })
    .add(iamResourceTypes, iam)
    .add(loggingResourceTypes)
    .add(monitoringResourceTypes)
    .add(pubsubResourceTypes, pubsub)
    .add(storageResourceTypes, { storage, rootDirectory: stack.rootDirectory })
    .add(timeResourceTypes);
  const close = async () => {
    push.close();
    await functions.close();
    pubsub.close();
    storage.close();
    await Promise.all([grpc.close(0), ownersGrpc.close(0), server.close(), ownersServer.close()]);
  };
  try {
    for (const resource of stack.resources) await registry.realise(resource);
    for (const { resource, build } of builds) {
      const failure = buildFailure(build, iam, scope);
      if (failure) throw new ConfigurationError(resource, failure);
    }
    const [problem] = eventarc.problems();
    if (problem) throw new Error(`${problem.name}: ${problem.problem}`);
  } catch (error) {
    await close();
    throw error;
  }
  void functions.start();
  const members = invokersOf(stack);
  return {
    entrances: functions.services
      .filter((frontEnd) => !isPushed(frontEnd, pubsub))
      .map((frontEnd) => entranceOf(frontEnd, members, iam)),
    endpoints: [
      {
        name: 'Firestore client libraries',
        environment: {
          FIRESTORE_EMULATOR_HOST: `127.0.0.1:${ownersGrpcPort}`,
          GOOGLE_CLOUD_PROJECT: scope.projectId,
        },
      },
      {
        name: 'Pub/Sub client libraries',
        environment: {
          PUBSUB_EMULATOR_HOST: `127.0.0.1:${ownersGrpcPort}`,
          PUBSUB_PROJECT_ID: scope.projectId,
        },
      },
      {
        name: 'gcloud pubsub',
        environment: {
          CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB: `http://127.0.0.1:${ownersServer.plainPort}/`,
          CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
          CLOUDSDK_CORE_PROJECT: scope.projectId,
        },
      },
      {
        name: 'Cloud Storage client libraries',
        environment: { STORAGE_EMULATOR_HOST: `http://127.0.0.1:${ownersServer.plainPort}` },
      },
    ],
    access: {
      get channels() {
        return channelsOf(pubsub);
      },
      buckets: bucketAccess(storage),
      table: (name) => collectionOf(firestore, name),
    },
    unusedGrants() {
      for (const closed of pubsub.closedDeadLetterRoutes()) warn(closed);
      return iam.unused();
    },
    close,
  };
}

/** Names the service and what is missing, in the form of Google's APIs. */
const notServed: WireHandler = ({ method, host, path }: WireRequest) => ({
  status: 501,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify({
    error: {
      code: 501,
      status: 'UNIMPLEMENTED',
      message: `The local cloud has no service for ${method} ${host}${path}. It has: Firestore and Pub/Sub over gRPC, Cloud Storage, signBlob of IAM Credentials, and the URLs of the stack's functions.`,
    },
  }),
});

/** Whether messages come to it, from push subscriptions of the stack, and not requests from outside. */
function isPushed({ service }: FrontEnd, pubsub: PubSub): boolean {
  const endpoints = [...pubsub.subscriptions.values()].map(({ settings }) => settings.push?.endpoint ?? '');
  return endpoints.some((endpoint) =>
    service.urls.some((url) => endpoint.startsWith(url) && !/^[\w.-]/.test(endpoint.slice(url.length))),
  );
}

/** Service accounts that the configuration lets invoke something. */
function invokersOf(stack: Stack): string[] {
  const members = stack.resources
    .filter(({ type }) => /_iam_(member|binding)$/.test(type))
    .flatMap(({ values }) => [values.member, ...(Array.isArray(values.members) ? values.members : [])]);
  return members.flatMap((member) =>
    typeof member === 'string' && member.startsWith('serviceAccount:') ? [member.slice(15)] : [],
  );
}

function entranceOf(frontEnd: FrontEnd, members: readonly string[], iam: Iam): Entrance {
  const { service } = frontEnd;
  const access = { permission: 'run.routes.invoke', resource: service.resource };
  const [cloudUrl = ''] = service.urls;
  return {
    kind: 'http',
    name: service.name,
    cloudUrl,
    handle: (request) => frontEnd.handle(request, 'internet'),
    callerHeaders() {
      if (iam.isPublic(access)) return {};
      const caller = members.find((email) => iam.isAllowed({ kind: 'serviceAccount', email }, access));
      return caller === undefined ? {} : { authorization: `Bearer ${iam.issueIdToken(caller, cloudUrl)}` };
    },
  };
}
