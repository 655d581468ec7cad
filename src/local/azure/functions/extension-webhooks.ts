import type { WireRequest, WireResponse } from '../../engine/wire.ts';
import { hostKeys, systemKey } from './keys.ts';
import type { BoundApp } from './triggers.ts';

/** Answers a request to an extension of an app's host. */
export type AnswerWebhook = (app: BoundApp, request: WireRequest) => Promise<WireResponse> | WireResponse;

const prefix = '/runtime/webhooks/';

/**
 * `/runtime/webhooks/{extension}`, through which services of the cloud reach the extensions of an app's host. Whoever
 * calls needs the extension's system key. https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
 */
export class ExtensionWebhooks {
  readonly #answers = new Map<string, AnswerWebhook>();

  /** @param extension as paths name it: `blobs` */
  add(extension: string, answer: AnswerWebhook): this {
    this.#answers.set(extension.toLowerCase(), answer);
    return this;
  }

  /** The answer to a request to an extension; `undefined` for any other path. */
  async answer(app: BoundApp, request: WireRequest): Promise<WireResponse | undefined> {
    if (!request.path.toLowerCase().startsWith(prefix)) return undefined;
    const extension = request.path.slice(prefix.length).split('/')[0]?.toLowerCase() ?? '';
    const answer = this.#answers.get(extension);
    if (!answer) return { status: 404, headers: {}, body: '' };
    const code = new URLSearchParams(request.query).get('code');
    const keys = [systemKey(app.id, `${extension}_extension`), hostKeys(app.id).master];
    if (code === null || !keys.includes(code)) return { status: 401, headers: {}, body: '' };
    return answer(app, request);
  }
}
