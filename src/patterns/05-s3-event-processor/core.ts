import { createHash } from 'node:crypto';
import { Permanent } from '../../middleware/messaging/permanent.ts';
import { type CsvRow, csvRows } from './csv-rows.ts';

/** One version of an object, as its notification tells of it. */
export interface Upload {
  key: string;
  /** What distinguishes this version from all others of the key: version id, generation, etag. */
  version: string;
  /** Of two versions of one key, the later one has the greater text. */
  order: string;
}

export interface OpenedObject {
  bytes: AsyncIterable<Uint8Array>;
  sizeBytes: number;
  /** `gzip`, where the uploader said so. */
  contentEncoding?: string;
}

export interface ObjectSource {
  /** Begins to read exactly this version; `undefined` when it is no longer there. */
  open(upload: Upload): Promise<OpenedObject | undefined>;
}

/** What stands in the index about one version. Its rows count from the moment it says `indexed`. */
export interface UploadRecord {
  /** `uploadId` */
  id: string;
  kind: 'upload';
  object: string;
  version: string;
  order: string;
  state: 'indexing' | 'indexed' | 'rejected' | 'skipped';
  /** Rows that are in the index. */
  rows: number;
  bytes: number;
  /** Of the file, in hexadecimal digits. */
  sha256?: string;
  /** Why it was rejected or skipped. */
  reason?: string;
  /** ISO 8601 */
  changedAt: string;
}

/** Which version of an object is the latest that was indexed. */
export interface CurrentVersion {
  /** `objectId` */
  id: string;
  kind: 'object';
  object: string;
  version: string;
  order: string;
  /** Id of the version's record. */
  upload: string;
}

export interface IndexedRow {
  /** `rowId` */
  id: string;
  kind: 'row';
  /** Id of the version's record. */
  upload: string;
  object: string;
  version: string;
  row: number;
  values: Record<string, string>;
}

/** Where rows are kept. Every write may be repeated. */
export interface RowIndex {
  find(uploadId: string): Promise<UploadRecord | undefined>;
  /** Writes rows of one upload; some may be written when it throws. */
  write(rows: IndexedRow[]): Promise<void>;
  /** Removes the rows with the numbers 1 to `count`, as far as they are there. */
  remove(uploadId: string, count: number): Promise<void>;
  /** Writes the record, unless one that says `indexed` is there. */
  record(record: UploadRecord): Promise<void>;
  /** Writes the pointer, unless one of the same or a greater `order` is there. */
  makeCurrent(current: CurrentVersion): Promise<void>;
}

export interface Ports {
  source: ObjectSource;
  index: RowIndex;
  now: () => number;
  maximumBytes: number;
}

export type Outcome = 'indexed' | 'duplicate' | 'gone';

/** The file needs more time than one invocation has. What is done is kept; the next delivery goes on from there. */
export class OutOfTime extends Error {
  override name = 'OutOfTime';
}

/** Rows that are written at a time, before more of the file is read. */
const windowRows = 400;

const idOf = (...parts: string[]) => createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 40);

/** Ids are hashes: keys may have characters, and a length, that no store takes. */
export const objectId = (key: string) => idOf(key);
export const uploadId = ({ key, version }: Upload) => idOf(key, version);

/** The digits are reversed and in front, so that rows that are written together lie apart in the store. */
export const rowId = (upload: string, row: number) => `${[...String(row)].reverse().join('')}-${upload}`;

