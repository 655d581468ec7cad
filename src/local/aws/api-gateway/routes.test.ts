import { describe, expect, test } from 'vitest';
import { matchRoute, parseRouteKey } from './routes.ts';

const routesOf = (...keys: string[]) => keys.map((key) => ({ route: parseRouteKey(key), target: key }));

describe('matchRoute', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
  const routes = routesOf(
    'GET /pets/dog/1',
    'GET /pets/dog/{id}',
    'GET /pets/{proxy+}',
    'ANY /{proxy+}',
    '$default',
  );
  test.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['GET', '/pets/dog/a%2Fb%20c', 'GET /pets/dog/{id}', { id: 'a/b c' }],
  ])('%s %s goes to %s', (method, path, target, pathParameters) => {
    expect(matchRoute(routes, method, path)).toMatchObject({ target, pathParameters });
  });

  test('a method goes before ANY, and a parameter needs a value', () => {
    const both = routesOf('ANY /items/{id}', 'GET /items/{id}');
    expect(matchRoute(both, 'GET', '/items/1')?.target).toBe('GET /items/{id}');
    expect(matchRoute(both, 'PUT', '/items/1')?.target).toBe('ANY /items/{id}');
    expect(matchRoute(both, 'GET', '/items/')).toBeUndefined();
    expect(matchRoute(both, 'GET', '/items')).toBeUndefined();
    expect(matchRoute(both, 'GET', '/items/1/')).toBeUndefined();
  });
});

test.each(['items', 'FETCH /items', 'GET items', 'GET /{rest+}/more', ''])(
  'the route key %j is refused',
  (key) => {
    expect(() => parseRouteKey(key)).toThrow();
  },
);
