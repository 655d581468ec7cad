/** What a version is called while versioning is not on. */
export const nullVersion = 'null';
