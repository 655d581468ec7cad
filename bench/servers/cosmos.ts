/** The local Cosmos DB over plain HTTP, in a process of its own; its one item is `seed`. */
import { serve, testCosmos } from '../../src/local/azure/cosmos/test-account.ts';
import { tellPort } from './tell-port.ts';

// Anonymous requests are let in, so that signing, which is the client's work, need not be measured.
const { cosmos, createContainer } = testCosmos({ cosmos: { trustAnonymous: true } });
createContainer({ throughput: { kind: 'manual', ruPerSecond: 1_000_000_000 } });
const { url } = await serve(cosmos.handle);
tellPort(Number(new URL(url).port));
