// What the API's words are called on the page, and in which colour.

export const runStates = {
  running: ['busy', 'running'],
  paused: ['warn', 'paused'],
  succeeded: ['good', 'succeeded'],
  failed: ['bad', 'failed'],
  cancelled: ['calm', 'cancelled'],
  unknown: ['calm', 'unknown'],
};

export const tableStates = {
  waiting: ['calm', 'waiting'],
  planned: ['calm', 'planned'],
  copying: ['busy', 'copying'],
  staging: ['busy', 'staging'],
  verifying: ['busy', 'verifying'],
  staged: ['good', 'staged'],
  published: ['good', 'published'],
  unchanged: ['calm', 'unchanged'],
  withheld: ['warn', 'withheld'],
  verified: ['good', 'verified'],
  rehearsed: ['good', 'came back'],
  failed: ['bad', 'failed'],
};

/** Groups of the states that a table of a run can be in. */
export const underWay = new Set(['copying', 'staging', 'verifying']);
export const ahead = new Set(['waiting', 'planned']);

export const kinds = { migration: 'Migration', dryRun: 'Dry run', verification: 'Verification', drift: 'Drift check', rehearsal: 'Rehearsal of recovery' };

/** The stages of a kind of run, in order, with what each is called. */
export const stages = {
  migration: [['takingSnapshot', 'Snapshot'], ['planning', 'Plan'], ['copying', 'Copy and verify'], ['publishing', 'Publish'], ['done', 'Done']],
  dryRun: [['planning', 'Plan'], ['done', 'Done']],
  verification: [['verifying', 'Read again'], ['done', 'Done']],
  drift: [['comparing', 'Compare'], ['done', 'Done']],
  rehearsal: [['rehearsing', 'Bring back'], ['done', 'Done']],
};

/** A stage that has no step of its own belongs to this one. */
export const stepOf = { sweeping: 'publishing', starting: null };

export const isLive = state => state === 'running' || state === 'paused';

/** The database's name in a source without its secrets, user@host:port/name. */
export const databaseOf = source => source.includes('/') ? source.slice(source.indexOf('/') + 1) : source;

export const runAddress = run => `#/runs/${encodeURIComponent(run)}`;
export const tableAddress = (namespace, table) => `#/tables/${encodeURIComponent(namespace)}/${encodeURIComponent(table)}`;
export const tablePath = (namespace, table) => `api/v1/tables/${encodeURIComponent(namespace)}/${encodeURIComponent(table)}`;
