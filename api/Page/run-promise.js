import { count, things } from './amount.js';
import { code, el, fill, name } from './dom.js';
import { problemBox } from './problem.js';
import { when } from './parts.js';
import { isLive } from './words.js';

/** How many of a rehearsal's remarks are told. */
const mostRemarks = 100;

/** What a reader may rely on: verification, consistency, the snapshots that were read, and why a run failed. */
export function runPromise() {
  const node = el('section', { class: 'promise', 'aria-label': 'What holds' });
  let shown = null;
  return {
    node,
    update(status) {
      const parts = { error: status.error, verified: verified(status), aside: aside(status), lost: lost(status), rest: rest(status), consistent: consistent(status), snapshots: status.snapshots, tag: status.tag };
      const text = JSON.stringify(parts);
      if (text === shown) return;
      shown = text;
      node.hidden = !parts.error && !parts.verified && !parts.consistent && parts.snapshots.length === 0;
      fill(node,
        parts.error && problemBox(parts.error.message, parts.error.wayOut),
        parts.verified && el('p', { class: parts.verified[0] }, el('b', null, parts.verified[1]), ' ', parts.verified[2]),
        parts.aside && el('p', { class: parts.aside[0] }, el('b', null, parts.aside[1]), ' ', parts.aside[2]),
        parts.lost && el('p', { class: parts.lost[0] }, el('b', null, parts.lost[1]), ' ', parts.lost[2]),
        parts.rest.length > 0 && el('ul', { class: 'remarks' }, parts.rest.map(text => el('li', null, text))),
        parts.consistent && el('p', { class: parts.consistent[0] }, el('b', null, parts.consistent[1]), ' ', parts.consistent[2]),
        parts.snapshots.length > 0 && el('ul', { class: 'snapshots' }, parts.snapshots.map(snapshot => el('li', null,
          `Snapshot ${snapshot.epoch} of the source: `, when(snapshot.takenAt), ', transactions ', code(snapshot.visible), snapshot.lsn && [', log position ', code(snapshot.lsn)]))),
        parts.tag && el('p', { class: 'hint' }, 'The published snapshots carry the tag ', el('code', null, name(parts.tag)), '.'));
    },
  };
}

function verified({ kind, state, tables, drift }) {
  if (kind === 'drift') {
    if (drift === null) return null;
    return drift.differences.length > 0
      ? ['warn', `${things(drift.differences.length, 'difference')}.`, 'The source is not what the warehouse has of it; what the next migration does about each is told below.']
      : ['good', 'No differences.', `${things(drift.tables, 'table')} of the source, with columns, types and keys, as the warehouse has them.`];
  }
  if (kind === 'verification') {
    const differ = tables.filter(table => table.state === 'failed').length;
    if (isLive(state) || tables.length === 0) return null;
    return differ > 0
      ? ['bad', `${count(differ)} of ${things(tables.length, 'table')} differ.`, 'Their published rows are not those that were proven when they were migrated.']
      : ['good', `${things(tables.length, 'table')} verified.`, 'The digest of every published row, read again now, is the one that was proven when it was migrated.'];
  }
  if (kind === 'rehearsal') {
    const differ = tables.filter(table => table.state === 'failed').length;
    if (isLive(state) || tables.length === 0) return null;
    return differ > 0
      ? ['bad', `${count(differ)} of ${things(tables.length, 'table')} did not come back as published.`, 'What PostgreSQL has after bringing them back is not what was proven when they were migrated.']
      : ['good', `${things(tables.length, 'table')} came back.`, 'Brought back into an empty PostgreSQL database and read there, the digest of every row is the one that was proven when it was migrated.'];
  }
  const checked = tables.filter(table => table.verification !== null);
  if (checked.length === 0) return null;
  const differ = checked.filter(table => !table.verification.holds).length;
  return [
    differ > 0 ? 'bad' : checked.length === tables.length ? 'good' : 'warn',
    `${count(checked.length - differ)} of ${things(tables.length, 'table')} verified.`,
    `The rows were counted independently at the source, and a digest of every row as PostgreSQL sent it equals the digest of the rows read back from the data files${differ > 0 ? ` — but for ${count(differ)}, which differ` : ''}.`,
  ];
}

function aside({ kind, tables }) {
  const rows = tables.filter(table => table.state === 'published' || table.state === 'unchanged').reduce((sum, table) => sum + table.quarantinedRows, 0);
  if (kind !== 'migration' || rows === 0) return null;
  return ['warn', `${things(rows, 'row')} set aside.`, 'A value of each does not fit its column: it is in the table mammoth.quarantine, with its key, the value, the reason and the whole row, and counted and hashed with the others.'];
}

/** Quarantined rows that a rehearsal could not bring back. */
function lost({ rehearsal }) {
  const rows = (rehearsal?.tables ?? []).reduce((sum, table) => sum + table.quarantinedNotBack, 0);
  return rows > 0 ? ['warn', `${things(rows, 'quarantined row')} did not come back.`, 'PostgreSQL does not take them; they are whole in mammoth.quarantine.'] : null;
}

/** What of a rehearsal's tables is not as it was in the source, and which it did not bring back this time. */
function rest({ rehearsal }) {
  if (!rehearsal) return [];
  const told = [
    ...rehearsal.tables.flatMap(table => table.remarks.map(remark => `${table.table}: ${remark}`)),
    ...rehearsal.leftOut.map(table => `Not this time: ${table.table}: ${table.reason}`),
  ];
  return told.length > mostRemarks ? [...told.slice(0, mostRemarks), `And ${count(told.length - mostRemarks)} more.`] : told;
}

function consistent({ kind, state, consistency, published, tables, snapshots }) {
  if (kind !== 'migration' || isLive(state)) return null;
  if (published === false && tables.length > 0 && tables.every(table => table.state === 'unchanged')) return ['good', 'Nothing changed.', 'The warehouse already showed what the source holds: no new snapshot was needed.'];
  if (consistency === 'database') return ['good', 'consistency: database.', 'All tables were read at one snapshot and published by one write: together they show one moment of the source.'];
  if (consistency === 'table' && snapshots.length === 1) return ['warn', 'consistency: table.', 'What was published shows one moment of the source. What was not shows an earlier one, or is not there.'];
  if (consistency === 'table') return ['warn', 'consistency: table.', 'Each table shows one moment of the source, but not all the same one; the moment is told with each table.'];
  return state === 'unknown' ? null : [state === 'cancelled' ? 'warn' : 'bad', 'Nothing was published.', 'Readers of the warehouse see what they saw before this run.'];
}
