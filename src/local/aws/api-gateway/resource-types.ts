import * as z from 'zod';
import { ConfigurationError, readResource } from '../../engine/read-resource.ts';
import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { AwsScope } from '../service.ts';
import type { ApiGateway } from './api-gateway.ts';
import { maximumIntegrationTimeoutMs, type RouteTarget, type Stage } from './http-api.ts';
import { parseRouteKey } from './routes.ts';

const texts = z.array(z.string()).default([]);

const Api = z.object({
  id: z.string(),
  name: z.string(),
  protocol_type: z.literal('HTTP', 'only HTTP APIs run locally'),
  disable_execute_api_endpoint: z.coerce.boolean().default(false),
  cors_configuration: z
    .array(
      z.object({
        allow_credentials: z.boolean().nullish(),
        allow_headers: texts.nullish(),
        allow_methods: texts.nullish(),
        allow_origins: texts.nullish(),
        expose_headers: texts.nullish(),
        max_age: z.coerce.number().nullish(),
      }),
    )
    .default([]),
});

const Integration = z.object({
  id: z.string(),
  api_id: z.string(),
  integration_type: z.literal('AWS_PROXY', 'only Lambda proxy integrations (AWS_PROXY) run locally'),
  integration_uri: z.string(),
  payload_format_version: z.literal('2.0', 'only payload format 2.0 runs locally'),
  timeout_milliseconds: z.coerce
    .number()
    .min(50)
    .max(maximumIntegrationTimeoutMs)
    .default(maximumIntegrationTimeoutMs),
});

const RouteArguments = z.object({
  api_id: z.string(),
  route_key: z.string(),
  target: z.string().regex(/^integrations\/.+/),
  authorization_type: z.enum(['NONE', 'JWT', 'AWS_IAM']).default('NONE'),
  authorizer_id: z.string().optional(),
  authorization_scopes: texts,
});

const Authorizer = z.object({
  id: z.string(),
  api_id: z.string(),
  authorizer_type: z.literal('JWT', 'only JWT authorizers run locally'),
  identity_sources: z.array(z.string()).default(['$request.header.Authorization']),
  jwt_configuration: z.array(z.object({ issuer: z.string(), audience: texts })).length(1),
});

const throttling = {
  throttling_burst_limit: z.coerce.number().nullish(),
  throttling_rate_limit: z.coerce.number().nullish(),
};

const StageArguments = z.object({
  api_id: z.string(),
  name: z.string(),
  stage_variables: z.record(z.string(), z.string()).default({}),
  default_route_settings: z.array(z.object(throttling)).default([]),
  route_settings: z.array(z.object({ route_key: z.string(), ...throttling })).default([]),
  access_log_settings: z.array(z.object({ destination_arn: z.string(), format: z.string() })).default([]),
});

