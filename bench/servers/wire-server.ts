/** The front door of the local cloud with a handler that does nothing, in a process of its own. */
import { startWireServer } from '../../src/local/engine/wire-server.ts';
import { tellPort } from './tell-port.ts';

const answer = {
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: '{"Item":{"id":{"S":"1"}}}',
};
const { plainPort } = await startWireServer({
  plainPort: 0,
  maximumBodyBytes: 1_000_000,
  route: () => () => answer,
  onError: (error) => console.error(error),
});
tellPort(plainPort);
