import type { Clock } from '../../engine/clock.ts';
import {
  badParameter,
  deletedSecretNotFound,
  nameIsDeleted,
  purgeForbidden,
  secretDisabled,
  secretNotFound,
} from './errors.ts';

/** One vault, as the configuration makes it. */
export interface VaultDefinition {
  name: string;
  /** Resource id. */
  id: string;
  location: string;
  /** How long a deleted secret can be recovered: 7 to 90. */
  retentionDays: number;
  purgeProtected: boolean;
}

/** What can be changed of a version without making another one. Times are in seconds since the epoch. */
export interface SecretProperties {
  contentType?: string;
  enabled?: boolean;
  notBeforeSeconds?: number;
  expiresSeconds?: number;
  tags?: Record<string, string>;
}

export interface SecretVersion extends SecretProperties {
  /** 32 hexadecimal digits. */
  version: string;
  value: string;
  enabled: boolean;
  createdSeconds: number;
  updatedSeconds: number;
}

/** When a secret was deleted and when nothing will be left of it. */
export interface Deletion {
  deletedSeconds: number;
  purgeSeconds: number;
}

/** A secret with the version that a caller means. */
export interface FoundSecret {
  name: string;
  version: SecretVersion;
}

export type DeletedSecret = FoundSecret & { deletion: Deletion };

interface Secret {
  name: string;
  /** In order of creation; at least one. */
  versions: [SecretVersion, ...SecretVersion[]];
  deletion?: Deletion;
}

/** https://learn.microsoft.com/azure/key-vault/secrets/about-secrets */
export const maximumValueBytes = 25_600;
export const maximumTags = 15;
const secondsPerDay = 86_400;

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers */
const nameForm = /^[0-9a-zA-Z-]{1,127}$/;

/** The secrets of one vault, without a word about who may use them. Names disregard case. */
export class Vault {
  readonly definition: VaultDefinition;
  readonly #clock: Clock;
  readonly #secrets = new Map<string, Secret>();

  constructor(definition: VaultDefinition, clock: Clock) {
    this.definition = definition;
    this.#clock = clock;
  }

  /** Makes a secret, or another version of one. @throws KeyVaultError for a name that is not one or is deleted, a value that is too long */
  set(name: string, version: string, value: string, properties: SecretProperties = {}): FoundSecret {
    checkName(name);
    if (Buffer.byteLength(value) > maximumValueBytes)
      throw badParameter(`The secret is longer than the ${maximumValueBytes} bytes that a value may have.`);
    checkTags(properties.tags);
    const known = this.#existing(name);
    if (known?.deletion) throw nameIsDeleted(name);
    const nowSeconds = this.#nowSeconds();
    const made: SecretVersion = {
      ...properties,
      enabled: properties.enabled ?? true,
      version,
      value,
      createdSeconds: nowSeconds,
      updatedSeconds: nowSeconds,
    };
    if (known) known.versions.push(made);
    else this.#secrets.set(name.toLowerCase(), { name, versions: [made] });
    return { name: known?.name ?? name, version: made };
  }

  /** A version, or the latest one, whatever its dates say. @throws KeyVaultError when there is none or it is disabled */
  get(name: string, version?: string): FoundSecret {
    const found = this.#find(name, version);
    if (!found.version.enabled) throw secretDisabled();
    return found;
  }

  /** Changes what `properties` names of a version, or of the latest one. @throws KeyVaultError */
  update(name: string, version: string | undefined, properties: SecretProperties): FoundSecret {
    const found = this.#find(name, version);
    checkTags(properties.tags);
    Object.assign(found.version, properties, { updatedSeconds: this.#nowSeconds() });
    return found;
  }

  /** Every secret with its latest version, by name. */
  list(): FoundSecret[] {
    return this.#byName().flatMap((secret) =>
      secret.deletion ? [] : [{ name: secret.name, version: latest(secret) }],
    );
  }

  /** Every version of a secret, by version; none when there is no such secret. */
  versions(name: string): FoundSecret[] {
    const secret = this.#live(name);
    if (!secret) return [];
    return secret.versions
      .toSorted((a, b) => (a.version < b.version ? -1 : 1))
      .map((version) => ({ name: secret.name, version }));
  }

  /** Deletes a secret so that it can be recovered. @throws KeyVaultError */
  delete(name: string): DeletedSecret {
    const secret = this.#live(name);
    if (!secret) throw secretNotFound(name);
    const deletedSeconds = this.#nowSeconds();
    const deletion = {
      deletedSeconds,
      purgeSeconds: deletedSeconds + this.definition.retentionDays * secondsPerDay,
    };
    secret.deletion = deletion;
    return { name: secret.name, version: latest(secret), deletion };
  }

  /** @throws KeyVaultError */
  deleted(name: string): DeletedSecret {
    const secret = this.#existing(name);
    if (!secret?.deletion) throw deletedSecretNotFound(name);
    return { name: secret.name, version: latest(secret), deletion: secret.deletion };
  }

  /** By name. */
  listDeleted(): DeletedSecret[] {
    return this.#byName().flatMap(({ deletion, ...secret }) =>
      deletion ? [{ name: secret.name, version: latest(secret), deletion }] : [],
    );
  }

  /** @throws KeyVaultError */
  recover(name: string): FoundSecret {
    const secret = this.#existing(name);
    if (!secret?.deletion) throw secretNotFound(name);
    delete secret.deletion;
    return { name: secret.name, version: latest(secret) };
  }

  /** @throws KeyVaultError when the secret is not deleted, or the vault protects it */
  purge(name: string): void {
    const { name: vault, location, purgeProtected } = this.definition;
    if (!this.#existing(name)?.deletion) throw deletedSecretNotFound(name);
    if (purgeProtected) throw purgeForbidden(vault, location);
    this.#secrets.delete(name.toLowerCase());
  }

  #find(name: string, version: string | undefined): FoundSecret {
    const secret = this.#live(name);
    if (!secret) throw secretNotFound(name);
    if (version === undefined) return { name: secret.name, version: latest(secret) };
    const wanted = secret.versions.find((one) => one.version === version.toLowerCase());
    if (!wanted) throw secretNotFound(`${name}/${version}`);
    return { name: secret.name, version: wanted };
  }

  #live(name: string): Secret | undefined {
    const secret = this.#existing(name);
    return secret?.deletion ? undefined : secret;
  }

  /** A secret that is there or can be recovered; one whose time is over is purged on the way. */
  #existing(name: string): Secret | undefined {
    checkName(name);
    const key = name.toLowerCase();
    const secret = this.#secrets.get(key);
    if (!secret || !this.#isOver(secret)) return secret;
    this.#secrets.delete(key);
    return undefined;
  }

  #byName(): Secret[] {
    return [...this.#secrets]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, secret]) => (this.#isOver(secret) ? [] : [secret]));
  }

  #isOver({ deletion }: Secret): boolean {
    return deletion !== undefined && deletion.purgeSeconds <= this.#nowSeconds();
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

const latest = ({ versions }: Pick<Secret, 'versions'>): SecretVersion => versions.at(-1) ?? versions[0];

function checkName(name: string): void {
  if (!nameForm.test(name)) throw badParameter(`The request URI contains an invalid name: ${name}`);
}

function checkTags(tags: Record<string, string> | undefined): void {
  if (tags && Object.keys(tags).length > maximumTags)
    throw badParameter(`A secret can have ${maximumTags} tags; these are ${Object.keys(tags).length}.`);
}
