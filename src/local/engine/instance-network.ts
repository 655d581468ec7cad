import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';

/**
 * Where the production host names of a cloud are answered on this machine.
 *
 * `host` is an exact name or address, or a suffix when it starts with a dot (`.amazonaws.com`). `ports` maps the
 * port that the client asks for to the local one: `{ 443: 41001, 80: 41000 }`.
 */
export interface RedirectRule {
  host: string;
  ports: Record<number, number>;
}

export interface NetworkRules {
  redirects: RedirectRule[];
  /** The port that the platform tells the instance to listen on; the first server on it gets a free one. */
  listenPort?: number;
  /** Addresses whose datagrams vanish without an error, as those to a daemon that nobody reads. */
  discardDatagramsTo?: string[];
}

export interface NetworkReport {
  outsideCall(host: string, port: number, protocol: 'tcp' | 'udp' | 'dns'): void;
  listening(port: number): void;
}

/** Addresses handed out for names, so that a client that resolves first (gRPC) is recognised when it connects. */
class NameBook {
  readonly #addressByName = new Map<string, string>();
  readonly #nameByAddress = new Map<string, string>();

  addressFor(name: string): string {
    const known = this.#addressByName.get(name);
    if (known) return known;
    const index = this.#addressByName.size + 1;
    const address = `127.77.${(index >> 8) & 255}.${index & 255}`;
    this.#addressByName.set(name, address);
    this.#nameByAddress.set(address, name);
    return address;
  }

  nameOf(hostOrAddress: string): string {
    return this.#nameByAddress.get(hostOrAddress) ?? hostOrAddress;
  }
}

const LOOPBACK =
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3}|0\.0\.0\.0|::)$/i;

/** `[::1]` and `host.` are how some clients write a host. */
const bareHost = (host: string) =>
  host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

function outsideError(host: string, port: number | undefined, syscall: string): NodeJS.ErrnoException {
  const target = port === undefined ? host : `${host}:${port}`;
  const error: NodeJS.ErrnoException = new Error(
    `${syscall} ECONNREFUSED ${target} - this local run does not reach outside the machine, and nothing in it ` +
      `answers ${target}. Give the stack a resource that serves this host, or point the function at a local address.`,
  );
  return Object.assign(error, { code: 'ECONNREFUSED', errno: -111, syscall, address: host, port });
}

/**
 * Makes this process reach the local cloud by production host names, and nothing outside the machine.
 *
 * Patches what every Node client ends in (`net.Socket.connect`, `dns`, `dgram`), so http, https, http2, gRPC,
 * fetch and AMQP need no setting. The same network serves worker threads, where this runs again.
 */
export function installNetwork(rules: NetworkRules, report: NetworkReport): void {
  const names = new NameBook();
  const exact = new Map(
    rules.redirects.filter((rule) => !rule.host.startsWith('.')).map((rule) => [rule.host, rule]),
  );
  const suffixes = rules.redirects.filter((rule) => rule.host.startsWith('.'));
  const ruleFor = (host: string) => exact.get(host) ?? suffixes.find((rule) => host.endsWith(rule.host));

  patchConnect(names, ruleFor, report);
  patchDns(names);
  patchListen(rules.listenPort, report);
  patchDatagrams(rules.discardDatagramsTo ?? [], report);
}

type RuleFor = (host: string) => RedirectRule | undefined;