/** Puts the rows of every uploaded version of a CSV file into an index, once however often it is told. */
export function csvIndexer({ source, index, now, maximumBytes }: Ports) {
  const recordOf = (
    upload: Upload,
    rest: Pick<UploadRecord, 'state' | 'rows' | 'bytes' | 'sha256' | 'reason'>,
  ) =>
    index.record({
      id: uploadId(upload),
      kind: 'upload',
      object: upload.key,
      version: upload.version,
      order: upload.order,
      ...rest,
      changedAt: new Date(now()).toISOString(),
    });

  const makeCurrent = (upload: Upload) =>
    index.makeCurrent({
      id: objectId(upload.key),
      kind: 'object',
      object: upload.key,
      version: upload.version,
      order: upload.order,
      upload: uploadId(upload),
    });

  /** Writes every row of the file; `progress` tells how many are in the index, whatever happens. */
  async function writeRows(
    upload: Upload,
    opened: OpenedObject,
    progress: { rows: number; bytes: number },
    hasTime: () => boolean,
  ): Promise<string> {
    refuse(opened, maximumBytes);
    const id = uploadId(upload);
    const hash = createHash('sha256');
    const skip = progress.rows;
    const checkTime = () => {
      if (!hasTime()) throw new OutOfTime(`${upload.key} takes longer than one invocation may.`);
    };
    const counted = async function* () {
      for await (const chunk of opened.bytes) {
        checkTime();
        progress.bytes += chunk.length;
        if (progress.bytes > maximumBytes) throw tooLarge(progress.bytes, maximumBytes);
        hash.update(chunk);
        yield chunk;
      }
    };
    let window: CsvRow[] = [];
    const flush = async () => {
      if (window.length === 0) return;
      checkTime();
      await index.write(
        window.map(({ number, values }) => ({
          id: rowId(id, number),
          kind: 'row',
          upload: id,
          object: upload.key,
          version: upload.version,
          row: number,
          values,
        })),
      );
      progress.rows += window.length;
      window = [];
    };
    for await (const row of csvRows(counted())) {
      if (row.number <= skip) continue;
      window.push(row);
      if (window.length === windowRows) await flush();
    }
    await flush();
    // A connection that ends early must not pass for a short file.
    if (progress.bytes !== opened.sizeBytes)
      throw new Error(`${upload.key}: ${progress.bytes} of ${opened.sizeBytes} bytes have come.`);
    return hash.digest('hex');
  }

  return {
    /**
     * @param hasTime whether enough of the invocation's time is left for another window of rows
     * @throws Permanent why the file cannot be indexed, whoever tries
     * @throws OutOfTime the next delivery goes on
     */
    async process(upload: Upload, hasTime: () => boolean): Promise<Outcome> {
      const known = await index.find(uploadId(upload));
      if (known?.state === 'indexed') {
        // The first delivery may have ended between the two writes.
        await makeCurrent(upload);
        return 'duplicate';
      }
      const opened = await source.open(upload);
      if (!opened) {
        await recordOf(upload, { state: 'skipped', rows: 0, bytes: 0, reason: 'Gone' });
        return 'gone';
      }
      const progress = { rows: known?.state === 'indexing' ? known.rows : 0, bytes: 0 };
      try {
        const sha256 = await writeRows(upload, opened, progress, hasTime);
        await recordOf(upload, { state: 'indexed', ...progress, sha256 });
      } catch (error) {
        if (error instanceof Permanent) {
          // Every attempt comes to the same end at the same row, so these are all that any of them has written.
          await index.remove(uploadId(upload), progress.rows);
          await recordOf(upload, { state: 'rejected', rows: 0, bytes: progress.bytes, reason: error.reason });
        }
        if (error instanceof OutOfTime) await recordOf(upload, { state: 'indexing', ...progress });
        throw error;
      }
      await makeCurrent(upload);
      return 'indexed';
    },
  };
}

const tooLarge = (bytes: number, maximumBytes: number) =>
  new Permanent('TooLarge', `The file has ${bytes} bytes or more; at most ${maximumBytes} are indexed.`);

/** What need not be read to be refused. A compressed file is never unpacked, so it can't become large here. */
function refuse({ sizeBytes, contentEncoding }: OpenedObject, maximumBytes: number): void {
  if (sizeBytes > maximumBytes) throw tooLarge(sizeBytes, maximumBytes);
  if (contentEncoding && !['identity', 'utf-8', 'aws-chunked'].includes(contentEncoding.toLowerCase()))
    throw new Permanent(
      'Compressed',
      `The object has the content encoding ${contentEncoding}; upload plain text.`,
    );
}