/** The Terraform resource types that HTTP APIs are made of. */
export const apiGatewayResourceTypes: ResourceTypes<AwsScope, ApiGateway> = {
  aws_apigatewayv2_api: {
    attributes(values, scope, address) {
      const id = stableId(address, 10);
      const { partition, region, accountId } = scope;
      return {
        id,
        arn: `arn:${partition}:apigateway:${region}::/apis/${id}`,
        api_endpoint: `https://${id}.execute-api.${region}.amazonaws.com`,
        execution_arn: `arn:${partition}:execute-api:${region}:${accountId}:${id}`,
        api_key_selection_expression: '$request.header.x-api-key',
        route_selection_expression: '$request.method $request.path',
        ip_address_type: 'ipv4',
        region,
        tags_all: values.tags ?? {},
      };
    },
    realise(resource, gateway) {
      const definition = readResource(Api, resource);
      const [cors] = definition.cors_configuration;
      gateway.createApi({
        id: definition.id,
        name: definition.name,
        enabled: !definition.disable_execute_api_endpoint,
        cors: cors && {
          allowOrigins: cors.allow_origins ?? [],
          allowMethods: cors.allow_methods ?? [],
          allowHeaders: cors.allow_headers ?? [],
          exposeHeaders: cors.expose_headers ?? [],
          allowCredentials: cors.allow_credentials ?? false,
          maxAgeSeconds: cors.max_age ?? undefined,
        },
      });
    },
  },
  aws_apigatewayv2_integration: {
    attributes: (_values, _scope, address) => ({
      id: stableId(address, 7),
      connection_type: 'INTERNET',
      integration_response_selection_expression: '',
    }),
    realise(resource, gateway) {
      const integration = readResource(Integration, resource);
      const targetArn = functionArnOf(integration.integration_uri);
      gateway.api(resource, integration.api_id).integrations.set(integration.id, {
        targetArn,
        timeoutMs: integration.timeout_milliseconds,
      });
    },
  },
  aws_apigatewayv2_authorizer: {
    attributes: (_values, _scope, address) => ({ id: stableId(address, 6) }),
    realise(resource, gateway) {
      const authorizer = readResource(Authorizer, resource);
      const [jwt] = authorizer.jwt_configuration;
      const [identitySource] = authorizer.identity_sources;
      if (!jwt || !identitySource) return;
      gateway.api(resource, authorizer.api_id).authorizers.set(authorizer.id, {
        issuer: jwt.issuer,
        audience: jwt.audience,
        identitySource,
      });
    },
  },
  aws_apigatewayv2_route: {
    attributes: (_values, _scope, address) => ({ id: stableId(address, 7) }),
    realise(resource, gateway) {
      const argumentsOfRoute = readResource(RouteArguments, resource);
      const api = gateway.api(resource, argumentsOfRoute.api_id);
      const integration = api.integrations.get(argumentsOfRoute.target.slice('integrations/'.length));
      if (!integration)
        throw new ConfigurationError(
          resource,
          `target ${argumentsOfRoute.target} is no integration of this API`,
        );
      const authorization = (): RouteTarget['authorization'] => {
        if (argumentsOfRoute.authorization_type !== 'JWT')
          return { type: argumentsOfRoute.authorization_type };
        const authorizer = api.authorizers.get(argumentsOfRoute.authorizer_id ?? '');
        if (!authorizer)
          throw new ConfigurationError(
            resource,
            'authorization_type JWT needs the authorizer_id of an authorizer of this API',
          );
        return { type: 'JWT', authorizer, scopes: argumentsOfRoute.authorization_scopes };
      };
      try {
        api.http.routes.push({
          route: parseRouteKey(argumentsOfRoute.route_key),
          target: { integration, authorization: authorization() },
        });
      } catch (error) {
        if (error instanceof ConfigurationError) throw error;
        throw new ConfigurationError(resource, (error as Error).message);
      }
    },
  },
  aws_apigatewayv2_stage: {
    attributes(values, scope, _address) {
      const { partition, region, accountId } = scope;
      const apiId = String(values.api_id);
      const name = String(values.name);
      const path = name === '$default' ? '/' : `/${name}`;
      return {
        id: name,
        arn: `arn:${partition}:apigateway:${region}::/apis/${apiId}/stages/${name}`,
        execution_arn: `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${name}`,
        invoke_url: `https://${apiId}.execute-api.${region}.amazonaws.com${path}`,
        deployment_id: stableId(`${apiId}/${name}`, 6),
        tags_all: values.tags ?? {},
      };
    },
    realise(resource, gateway) {
      const stage = readResource(StageArguments, resource);
      const [settings] = stage.default_route_settings;
      const [log] = stage.access_log_settings;
      gateway.api(resource, stage.api_id).http.stages.set(stage.name, {
        name: stage.name,
        variables: stage.stage_variables,
        throttle: settings && throttleOf(settings),
        routeThrottles: new Map(
          stage.route_settings.flatMap((own) => {
            const throttle = throttleOf(own);
            return throttle ? [[own.route_key, throttle]] : [];
          }),
        ),
        accessLog: log && { format: log.format, write: gateway.accessLogWriter(log.destination_arn) },
      });
    },
  },
};

function throttleOf(settings: {
  throttling_burst_limit?: number | null | undefined;
  throttling_rate_limit?: number | null | undefined;
}): Stage['throttle'] {
  const { throttling_burst_limit: burst, throttling_rate_limit: ratePerSecond } = settings;
  return burst != null && ratePerSecond != null ? { burst, ratePerSecond } : undefined;
}

/** Takes the function's ARN out of an invoke ARN; a plain ARN stays as it is. */
function functionArnOf(integrationUri: string): string {
  return /\/functions\/(.+)\/invocations$/.exec(integrationUri)?.[1] ?? integrationUri;
}
