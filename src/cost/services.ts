import { type Cloud, clouds } from '../package/clouds.ts';
import { UnknownNameError } from './cost-error.ts';
import type { Service } from './service.ts';

/** Every service of the price book, loaded when it is asked for. */
const loaders: Readonly<Record<string, () => Promise<Service>>> = {
  'aws/apigateway': async () => (await import('./aws/apigateway.ts')).apigateway,
  'aws/appsync': async () => (await import('./aws/appsync.ts')).appsync,
  'aws/cloudfront': async () => (await import('./aws/cloudfront.ts')).cloudfront,
  'aws/cloudwatch': async () => (await import('./aws/cloudwatch.ts')).cloudwatch,
  'aws/cognito': async () => (await import('./aws/cognito.ts')).cognito,
  'aws/datatransfer': async () => (await import('./aws/datatransfer.ts')).datatransfer,
  'aws/dynamodb': async () => (await import('./aws/dynamodb.ts')).dynamodb,
  'aws/elasticache': async () => (await import('./aws/elasticache.ts')).elasticache,
  'aws/elb': async () => (await import('./aws/elb.ts')).elb,
  'aws/eventbridge': async () => (await import('./aws/eventbridge.ts')).eventbridge,
  'aws/fargate': async () => (await import('./aws/fargate.ts')).fargate,
  'aws/firehose': async () => (await import('./aws/firehose.ts')).firehose,
  'aws/kinesis': async () => (await import('./aws/kinesis.ts')).kinesis,
  'aws/kms': async () => (await import('./aws/kms.ts')).kms,
  'aws/lambda': async () => (await import('./aws/lambda.ts')).lambda,
  'aws/nat': async () => (await import('./aws/nat.ts')).nat,
  'aws/s3': async () => (await import('./aws/s3.ts')).s3,
  'aws/secretsmanager': async () => (await import('./aws/secretsmanager.ts')).secretsmanager,
  'aws/sns': async () => (await import('./aws/sns.ts')).sns,
  'aws/sqs': async () => (await import('./aws/sqs.ts')).sqs,
  'aws/ssm': async () => (await import('./aws/ssm.ts')).ssm,
  'aws/stepfunctions': async () => (await import('./aws/stepfunctions.ts')).stepfunctions,
  'aws/vpc': async () => (await import('./aws/vpc.ts')).vpc,
  'aws/xray': async () => (await import('./aws/xray.ts')).xray,
  'azure/apim': async () => (await import('./azure/apim.ts')).apim,
  'azure/bandwidth': async () => (await import('./azure/bandwidth.ts')).bandwidth,
  'azure/containerapps': async () => (await import('./azure/containerapps.ts')).containerapps,
  'azure/cosmos': async () => (await import('./azure/cosmos.ts')).cosmos,
  'azure/durable': async () => (await import('./azure/durable.ts')).durable,
  'azure/eventgrid': async () => (await import('./azure/eventgrid.ts')).eventgrid,
  'azure/eventhubs': async () => (await import('./azure/eventhubs.ts')).eventhubs,
  'azure/frontdoor': async () => (await import('./azure/frontdoor.ts')).frontdoor,
  'azure/functions': async () => (await import('./azure/functions.ts')).functions,
  'azure/keyvault': async () => (await import('./azure/keyvault.ts')).keyvault,
  'azure/logicapps': async () => (await import('./azure/logicapps.ts')).logicapps,
  'azure/monitor': async () => (await import('./azure/monitor.ts')).monitor,
  'azure/privatelink': async () => (await import('./azure/privatelink.ts')).privatelink,
  'azure/servicebus': async () => (await import('./azure/servicebus.ts')).servicebus,
  'azure/signalr': async () => (await import('./azure/signalr.ts')).signalr,
  'azure/storage': async () => (await import('./azure/storage.ts')).storage,
  'azure/webpubsub': async () => (await import('./azure/webpubsub.ts')).webpubsub,
  'gcp/apigateway': async () => (await import('./gcp/apigateway.ts')).apigateway,
  'gcp/bigquery': async () => (await import('./gcp/bigquery.ts')).bigquery,
  'gcp/eventarc': async () => (await import('./gcp/eventarc.ts')).eventarc,
  'gcp/firestore': async () => (await import('./gcp/firestore.ts')).firestore,
  'gcp/functions': async () => (await import('./gcp/functions.ts')).functions,
  'gcp/kms': async () => (await import('./gcp/kms.ts')).kms,
  'gcp/logging': async () => (await import('./gcp/logging.ts')).logging,
  'gcp/memorystore': async () => (await import('./gcp/memorystore.ts')).memorystore,
  'gcp/monitoring': async () => (await import('./gcp/monitoring.ts')).monitoring,
  'gcp/network': async () => (await import('./gcp/network.ts')).network,
  'gcp/pubsub': async () => (await import('./gcp/pubsub.ts')).pubsub,
  'gcp/run': async () => (await import('./gcp/run.ts')).run,
  'gcp/scheduler': async () => (await import('./gcp/scheduler.ts')).scheduler,
  'gcp/secretmanager': async () => (await import('./gcp/secretmanager.ts')).secretmanager,
  'gcp/storage': async () => (await import('./gcp/storage.ts')).storage,
  'gcp/tasks': async () => (await import('./gcp/tasks.ts')).tasks,
  'gcp/trace': async () => (await import('./gcp/trace.ts')).trace,
  'gcp/workflows': async () => (await import('./gcp/workflows.ts')).workflows,
};

/** Names of a cloud's services. */
export function serviceNames(cloud: Cloud): string[] {
  return Object.keys(loaders)
    .filter((key) => key.startsWith(`${cloud}/`))
    .map((key) => key.slice(cloud.length + 1));
}

/** @throws UnknownNameError naming the cloud's services */
export async function loadService(cloud: Cloud, name: string): Promise<Service> {
  const load = Object.hasOwn(loaders, `${cloud}/${name}`) ? loaders[`${cloud}/${name}`] : undefined;
  if (!load) {
    throw new UnknownNameError(
      `There is no price for a service "${name}" of ${cloud}. There is: ${serviceNames(cloud).join(', ')}.`,
    );
  }
  return load();
}

/** All services, or those of one cloud. */
export async function loadServices(cloud?: Cloud): Promise<Service[]> {
  const names = (cloud ? [cloud] : clouds).flatMap((each) =>
    serviceNames(each).map((name) => [each, name] as const),
  );
  return Promise.all(names.map(([each, name]) => loadService(each, name)));
}
