import { type Row, rowsOf, type Settings } from './benchmark.ts';
import { httpRequest } from './http-connection.ts';
import { HttpLoad, measureLoad } from './load-client.ts';
import { startModule } from './server-process.ts';

const subject = 'serverless-patterns';

/** Small requests through the local cloud's front door to a handler that does nothing: what every request costs. */
export const wireServer = (settings: Settings): Promise<Row[]> =>
  rowsOf(subject, settings, async () => {
    const { process, port } = await startModule('wire-server');
    await using server = process;
    const request = httpRequest({
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.GetItem',
      },
      body: '{"TableName":"orders","Key":{"id":{"S":"1"}}}',
    });
    using load = new HttpLoad({
      port,
      connections: settings.connections,
      request: () => request,
      status: 200,
    });
    const figures = await measureLoad(settings, [server], load);
    return [{ kind: 'measured', subject, work: 'POST, answered at once', figures }];
  });
