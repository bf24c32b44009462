import { bytes, count, left, rough, things } from './amount.js';
import { el, fill, keyed, mark, name, write } from './dom.js';
import { longList } from './long-list.js';
import { badge, chunkMap, facts, wideTable } from './parts.js';
import { problemBox } from './problem.js';
import { ahead, tableAddress, tableStates, underWay } from './words.js';

const choices = [
  ['all', 'All', () => true],
  ['now', 'Under way', table => underWay.has(table.state)],
  ['ahead', 'To come', table => ahead.has(table.state)],
  ['done', 'Done', table => !underWay.has(table.state) && !ahead.has(table.state) && table.state !== 'failed'],
  ['failed', 'Failed', table => table.state === 'failed'],
];

/** The tables of a run, those that failed first, the others by their batch. */
export function runTables(columnsOf) {
  const groups = el('div');
  const showGroups = keyed(groups, group => group.id, group => tableGroup(group, columnsOf, () => snapshots));
  const list = longList({ label: 'Find a table', one: 'table', many: 'tables', wordsOf: table => table.source, render: shown => showGroups(grouped(shown)) });
  const filter = chips(() => draw());
  const node = el('section', { hidden: true }, el('div', { class: 'bar-title' }, el('h2', null, 'Tables'), list.find), filter.node, groups, list.foot);
  let tables = [];
  let snapshots = [];

  function draw() {
    list.update(tables.filter(filter.chosen()));
  }

  return {
    node,
    update(status) {
      tables = ordered(status.tables);
      snapshots = status.snapshots;
      node.hidden = tables.length === 0;
      list.find.hidden = tables.length < 2;
      filter.update(tables);
      draw();
    },
  };
}

const rank = table => table.state === 'failed' ? -1 : table.batch;

const ordered = tables => tables.map((table, i) => [table, i]).sort(([a, i], [b, j]) => rank(a) - rank(b) || i - j).map(([table]) => table);

function grouped(tables) {
  const groups = [];
  for (const table of tables) {
    const id = rank(table);
    if (groups.at(-1)?.id !== id) groups.push({ id, tables: [] });
    groups.at(-1).tables.push(table);
  }
  return groups;
}

/** Which tables, with how many there are of each; radio buttons, so that arrow keys choose. */
function chips(changed) {
  let chosen = choices[0];
  const numbers = new Map();
  const node = el('fieldset', { class: 'chips' }, el('legend', { class: 'unseen' }, 'Which tables'), choices.map(choice => {
    const number = el('span', { class: 'number' });
    const label = el('label', null, el('input', { type: 'radio', name: 'tables', value: choice[0], checked: choice === chosen, on: { change: () => { chosen = choice; changed(); } } }), el('span', null, choice[1], ' ', number));
    numbers.set(choice, [number, label]);
    return label;
  }));
  return {
    node,
    chosen: () => chosen[2],
    update(tables) {
      node.hidden = tables.length < 2;
      for (const [choice, [number, label]] of numbers) {
        const found = tables.filter(choice[2]).length;
        write(number, count(found));
        mark(label, 'class', found === 0 ? 'empty' : choice[0] === 'failed' ? 'bad' : null);
      }
    },
  };
}

function tableGroup({ id }, columnsOf, snapshotsNow) {
  const list = el('ul', { class: 'tables', 'aria-label': id < 0 ? 'Failed tables' : `Tables of batch ${id + 1}` });
  const show = keyed(list, table => table.source, table => tableItem(table, columnsOf, snapshotsNow));
  return {
    node: el('div', null, el('h3', null, id < 0 ? 'Failed' : `Batch ${id + 1}`), list),
    update: group => show(group.tables),
  };
}