function patchConnect(names: NameBook, ruleFor: RuleFor, report: NetworkReport): void {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function patched(this: net.Socket, ...args: unknown[]): net.Socket {
    // net.connect and http pass one array of [options, listener]; a direct call passes (port, host, listener) or
    // (options, listener).
    const given = Array.isArray(args[0]) ? args[0] : args;
    const listener = given.findLast((argument) => typeof argument === 'function');
    const options = connectOptions(given);
    if (options === undefined) return Reflect.apply(connect, this, args);
    const host = names.nameOf(bareHost(options.host ?? 'localhost'));
    const rule = ruleFor(host);
    if (!rule && LOOPBACK.test(host)) return Reflect.apply(connect, this, args);
    const port = Number(options.port);
    const localPort = rule?.ports[port];
    if (localPort === undefined) {
      report.outsideCall(host, port, 'tcp');
      const error = outsideError(host, port, 'connect');
      process.nextTick(() => this.destroy(error));
      return this;
    }
    // The cloud's servers have a certificate for a client that names none; here the name is needed to make one.
    if ('setServername' in this && typeof this.setServername === 'function' && !options.servername) {
      if (net.isIP(host) === 0) this.setServername(host);
    }
    // A copy: tls verifies the certificate against `host` of the original options.
    const { lookup: _, localAddress: __, ...rest } = options;
    // On one machine nothing has to wait 40 ms for the acknowledgement of what was sent before.
    this.once('connect', () => this.setNoDelay(true));
    return Reflect.apply(connect, this, [
      { ...rest, host: '127.0.0.1', port: localPort, family: 4 },
      listener,
    ]);
  };
}

interface ConnectOptions {
  host?: string;
  port?: number | string;
  servername?: unknown;
  lookup?: unknown;
  localAddress?: unknown;
}

/** The TCP target of a `connect` call; nothing for a socket path. */
function connectOptions(args: unknown[]): ConnectOptions | undefined {
  const [first, second] = args;
  if (typeof first === 'object' && first !== null) return 'path' in first && first.path ? undefined : first;
  if (typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))) {
    return { port: first, ...(typeof second === 'string' && { host: second }) };
  }
  return undefined;
}

type Callback = (error: Error | null, ...results: unknown[]) => void;

/** Every name gets an address; whether it may be reached is decided where a connection is made. */
function patchDns(names: NameBook): void {
  const isLocal = (name: unknown) =>
    typeof name !== 'string' || name === '' || net.isIP(name) !== 0 || LOOPBACK.test(name);
  const { lookup } = dns;
  const promisedLookup = dns.promises.lookup;
  const answer = (name: string, options: { all?: boolean }) => {
    const entry = { address: names.addressFor(bareHost(name)), family: 4 };
    return options.all ? [entry] : entry;
  };
  const lookupOptions = (options: unknown): { all?: boolean } =>
    typeof options === 'object' && options !== null ? options : {};

  const patchedLookup = (name: string, ...rest: unknown[]) => {
    const callback = rest.at(-1);
    if (/\.localhost$/i.test(name)) return Reflect.apply(lookup, dns, ['localhost', ...rest]); // glibc does not know these
    if (isLocal(name) || typeof callback !== 'function') return Reflect.apply(lookup, dns, [name, ...rest]);
    const result = answer(name, lookupOptions(rest[0]));
    process.nextTick(() =>
      Array.isArray(result) ? callback(null, result) : callback(null, result.address, result.family),
    );
    return {};
  };
  const promisedAnswer = async (name: string, options?: unknown) =>
    isLocal(name)
      ? Reflect.apply(promisedLookup, dns.promises, [name, options])
      : answer(name, lookupOptions(options));
  Object.assign(dns, { lookup: Object.assign(patchedLookup, { __promisify__: promisedAnswer }) });
  Object.assign(dns.promises, { lookup: promisedAnswer });

  const refused = (name: string, method: string) =>
    Object.assign(
      new Error(`${method} ENOTFOUND ${name} - this local run asks no name server outside the machine`),
      {
        code: 'ENOTFOUND',
        syscall: method,
        hostname: name,
      },
    );
  const resolve = (method: string, name: string): unknown => {
    if (method === 'resolve' || method === 'resolve4') return [names.addressFor(bareHost(name))];
    throw refused(name, method);
  };
  for (const owner of [dns, dns.Resolver.prototype]) {
    for (const method of resolverMethods(owner)) {
      replace(owner, method, (name: string, ...rest: unknown[]) => {
        const callback = rest.at(-1);
        process.nextTick(() => {
          if (typeof callback === 'function') settle(() => resolve(method, name), callback as Callback);
        });
      });
    }
  }
  for (const owner of [dns.promises, dns.promises.Resolver.prototype]) {
    for (const method of resolverMethods(owner))
      replace(owner, method, async (name: string) => resolve(method, name));
  }
}

