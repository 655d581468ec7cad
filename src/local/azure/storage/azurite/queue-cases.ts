/** Calls to the queue service for the comparison with Azurite. */
import { seededRandom } from '../../../engine/random.ts';
import type { Call, Case } from './exchange.ts';

type Headers = Record<string, string>;
type Rest = Omit<Call, 'service' | 'method' | 'path'>;

const call = (method: string, path: string, rest: Rest = {}): Call => ({
  service: 'queue',
  method,
  path,
  ...rest,
});
const get = (path: string) => call('GET', path);
const queue = (name: string, headers: Headers = {}) => call('PUT', `/${name}`, { headers });
const message = (text: string) =>
  `<?xml version="1.0" encoding="utf-8"?><QueueMessage><MessageText>${text}</MessageText></QueueMessage>`;
/** What a message is known by, under names that end in `name`. */
const known = (name: string) => ({ [`id${name}`]: 'MessageId', [`receipt${name}`]: 'PopReceipt' });
const put = (path: string, text: string, keep = '') =>
  call('POST', path, { body: message(text), keep: known(keep) });
const receive = (name: string, query = '', keep = '') =>
  call('GET', `/${name}/messages${query}`, { keep: known(keep) });
const peek = (name: string, query = '') => get(`/${name}/messages?peekonly=true${query}`);
const remove = (name: string, of = '', receipt = of) =>
  call('DELETE', `/${name}/messages/{id${of}}?popreceipt={receipt${receipt}}`);
const update = (name: string, query: string, text: string | undefined, of = '', receipt = of) =>
  call('PUT', `/${name}/messages/{id${of}}?popreceipt={receipt${receipt}}${query}`, {
    ...(text !== undefined && { body: message(text) }),
    keep: { [`receipt${of}`]: 'x-ms-popreceipt' },
  });
const properties = (name: string) => get(`/${name}?comp=metadata`);

