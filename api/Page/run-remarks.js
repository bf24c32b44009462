import { get } from './api.js';
import { el, fill, name } from './dom.js';
import { facts } from './parts.js';
import { problemBox } from './problem.js';
import { isLive } from './words.js';

/** What was asked for, and what the plan or the report says beside the tables; both are read once, when there is need. */
export function runRemarks() {
  const asked = el('details', { class: 'more sheet' });
  const node = el('div', null, asked);
  const extra = el('div');
  node.append(extra);
  let status = null;
  let reading = null;
  let readFrom = null;

  /** The report where there is one, else the plan, else null. */
  function whole() {
    const from = status.links.report ?? status.links.plan;
    if (from !== readFrom) {
      readFrom = from;
      reading = from === null ? Promise.resolve(null) : get(from);
      reading.catch(() => { readFrom = null; });
    }
    return reading;
  }

  async function tell() {
    try {
      const found = await whole();
      fill(extra, found && list('Worth knowing', found.notes.map(note => [note])), found && list('Not copied', found.leftOut.map(left => [el('b', null, name(left.name)), ` (${left.kind}): ${left.reason}`])));
    } catch (problem) {
      fill(extra, problemBox(problem.message, problem.wayOut));
    }
  }

  return {
    node,
    /** The columns of a table as they were carried, or are to be; null where nobody says. */
    async columnsOf(source) {
      const found = await whole();
      const table = found?.tables.find(one => one.source === source);
      return table?.columns.map(column => ({ source: column.source, name: column.name, from: column.sourceType, to: column.targetType ?? column.type, note: column.note ?? column.mayNotFit ?? '' })) ?? null;
    },
    update(now) {
      const first = status === null;
      const changed = first || (status.links.report ?? status.links.plan) !== (now.links.report ?? now.links.plan);
      status = now;
      if (first) fill(asked, el('summary', null, 'What it was asked to do'), options(now));
      if (changed && !isLive(now.state)) tell();
    },
  };
}

const list = (title, items) => items.length > 0 && el('section', null, el('h2', null, title), el('ul', null, items.map(parts => el('li', null, parts))));

const options = ({ options: asked }) => facts([
  ['Tables', asked.include.length === 0 ? 'all' : asked.include.join(', ')],
  ['But not', asked.exclude.length === 0 ? null : asked.exclude.join(', ')],
  ['Where a table fails', asked.onError === 'continue' ? 'the others are published' : 'nothing is published'],
  ['Values that do not fit', { string: 'become exact text', fail: 'fail their table', quarantine: 'set their row aside' }[asked.policy] ?? asked.policy],
  ['Rows set aside in a table, at most', asked.maxErrors],
  ['For readers', asked.profile],
  ['Connections that copy', String(asked.slots)],
  ['Locks', asked.noLock ? 'none' : null],
]);
