import type { Given } from '../../property.ts';
import { intrinsicOf, type TemplateValue } from '../../template-value.ts';
import { anyMethod, implicitApiId } from '../http-api.ts';
import { membersOf, present } from '../serverless.ts';
import { type Event, permit } from './event.ts';

export function httpApi({ id, properties, target, transform }: Event): void {
  const given = membersOf(properties, [
    'ApiId',
    'Auth',
    'Method',
    'Path',
    'PayloadFormatVersion',
    'RouteSettings',
    'TimeoutInMillis',
  ]);
  const { ApiId, Path, Method, PayloadFormatVersion, TimeoutInMillis } = given;
  if ((Path === undefined) !== (Method === undefined))
    throw properties.refuse('Path and Method belong together');
  const reference = intrinsicOf(ApiId);
  const apiId =
    ApiId === undefined ? implicitApiId : reference?.name === 'Ref' ? String(reference.argument) : '';
  if (ApiId !== undefined && transform.resources.get(apiId)?.type !== 'AWS::Serverless::HttpApi')
    throw properties.refuse('ApiId must be the !Ref of an AWS::Serverless::HttpApi in the same template');
  const isDefault = Path === undefined;
  const path = isDefault ? '$default' : String(Path);
  const named = String(Method ?? 'any').toLowerCase();
  const isAny = named === 'any' || named === anyMethod || named === '*';
  const security = securityOf(properties, given.Auth);
  const routes = transform.routes.get(apiId) ?? [];
  routes.push({
    path,
    method: isAny ? anyMethod : named,
    given: properties,
    ...(given.RouteSettings !== undefined && { routeSettings: given.RouteSettings }),
    operation: present({
      isDefaultRoute: isDefault ? true : undefined,
      responses: {},
      security,
      'x-amazon-apigateway-integration': present({
        httpMethod: 'POST',
        payloadFormatVersion: PayloadFormatVersion ?? '2.0',
        timeoutInMillis: TimeoutInMillis,
        type: 'aws_proxy',
        uri: {
          'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/${target.invocationArn}/invocations`,
        },
      }),
    }),
  });
  transform.routes.set(apiId, routes);
  const route = isDefault ? '' : `${isAny ? '*' : named.toUpperCase()}${path.replace(/\{[^}]+\}/g, '*')}`;
  permit({ id, properties, target, transform }, 'apigateway.amazonaws.com', {
    SourceArn: {
      'Fn::Sub': [
        `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/*/${route === '' ? '*' : route}`,
        { __ApiId__: { Ref: apiId } },
      ],
    },
  });
}

function securityOf(properties: Given, auth: TemplateValue | undefined): TemplateValue | undefined {
  if (auth === undefined) return undefined;
  const inner = properties.member('Auth', auth);
  const { Authorizer = '', AuthorizationScopes = [] } = membersOf(inner, [
    'AuthorizationScopes',
    'Authorizer',
  ]);
  if (Authorizer === 'AWS_IAM')
    throw inner.refuse('IAM authorization of HTTP events does not run locally: use a JWT authorizer');
  return [{ [String(Authorizer)]: AuthorizationScopes }];
}
