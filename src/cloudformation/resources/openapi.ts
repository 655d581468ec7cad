// An HTTP API as an OpenAPI document.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
import type { StackValue, StackValues } from '../../terraform/stack.ts';
import { apply, block, type Given, listOf, number, type Shape, text, textOf, texts } from '../property.ts';
import type { Made } from '../resource-mapping.ts';
import { isObject } from '../template-value.ts';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const anyMethod = 'x-amazon-apigateway-any-method';

/** Parts of a document that describe an API for people, and change nothing. */
const described = () => ({});

interface ApiDocument {
  title: StackValue | undefined;
  corsConfiguration: Given | undefined;
  tags: Record<string, string>;
  /** Authorizers, integrations and routes, each after what it names. */
  parts: Made[];
}

export function routesOf(document: Given): ApiDocument {
  const result: ApiDocument = { title: undefined, corsConfiguration: undefined, tags: {}, parts: [] };
  const routes: Made[] = [];
  let defaultSecurity: Given | undefined;
  const schemes = new Set<string>();
  const shape: Shape = {
    components: (given) =>
      apply(
        {
          schemas: described,
          securitySchemes(all) {
            for (const [name, scheme] of members(all)) {
              schemes.add(name);
              result.parts.push(authorizerOf(name, scheme));
            }
            return {};
          },
        },
        given,
      ),
    info(given) {
      const { title } = apply({ description: described, title: text('title'), version: described }, given);
      result.title = title;
      return {};
    },
    openapi: described,
    paths(all) {
      for (const [path, operations] of members(all))
        for (const [method, operation] of members(operations))
          routes.push(...routeOf(path, method, operation, () => ({ defaultSecurity, schemes })));
      return {};
    },
    security(given) {
      defaultSecurity = given;
      return {};
    },
    servers: described,
    tags(given) {
      for (const tag of listOf(given)) {
        const { name, value } = apply(
          { description: described, name: text('name'), 'x-amazon-apigateway-tag-value': text('value') },
          tag,
        );
        if (value !== undefined) result.tags[String(name)] = String(value);
      }
      return {};
    },
    'x-amazon-apigateway-cors'(given) {
      result.corsConfiguration = given;
      return {};
    },
    'x-amazon-apigateway-importexport-version': described,
  };
  apply(shape, document);
  result.parts.push(...routes);
  return result;
}

function members(given: Given): [string, Given][] {
  if (!isObject(given.value)) throw given.refuse('must be an object');
  return Object.entries(given.value).map(([name, value]) => [name, given.member(name, value)]);
}

function authorizerOf(name: string, scheme: Given): Made {
  const values = apply(
    {
      flows: described,
      type: described,
      'x-amazon-apigateway-authorizer': (given) =>
        apply(
          {
            identitySource: (source) => ({ identity_sources: textOf(source).split(',') }),
            jwtConfiguration: block('jwt_configuration', {
              audience: texts('audience'),
              issuer: text('issuer'),
            }),
            type: (type) => ({ authorizer_type: textOf(type).toUpperCase() }),
          },
          given,
        ),
    },
    scheme,
  );
  return {
    type: 'aws_apigatewayv2_authorizer',
    key: name,
    values: (made) => ({ api_id: made('aws_apigatewayv2_api').id ?? null, name, ...values }),
  };
}

const integrationShape: Shape = {
  httpMethod: text('integration_method'),
  payloadFormatVersion: text('payload_format_version'),
  timeoutInMillis: number('timeout_milliseconds'),
  type: (given) => ({ integration_type: textOf(given).toUpperCase() }),
  uri: text('integration_uri'),
};

function routeOf(
  path: string,
  method: string,
  operation: Given,
  document: () => { defaultSecurity: Given | undefined; schemes: ReadonlySet<string> },
): Made[] {
  if (!methods.includes(method) && method !== anyMethod)
    throw operation.refuse(`there is no method ${method}`);
  const key =
    path === '$default' || path === '/$default'
      ? '$default'
      : `${method === anyMethod ? 'ANY' : method.toUpperCase()} ${path}`;
  let integration: StackValues | undefined;
  let security: Given | undefined;
  apply(
    {
      description: described,
      isDefaultRoute: described,
      operationId: described,
      parameters: described,
      responses: described,
      security(given) {
        security = given;
        return {};
      },
      summary: described,
      'x-amazon-apigateway-integration'(given) {
        integration = apply(integrationShape, given);
        return {};
      },
    },
    operation,
  );
  if (!integration) throw operation.refuse('x-amazon-apigateway-integration is missing');
  const given = integration;
  return [
    {
      type: 'aws_apigatewayv2_integration',
      key,
      values: (made) => ({ api_id: made('aws_apigatewayv2_api').id ?? null, ...given }),
    },
    {
      type: 'aws_apigatewayv2_route',
      key,
      values(made) {
        const { defaultSecurity, schemes } = document();
        return {
          api_id: made('aws_apigatewayv2_api').id ?? null,
          route_key: key,
          target: `integrations/${String(made('aws_apigatewayv2_integration', key).id)}`,
          ...authorizationOf(security ?? defaultSecurity, schemes, made),
        };
      },
    },
  ];
}

/** `security: [{ OAuth: ['scope'] }]` */
function authorizationOf(
  security: Given | undefined,
  schemes: ReadonlySet<string>,
  made: (type: string, key: string) => StackValues,
): StackValues {
  const [requirement, ...others] = security ? listOf(security) : [];
  if (!requirement || !security) return {};
  const [[name, scopes] = ['NONE', requirement], ...more] = members(requirement);
  if (others.length > 0 || more.length > 0) throw security.refuse('a route has one authorizer');
  if (name === 'NONE') return {};
  if (!schemes.has(name)) throw requirement.refuse(`there is no security scheme ${name}`);
  return {
    authorization_type: 'JWT',
    authorizer_id: made('aws_apigatewayv2_authorizer', name).id ?? null,
    authorization_scopes: listOf(scopes).map(textOf),
  };
}
