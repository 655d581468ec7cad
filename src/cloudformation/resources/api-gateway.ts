// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
import {
  apply,
  block,
  flag,
  type Given,
  number,
  record,
  refused,
  type Shape,
  tags,
  text,
  texts,
} from '../property.ts';
import { type ResourceMapping, the } from '../resource-mapping.ts';
import { isObject } from '../template-value.ts';
import { routesOf } from './openapi.ts';

const cors = (names: (name: string) => string): Shape => ({
  [names('AllowCredentials')]: flag('allow_credentials'),
  [names('AllowHeaders')]: texts('allow_headers'),
  [names('AllowMethods')]: texts('allow_methods'),
  [names('AllowOrigins')]: texts('allow_origins'),
  [names('ExposeHeaders')]: texts('expose_headers'),
  [names('MaxAge')]: number('max_age'),
});
const lowerFirst = (name: string) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

const api: ResourceMapping = {
  properties: {
    ApiKeySelectionExpression: text('api_key_selection_expression'),
    // Read by `make`, which knows the name of the API.
    Body: () => ({}),
    BodyS3Location: refused('an OpenAPI document in S3 does not run locally: write it as Body'),
    CorsConfiguration: block(
      'cors_configuration',
      cors((name) => name),
    ),
    CredentialsArn: refused('write integration and routes as resources of their own'),
    Description: text('description'),
    DisableExecuteApiEndpoint: flag('disable_execute_api_endpoint'),
    FailOnWarnings: flag('fail_on_warnings'),
    Name: text('name'),
    ProtocolType: text('protocol_type'),
    RouteKey: refused('write integration and routes as resources of their own'),
    Tags: tags('tags'),
    Target: refused('write integration and routes as resources of their own'),
    Version: text('version'),
  },
  make(values, context, given) {
    const body = isObject(given.value) ? given.value.Body : undefined;
    if (body === undefined) return [{ type: 'aws_apigatewayv2_api', values }];
    const document = given.member('Body', body);
    const { title, corsConfiguration, tags: ownTags, parts } = routesOf(document);
    return [
      {
        type: 'aws_apigatewayv2_api',
        values: {
          name: title ?? context.logicalId,
          protocol_type: 'HTTP',
          ...(corsConfiguration && { cors_configuration: [apply(cors(lowerFirst), corsConfiguration)] }),
          ...(Object.keys(ownTags).length > 0 && { tags: ownTags }),
          ...values,
        },
      },
      ...parts,
    ];
  },
  ref: the('id'),
  attributes: { ApiEndpoint: the('api_endpoint'), ApiId: the('id') },
};

const throttling: Shape = {
  DetailedMetricsEnabled: flag('detailed_metrics_enabled'),
  ThrottlingBurstLimit: number('throttling_burst_limit'),
  ThrottlingRateLimit: number('throttling_rate_limit'),
};

const stage: ResourceMapping = {
  properties: {
    AccessLogSettings: block('access_log_settings', {
      DestinationArn: (given: Given) => ({
        destination_arn: String(given.value).replace(/:\*$/, ''),
      }),
      Format: text('format'),
    }),
    ApiId: text('api_id'),
    AutoDeploy: flag('auto_deploy'),
    DefaultRouteSettings: block('default_route_settings', throttling),
    DeploymentId: refused('deployments do not run locally: set AutoDeploy'),
    Description: text('description'),
    RouteSettings: (given) => {
      if (!isObject(given.value)) throw given.refuse('must be an object of settings by route key');
      return {
        route_settings: Object.entries(given.value).map(([route_key, settings]) => ({
          route_key,
          ...apply(throttling, given.member(route_key, settings)),
        })),
      };
    },
    StageName: text('name'),
    StageVariables: record('stage_variables'),
    Tags: tags('tags'),
  },
  required: ['ApiId', 'StageName'],
  make: (values) => [{ type: 'aws_apigatewayv2_stage', values }],
  ref: the('name'),
  attributes: {},
};

const integration: ResourceMapping = {
  properties: {
    ApiId: text('api_id'),
    Description: text('description'),
    IntegrationMethod: text('integration_method'),
    IntegrationType: text('integration_type'),
    IntegrationUri: text('integration_uri'),
    PayloadFormatVersion: text('payload_format_version'),
    TimeoutInMillis: number('timeout_milliseconds'),
  },
  required: ['ApiId', 'IntegrationType'],
  make: (values) => [{ type: 'aws_apigatewayv2_integration', values }],
  ref: the('id'),
  attributes: { IntegrationId: the('id') },
};

const route: ResourceMapping = {
  properties: {
    ApiId: text('api_id'),
    AuthorizationScopes: texts('authorization_scopes'),
    AuthorizationType: text('authorization_type'),
    AuthorizerId: text('authorizer_id'),
    OperationName: text('operation_name'),
    RouteKey: text('route_key'),
    Target: text('target'),
  },
  required: ['ApiId', 'RouteKey'],
  make: (values) => [{ type: 'aws_apigatewayv2_route', values }],
  ref: the('id'),
  attributes: { RouteId: the('id') },
};

const authorizer: ResourceMapping = {
  properties: {
    ApiId: text('api_id'),
    AuthorizerType: text('authorizer_type'),
    IdentitySource: texts('identity_sources'),
    JwtConfiguration: block('jwt_configuration', { Audience: texts('audience'), Issuer: text('issuer') }),
    Name: text('name'),
  },
  required: ['ApiId', 'AuthorizerType', 'Name'],
  make: (values) => [{ type: 'aws_apigatewayv2_authorizer', values }],
  ref: the('id'),
  attributes: { AuthorizerId: the('id') },
};

export const apiGatewayMappings: Record<string, ResourceMapping> = {
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Authorizer': authorizer,
  'AWS::ApiGatewayV2::Integration': integration,
  'AWS::ApiGatewayV2::Route': route,
  'AWS::ApiGatewayV2::Stage': stage,
};