export const queueCases: Case[] = [
  {
    name: 'life of a queue',
    calls: [
      queue('life', { 'x-ms-meta-kind': 'test' }),
      queue('life', { 'x-ms-meta-kind': 'test' }),
      queue('life'),
      queue('life', { 'x-ms-meta-kind': 'other' }),
      properties('life'),
      call('HEAD', '/life?comp=metadata'),
      call('PUT', '/life?comp=metadata', { headers: { 'x-ms-meta-new': 'Value' } }),
      properties('life'),
      queue('named', { 'x-ms-meta-a-b': 'Value' }),
      call('PUT', '/life?comp=metadata'),
      properties('life'),
      get('/?comp=list&prefix=life'),
      get('/?comp=list&prefix=life&include=metadata'),
      get('/?comp=list&prefix=life&maxresults=0'),
      get('/?comp=list&prefix=life&maxresults=5001'),
      get('/?comp=list&prefix=life&maxresults=x'),
      call('DELETE', '/life'),
      call('DELETE', '/life'),
      properties('life'),
      call('PUT', '/life?comp=metadata'),
      put('/life/messages', 'x'),
      receive('life'),
      peek('life'),
      call('DELETE', '/life/messages'),
      call('DELETE', '/life/messages/x?popreceipt=eA%3D%3D'),
      ...['ab', 'x'.repeat(64), 'a--b', '-ab', 'ab-', 'UPPER', 'a_b'].map((name) => queue(name)),
    ],
  },
  {
    name: 'pages of queues',
    calls: [
      ...['page-a', 'page-b', 'page-c'].map((name) => queue(name, { 'x-ms-meta-name': name })),
      call('GET', '/?comp=list&prefix=page-&maxresults=2', { keep: { next: 'NextMarker' } }),
      get('/?comp=list&prefix=page-&maxresults=2&marker={next}&include=metadata'),
      get('/?comp=list&prefix=none'),
    ],
  },
  {
    name: 'messages',
    calls: [
      queue('messages'),
      receive('messages'),
      peek('messages'),
      put('/messages/messages', 'one', '1'),
      put('/messages/messages', 'PHR3bz4=', '2'),
      put('/messages/messages', '&lt;three&gt; &amp; more ü', '3'),
      put('/messages/messages', '', '4'),
      put('/messages/messages', '  spaces  ', '5'),
      properties('messages'),
      peek('messages'),
      peek('messages', '&numofmessages=32'),
      peek('messages', '&numofmessages=33'),
      peek('messages', '&numofmessages=0'),
      receive('messages', '?numofmessages=0'),
      receive('messages', '?numofmessages=33'),
      receive('messages', '?numofmessages=x'),
      receive('messages', '?visibilitytimeout=0'),
      receive('messages', '?visibilitytimeout=-1'),
      receive('messages', '?visibilitytimeout=604801'),
      receive('messages', '?visibilitytimeout=x'),
      receive('messages', '', '1'),
      receive('messages', '?visibilitytimeout=60', '2'),
      receive('messages', '?visibilitytimeout=604800&numofmessages=2'),
      peek('messages', '&numofmessages=32'),
      properties('messages'),
      remove('messages', '1', '2'),
      remove('messages', '1'),
      remove('messages', '1'),
      update('messages', '&visibilitytimeout=20', 'two again', '2'),
      remove('messages', '2', '1'),
      update('messages', '&visibilitytimeout=0', undefined, '2'),
      peek('messages', '&numofmessages=32'),
      update('messages', '', 'x', '2'),
      update('messages', '&visibilitytimeout=604801', 'x', '2'),
      update('messages', '&visibilitytimeout=-1', 'x', '2'),
      call('PUT', '/messages/messages/{id2}?visibilitytimeout=0', { body: message('x') }),
      call('DELETE', '/messages/messages/{id2}'),
      call('DELETE', '/messages/messages/{id2}?popreceipt=nonsense'),
      call('PUT', '/messages/messages/{id2}?popreceipt=nonsense&visibilitytimeout=0', { body: message('x') }),
      call('PUT', '/messages/messages/{id2}?popreceipt=eA%3D%3D&visibilitytimeout=0', { body: message('x') }),
      call('DELETE', '/messages/messages/{id2}?popreceipt=eA%3D%3D'),
      call('PUT', '/messages/messages/none?popreceipt={receipt2}&visibilitytimeout=0', {
        body: message('x'),
      }),
      call('DELETE', '/messages/messages/none?popreceipt={receipt2}'),
      call('PATCH', '/messages/messages'),
      call('DELETE', '/messages/messages'),
      peek('messages', '&numofmessages=32'),
      properties('messages'),
      call('DELETE', '/messages/messages'),
      remove('messages', '2'),
    ],
  },
  {
    name: 'bodies',
    calls: [
      queue('bodies'),
      put('/bodies/messages', 'x'.repeat(64 * 1024)),
      put('/bodies/messages', 'x'.repeat(64 * 1024 + 1)),
      put('/bodies/messages', 'ü'.repeat(32 * 1024 + 1)),
      call('POST', '/bodies/messages', { body: 'nonsense' }),
      call('POST', '/bodies/messages', { body: '' }),
      call('POST', '/bodies/messages', {
        body: '<?xml version="1.0"?><QueueMessage><Other>x</Other></QueueMessage>',
      }),
      call('POST', '/bodies/messages', {
        body: '<?xml version="1.0"?><QueueMessage><MessageText>x</QueueMessage>',
      }),
      receive('bodies', '?numofmessages=32'),
      call('POST', '/bodies/messages', {
        body: '<?xml version="1.0"?><Other><MessageText>x</MessageText></Other>',
      }),
    ],
  },
  {
    name: 'times',
    calls: [
      queue('times'),
      ...['0', '-2', '2147483648', 'x'].map((seconds) =>
        put(`/times/messages?messagettl=${seconds}`, 'refused'),
      ),
      ...['604801', '-1', 'x'].map((seconds) =>
        put(`/times/messages?visibilitytimeout=${seconds}`, 'refused'),
      ),
      put('/times/messages?messagettl=60&visibilitytimeout=60', 'refused'),
      put('/times/messages?messagettl=-1&visibilitytimeout=604800', 'hidden'),
      put('/times/messages?messagettl=-1', 'for ever', 'Ever'),
      put('/times/messages?messagettl=700000', 'long'),
      put('/times/messages', 'seven days'),
      put('/times/messages?messagettl=2', 'short'),
      put('/times/messages?visibilitytimeout=2', 'late', 'Late'),
      peek('times', '&numofmessages=32'),
      { ...peek('times', '&numofmessages=32'), waitMs: 3_500 },
      properties('times'),
      call('DELETE', '/times/messages'),
      put('/times/messages', 'again', 'Again'),
      receive('times', '?visibilitytimeout=1', 'First'),
      { ...receive('times', '?visibilitytimeout=1', 'Second'), waitMs: 2_500 },
      remove('times', 'First'),
      update('times', '&visibilitytimeout=1', 'x', 'First'),
      { ...update('times', '&visibilitytimeout=60', 'hidden anew', 'Second'), waitMs: 2_500 },
      receive('times'),
      update('times', '&visibilitytimeout=0', 'shown', 'Second'),
      receive('times', '', 'Third'),
      remove('times', 'Second'),
      remove('times', 'Third'),
      put('/times/messages', 'just sent', 'Sent'),
      update('times', '&visibilitytimeout=60', 'just changed', 'Sent'),
      peek('times'),
      remove('times', 'Sent'),
      put('/times/messages', 'just sent', 'Sent'),
      remove('times', 'Sent'),
      put('/times/messages?messagettl=2', 'expires', 'Expires'),
      update('times', '&visibilitytimeout=60', 'too long', 'Expires'),
      { ...properties('times'), waitMs: 3_500 },
      remove('times', 'Expires'),
    ],
  },
];

/** Sends, receipts, updates and deletions at random, wrong receipts among them; the same for the same seed. */
export function randomQueueCalls(name: string, seed: number, count: number): Case {
  const random = seededRandom(seed);
  const pick = <T>(choices: readonly T[]): T => choices[random.below(choices.length)] as T;
  const which = () => pick(['1', '2', '3']);
  const receiptOf = (of: string) => (random.below(4) === 0 ? which() : of);
  const kinds: (() => Call)[] = [
    () => put(`/${name}/messages`, random.text(8), which()),
    () =>
      put(
        `/${name}/messages?visibilitytimeout=${pick(['0', '600'])}&messagettl=${pick(['-1', '900'])}`,
        random.text(8),
        which(),
      ),
    () => receive(name, '?visibilitytimeout=600&numofmessages=32', which()),
    () => peek(name, '&numofmessages=32'),
    () => {
      const of = which();
      return remove(name, of, receiptOf(of));
    },
    () => {
      const of = which();
      const text = random.below(2) === 0 ? random.text(5) : undefined;
      return update(name, `&visibilitytimeout=${pick(['0', '0', '600'])}`, text, of, receiptOf(of));
    },
    () => properties(name),
  ];
  return {
    name,
    anyOrder: true,
    resync: () => [call('DELETE', `/${name}/messages`)],
    calls: [
      queue(name),
      ...Array.from({ length: count }, () =>
        random.below(60) === 0 ? call('DELETE', `/${name}/messages`) : pick(kinds)(),
      ),
    ],
  };
}