function settle(run: () => unknown, callback: Callback): void {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  callback(null, result);
}

const resolverMethods = (owner: object) =>
  ['resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveCaa', 'resolveCname', 'resolveMx', 'resolveNaptr']
    .concat(['resolveNs', 'resolvePtr', 'resolveSoa', 'resolveSrv', 'resolveTlsa', 'resolveTxt', 'reverse'])
    .filter((method) => method in owner);

function replace(owner: object, method: string, value: unknown): void {
  Object.defineProperty(owner, method, { value, configurable: true, enumerable: true, writable: true });
}

/**
 * A server without a host listens on the loopback only: nothing on a laptop's network, no firewall question.
 * The one on the platform's port gets a free port, so that many instances run side by side.
 */
function patchListen(platformPort: number | undefined, report: NetworkReport): void {
  const listen = net.Server.prototype.listen;
  net.Server.prototype.listen = function patched(this: net.Server, ...args: unknown[]): net.Server {
    const [first, second] = args;
    const asOptions = typeof first === 'object' && first !== null && !Array.isArray(first);
    const options: { port?: unknown; host?: unknown; path?: unknown; fd?: unknown } = asOptions
      ? first
      : { port: first, ...(typeof second === 'string' && { host: second }) };
    const isPort =
      options.port === undefined || typeof options.port === 'function' || !Number.isNaN(Number(options.port));
    const wantsTcp = !options.path && options.fd === undefined && !('_handle' in options) && isPort;
    if (!wantsTcp) return Reflect.apply(listen, this, args);
    const wanted = Number(options.port ?? 0) || 0;
    const listener = args.findLast((argument) => typeof argument === 'function');
    const isPlatformPort = platformPort !== undefined && wanted === platformPort;
    if (isPlatformPort) {
      this.once('listening', () => {
        const address = this.address();
        if (address !== null && typeof address === 'object') report.listening(address.port);
        Object.defineProperty(this, 'address', {
          value: () => ({ address: '::', family: 'IPv6', port: platformPort }),
        });
      });
    }
    const host = typeof options.host === 'string' && LOOPBACK.test(options.host) ? options.host : '127.0.0.1';
    const local = {
      ...(asOptions && first),
      port: isPlatformPort ? 0 : wanted,
      host: /^(?:0\.0\.0\.0|::)$/.test(host) ? '127.0.0.1' : host,
    };
    return Reflect.apply(listen, this, listener ? [local, listener] : [local]);
  };
}

/** UDP leaves the machine only through `send` and `connect`; both are refused unless the target is the loopback. */
function patchDatagrams(discarded: string[], report: NetworkReport): void {
  const { send, connect } = dgram.Socket.prototype;
  const targetOf = (args: unknown[]) => {
    const host = args.findLast((argument) => typeof argument === 'string') ?? 'localhost';
    const ports = args.filter((argument) => typeof argument === 'number');
    // send(message, port, host) or send(message, offset, length, port, host)
    return { host: String(host), port: Number(ports.at(-1)) };
  };
  const later = (socket: dgram.Socket, callback: unknown, error: Error | null) => {
    if (typeof callback === 'function') process.nextTick(callback, error);
    else if (error) process.nextTick(() => socket.emit('error', error));
  };
  replace(
    dgram.Socket.prototype,
    'send',
    function patched(this: dgram.Socket, message: unknown, ...args: unknown[]) {
      const { host, port } = targetOf(args);
      if (LOOPBACK.test(host)) return Reflect.apply(send, this, [message, ...args]);
      if (discarded.includes(host)) return later(this, args.at(-1), null);
      report.outsideCall(host, port, 'udp');
      return later(this, args.at(-1), outsideError(host, port, 'send'));
    },
  );
  replace(dgram.Socket.prototype, 'connect', function patched(this: dgram.Socket, ...args: unknown[]) {
    const { host, port } = targetOf(args);
    if (LOOPBACK.test(host)) return Reflect.apply(connect, this, args);
    report.outsideCall(host, port, 'udp');
    return later(this, args.at(-1), outsideError(host, port, 'connect'));
  });
}