function tableItem(first, columnsOf, snapshotsNow) {
  const state = badge(tableStates);
  const figures = el('span', { class: 'figures' });
  const showFigures = keyed(figures, ([kind]) => kind, () => {
    const part = el('span');
    return { node: part, update: ([, text]) => write(part, text) };
  });
  const map = chunkMap();
  const error = el('div');
  const inside = el('div');
  const columns = el('div');
  let current = first;
  let told = null;
  let asked = false;

  const details = el('details', { class: 'table', open: first.state === 'failed', on: { toggle: () => { if (details.open) open(); } } },
    el('summary', null, el('span', { class: 'name' }, name(first.source)), state.node, figures, map.node), error, inside, columns);

  function open() {
    showFacts();
    if (!asked) showColumns();
  }

  function showFacts() {
    const pairs = factsOf(current, snapshotsNow());
    const text = JSON.stringify(pairs.map(([title, value]) => [title, value?.textContent ?? value]));
    if (text === told) return;
    told = text;
    fill(inside, facts(pairs));
  }

  async function showColumns() {
    asked = true;
    try {
      const found = await columnsOf(first.source);
      asked = found !== null;
      fill(columns, found && found.length > 0 && wideTable(`Columns of ${first.source}`, ['Column', 'PostgreSQL', 'Iceberg', 'Remark'],
        found.map(column => [name(column.name === column.source ? column.source : `${column.source} → ${column.name}`), column.from, column.to, column.note])));
    } catch (problem) {
      asked = false;
      fill(columns, problemBox(problem.message, problem.wayOut));
    }
  }

  return {
    node: el('li', null, details),
    update(table) {
      current = table;
      state.update(table.state);
      showFigures(figuresOf(table));
      map.node.hidden = table.chunks === 0;
      map.update(table.chunks, table.chunksDone, table.state === 'copying');
      const problem = table.error === null ? '' : JSON.stringify(table.error);
      if (error.dataset.shown !== problem) {
        error.dataset.shown = problem;
        fill(error, table.error && problemBox(table.error.message, table.error.wayOut));
      }
      if (details.open) open();
    },
  };
}

function figuresOf(table) {
  const before = ahead.has(table.state);
  const about = table.estimatedRows === null ? null : `about ${rough(table.estimatedRows)} rows`;
  const busy = underWay.has(table.state);
  return [
    ['rows', before ? about : busy && table.estimatedRows > table.rows ? `${count(table.rows)} of about ${rough(table.estimatedRows)} rows` : `${count(table.rows)} rows`],
    ['bytes', before ? table.estimatedBytes !== null && bytes(table.estimatedBytes) : table.bytes > 0 && (table.fileBytes > 0 ? `${bytes(table.bytes)} → ${bytes(table.fileBytes)}` : bytes(table.bytes))],
    ['chunks', table.chunks > 1 && (busy ? `${count(table.chunksDone)} of ${things(table.chunks, 'chunk')}` : things(table.chunks, 'chunk'))],
    ['rate', busy && table.rowsPerSecond !== null && `${rough(table.rowsPerSecond)} rows a second`],
    ['left', busy && table.secondsLeft !== null && `${left(table.secondsLeft)} left`],
    ['quarantine', table.quarantinedRows > 0 && `${count(table.quarantinedRows)} in quarantine`],
    ['check', table.verification !== null && (table.verification.holds ? '✓ verified' : '✗ differs')],
  ].filter(([, text]) => text);
}

function factsOf(table, snapshots) {
  const read = snapshots.find(snapshot => snapshot.epoch === table.epoch);
  const check = table.verification;
  const there = table.state === 'published' || table.state === 'unchanged';
  const place = table.name === null ? null : `${table.namespace}.${table.name}`;
  return [
    [there ? 'In the warehouse' : 'Name in the warehouse', there && place !== null ? el('a', { href: tableAddress(table.namespace, table.name) }, name(place)) : place],
    ['Copied as', table.class === null ? null : `${table.class} table, ${things(table.chunks, 'chunk')}`],
    [there ? 'Shows the source at' : 'Read at', read && !ahead.has(table.state) ? `${new Date(read.takenAt).toISOString().slice(0, 19).replace('T', ' ')} UTC (snapshot ${read.epoch})` : null],
    ['In quarantine', table.quarantinedRows > 0 ? `${things(table.quarantinedRows, 'row')} in mammoth.quarantine` : null],
    ['Rows counted', check && `${count(check.sourceRows)} at the source, ${count(check.tableRows)} in the table`],
    ['Digest, source', check && check.sourceDigest],
    ['Digest, table', check && check.tableDigest],
  ];
}
