import path from 'node:path';

/** Absolute path of the project: the folder that holds package.json. */
export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** What can be made again at any time: compiled code, unpacked function packages. */
export const cacheDirectory = path.join(projectRoot, '.cache');
