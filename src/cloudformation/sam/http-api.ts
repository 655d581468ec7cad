// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-httpapi.html
import { type Given, listOf } from '../property.ts';
import type { TemplateResource } from '../template-resource.ts';
import { isObject, type TemplateObject, type TemplateValue } from '../template-value.ts';
import { type EventRoute, membersOf, present, type Transform } from './serverless.ts';

/** The API of all HTTP events that name none. */
export const implicitApiId = 'ServerlessHttpApi';

export function expandHttpApi(resource: TemplateResource, given: Given, transform: Transform): void {
  const { logicalId } = resource;
  const properties = membersOf(given, [
    'AccessLogSettings',
    'Auth',
    'CorsConfiguration',
    'DefaultRouteSettings',
    'DefinitionBody',
    'Description',
    'DisableExecuteApiEndpoint',
    'FailOnWarnings',
    'Name',
    'PropagateTags',
    'RouteSettings',
    'StageName',
    'StageVariables',
    'Tags',
  ]);
  if (properties.PropagateTags === true)
    throw given
      .member('PropagateTags', true)
      .refuse('write the tags at each resource: PropagateTags does not run locally');
  const routes = transform.routes.get(logicalId) ?? [];
  const body = bodyOf(given, properties, routes);
  const { Description, DisableExecuteApiEndpoint, FailOnWarnings, StageName = '$default' } = properties;
  transform.resources.set(logicalId, {
    ...resource,
    type: 'AWS::ApiGatewayV2::Api',
    properties: present({ Body: body, Description, DisableExecuteApiEndpoint, FailOnWarnings }),
  });
  const own = routes.filter(({ routeSettings }) => routeSettings !== undefined);
  const routeSettings = {
    ...(isObject(properties.RouteSettings) && properties.RouteSettings),
    ...Object.fromEntries(own.map((route) => [routeKey(route), route.routeSettings ?? {}])),
  };
  const stageId =
    StageName === '$default'
      ? `${logicalId}ApiGatewayDefaultStage`
      : `${logicalId}${typeof StageName === 'string' ? StageName.replace(/[^A-Za-z0-9]/g, '') : ''}Stage`;
  transform.generate(
    given,
    stageId,
    'AWS::ApiGatewayV2::Stage',
    present({
      AccessLogSettings: properties.AccessLogSettings,
      ApiId: { Ref: logicalId },
      AutoDeploy: true,
      DefaultRouteSettings: properties.DefaultRouteSettings,
      RouteSettings: Object.keys(routeSettings).length > 0 ? routeSettings : undefined,
      StageName,
      StageVariables: properties.StageVariables,
      Tags: { 'httpapi:createdBy': 'SAM', ...(isObject(properties.Tags) && properties.Tags) },
    }),
  );
  transform.referable.set(`${logicalId}.Stage`, stageId);
}

const routeKey = ({ path, method }: EventRoute) =>
  path === '$default' ? path : `${method === anyMethod ? 'ANY' : method.toUpperCase()} ${path}`;

export const anyMethod = 'x-amazon-apigateway-any-method';

function bodyOf(
  given: Given,
  properties: Partial<Record<string, TemplateValue>>,
  routes: readonly EventRoute[],
): TemplateObject {
  const written = isObject(properties.DefinitionBody) ? properties.DefinitionBody : {};
  const paths: TemplateObject = isObject(written.paths) ? { ...written.paths } : {};
  const { schemes, defaultAuthorizer } = authorizersOf(given.member('Auth', properties.Auth ?? {}));
  for (const { path, method, operation, given: event } of routes) {
    const operations = paths[path];
    const before = isObject(operations) ? operations : {};
    if (method in before)
      throw event.refuse(`API method "${method}" defined multiple times for path "${path}"`);
    const security = securityOf(operation.security, defaultAuthorizer, Object.keys(schemes), event);
    const { security: _, ...rest } = operation;
    paths[path] = { ...before, [method]: { ...rest, ...(security && { security }) } };
  }
  const info = isObject(written.info) ? written.info : { title: { Ref: 'AWS::StackName' }, version: '1.0' };
  const cors = corsOf(given, properties.CorsConfiguration);
  return {
    openapi: '3.0.1',
    ...written,
    info: { ...info, ...(properties.Name !== undefined && { title: properties.Name }) },
    paths,
    ...(Object.keys(schemes).length > 0 && { components: { securitySchemes: schemes } }),
    ...(cors && { 'x-amazon-apigateway-cors': cors }),
    tags: [
      { name: 'httpapi:createdBy', 'x-amazon-apigateway-tag-value': 'SAM' },
      ...(isObject(properties.Tags)
        ? Object.entries(properties.Tags).map(([name, value]) => ({
            name,
            'x-amazon-apigateway-tag-value': value,
          }))
        : []),
    ],
  };
}

/** An event says `Authorizer: Name`, `NONE`, or nothing, which is the default of the API. */
function securityOf(
  wanted: TemplateValue | undefined,
  defaultAuthorizer: string | undefined,
  known: readonly string[],
  event: Given,
): TemplateValue | undefined {
  const [requirement] = Array.isArray(wanted) ? wanted : [];
  const [[name, scopes] = [defaultAuthorizer, []]] = isObject(requirement) ? Object.entries(requirement) : [];
  const authorizer = name === '' ? defaultAuthorizer : name;
  if (authorizer === undefined || authorizer === 'NONE') return undefined;
  if (!known.includes(authorizer)) throw event.refuse(`there is no authorizer ${authorizer} at the API`);
  return [{ [authorizer]: scopes }];
}

function authorizersOf(auth: Given): { schemes: TemplateObject; defaultAuthorizer: string | undefined } {
  const { Authorizers = {}, DefaultAuthorizer } = membersOf(auth, ['Authorizers', 'DefaultAuthorizer']);
  const all = auth.member('Authorizers', Authorizers);
  if (!isObject(Authorizers)) throw all.refuse('must be an object');
  const schemes = Object.entries(Authorizers).map(([name, value]): [string, TemplateValue] => {
    const authorizer = all.member(name, value);
    const given = membersOf(authorizer, ['AuthorizationScopes', 'IdentitySource', 'JwtConfiguration']);
    if (!isObject(given.JwtConfiguration))
      throw authorizer.refuse('only JWT authorizers run locally: JwtConfiguration is missing');
    if (given.AuthorizationScopes !== undefined)
      throw authorizer.refuse('write AuthorizationScopes at the events that need them');
    return [
      name,
      {
        type: 'oauth2',
        'x-amazon-apigateway-authorizer': present({
          identitySource: given.IdentitySource,
          jwtConfiguration: given.JwtConfiguration,
          type: 'jwt',
        }),
      },
    ];
  });
  return {
    schemes: Object.fromEntries(schemes),
    defaultAuthorizer: DefaultAuthorizer === undefined ? undefined : String(DefaultAuthorizer),
  };
}

function corsOf(given: Given, cors: TemplateValue | undefined): TemplateObject | undefined {
  if (cors === undefined || cors === false) return undefined;
  if (cors === true) return { allowOrigins: ['*'] };
  const inner = given.member('CorsConfiguration', cors);
  const names = [
    'AllowCredentials',
    'AllowHeaders',
    'AllowMethods',
    'AllowOrigins',
    'ExposeHeaders',
    'MaxAge',
  ];
  const members = membersOf(inner, names);
  for (const list of ['AllowHeaders', 'AllowMethods', 'AllowOrigins', 'ExposeHeaders']) {
    const value = members[list];
    if (value !== undefined) listOf(inner.member(list, value));
  }
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
      value ?? null,
    ]),
  );
}
