import { HttpConnection, httpRequest } from './http-connection.ts';
import { HttpLoad } from './load-client.ts';

/** Objects that are put and got in turn. */
export const objectCount = 1000;
/** 10 KB */
export const objectBody = 'x'.repeat(10_240);
export const objectName = (index: number) => `objects/${index % objectCount}`;

/** One call of an API, made for each object. */
export interface ObjectCall {
  method: 'GET' | 'POST' | 'PUT';
  pathOf(name: string): string;
  headers?: Record<string, string>;
  /** Of the answer. */
  status: number;
}

const requestOf = ({ method, pathOf, headers = {} }: ObjectCall, name: string): Buffer =>
  httpRequest({
    method,
    path: pathOf(name),
    headers: { ...headers, ...(method !== 'GET' && { 'content-type': 'application/octet-stream' }) },
    ...(method !== 'GET' && { body: objectBody }),
  });

/** The call for one object after the other, over plain HTTP. */
export function objectLoad(port: number, connections: number, call: ObjectCall): HttpLoad {
  const made = Array.from({ length: objectCount }, (_, index) => requestOf(call, objectName(index)));
  const request = (index: number) => made[index % objectCount] ?? Buffer.alloc(0);
  return new HttpLoad({ port, connections, request, status: call.status });
}

/** Puts every object once by this call, so that none is missed. @throws Error when one is answered otherwise */
export async function fillWith(port: number, call: ObjectCall): Promise<void> {
  const connection = new HttpConnection(port);
  try {
    for (let index = 0; index < objectCount; index++) {
      const { status, body } = await connection.send(requestOf(call, objectName(index)));
      if (status !== call.status)
        throw new Error(`answered with ${status} instead of ${call.status}: ${body.slice(0, 300)}`);
    }
  } finally {
    connection.close();
  }
}
