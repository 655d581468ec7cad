/** The clouds that every pattern is built for, by the names of their folders. */
export type Cloud = 'aws' | 'azure' | 'gcp';

export const clouds: readonly Cloud[] = ['aws', 'azure', 'gcp'];
