/** The pattern in its argument on AWS, with the endpoint for its owner. */
import path from 'node:path';
import { startLocalCloud } from '../../src/local/local-cloud.ts';
import { buildPackage } from '../../src/package/function-packages.ts';
import { projectRoot } from '../../src/package/project.ts';
import { tellPort } from './tell-port.ts';

const pattern = process.argv[2] ?? '';
await buildPackage(pattern, 'aws');
const cloud = await startLocalCloud({
  cloud: 'aws',
  directory: path.join(projectRoot, 'src/patterns', pattern, 'aws'),
});
const [url] = cloud.endpoints.flatMap(({ environment }) => environment.AWS_ENDPOINT_URL ?? []);
if (url === undefined) throw new Error('The local cloud names no endpoint.');
tellPort(Number(new URL(url).port));
