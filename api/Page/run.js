import { get } from './api.js';
import { bytes, count, duration, left, moment, percent, rough, things } from './amount.js';
import { code, el, fill, keyed, mark, name, write } from './dom.js';
import { badge, bar, tile, when } from './parts.js';
import { problemBox } from './problem.js';
import { runActions } from './run-actions.js';
import { runDrift } from './run-drift.js';
import { runPromise } from './run-promise.js';
import { runRemarks } from './run-remarks.js';
import { runTables } from './run-tables.js';
import { runWarnings } from './run-warnings.js';
import { watch } from './watch.js';
import { databaseOf, isLive, kinds, runStates, stages, stepOf } from './words.js';

/** One run: where it stands, batch by batch and table by table. */
export function runView(frame, run) {
  const path = `api/v1/runs/${encodeURIComponent(run)}`;
  const words = el('span', null, 'Run');
  const state = badge(runStates);
  const route = el('p', { class: 'route' }, '\u00a0');
  const asked = el('p', { class: 'when' }, '\u00a0');
  const error = el('div');
  const steps = el('ol', { class: 'steps', 'aria-label': 'Stages' });
  const progress = bar('Progress of the run');
  const tiles = { tables: tile('Tables'), rows: tile('Rows'), bytes: tile('Read'), stored: tile('Stored'), time: tile('Time') };
  const actions = runActions(frame, status => { show(status); watching.now(); });
  const promise = runPromise();
  const warnings = runWarnings();
  const drift = runDrift();
  const batches = batchBars();
  const remarks = runRemarks();
  const tables = runTables(remarks.columnsOf);
  const showSteps = keyed(steps, step => step.id, stepItem);
  const content = el('div', { hidden: true }, actions.node, actions.error, steps, progress.node, warnings.node,
    el('section', { class: 'tiles', 'aria-label': 'Totals' }, Object.values(tiles).map(part => part.node)),
    promise.node, drift.node, batches.node, tables.node, remarks.node);
  let told = null;

  function show(status) {
    frame.online();
    fill(error);
    const database = databaseOf(status.source);
    content.hidden = false;
    write(words, status.kind === 'verification' || status.kind === 'rehearsal' ? kinds[status.kind] : `${kinds[status.kind]} of ${database}`);
    state.update(status.state);
    if (route.childElementCount === 0) fill(route, name(status.source), el('span', { class: 'arrow', 'aria-label': 'to' }, '→'), name(status.warehouse));
    if (asked.childElementCount === 0) fill(asked, 'asked for at ', when(status.requested), ', run ', code(status.run));
    actions.update(status);
    steps.hidden = !isLive(status.state);
    showSteps(stepsOf(status));
    progress.update(status.progress.fraction);
    progress.node.hidden = !isLive(status.state);
    showTiles(tiles, status);
    promise.update(status);
    warnings.update(status);
    drift.update(status);
    batches.update(status.tables);
    tables.update(status);
    remarks.update(status);
    frame.title(`${isLive(status.state) ? `${percent(status.progress.fraction)} ` : ''}${runStates[status.state][1]}: ${words.textContent}`);
    announce(status);
    return isLive(status.state);
  }

  // Not each number: states, stages, quarters of the way, and tables that fail.
  function announce({ state: now, stage, progress: sums }) {
    const quarter = Math.floor(sums.fraction * 4) * 25;
    const failed = sums.tablesFailed === 0 ? '' : ` ${things(sums.tablesFailed, 'table')} failed.`;
    const text = isLive(now) ? `The run is ${runStates[now][1]}${quarter > 0 && stage === 'copying' ? `, ${quarter} % done` : ''}.${failed}` : `The run has ${now === 'unknown' ? 'an unknown state' : now === 'cancelled' ? 'been cancelled' : now}.${failed}`;
    if (text === told) return;
    if (told !== null) frame.say(text);
    told = text;
  }

  const watching = watch({
    ask: signal => get(path, signal),
    show,
    fail(problem, wait) {
      if (wait !== null && told !== null) frame.offline(problem, wait);
      else fill(error, problemBox(problem.message, problem.wayOut, { live: true }), el('p', null, el('a', { href: '#/runs' }, 'All runs')));
    },
  });

  return {
    page: 'runs',
    title: `Run ${run}`,
    node: el('div', null, el('h1', { tabindex: '-1' }, words, ' ', state.node), route, asked, error, content),
    stop: watching.stop,
  };
}

function stepsOf({ kind, stage }) {
  const at = stages[kind].findIndex(([id]) => id === (stage in stepOf ? stepOf[stage] : stage));
  return stages[kind].map(([id, text], i) => ({ id, text, place: i < at ? 'past' : i === at ? 'now' : 'open' }));
}

function stepItem() {
  const node = el('li');
  return {
    node,
    update({ text, place }) {
      write(node, text);
      mark(node, 'class', place);
      mark(node, 'aria-current', place === 'now' ? 'step' : null);
    },
  };
}

function showTiles(tiles, { state, progress, requested, ended, tables }) {
  const live = isLive(state);
  const stored = tables.reduce((sum, table) => sum + table.fileBytes, 0);
  tiles.tables.update(live ? `${count(progress.tablesDone)} / ${count(progress.tables)}` : count(progress.tables), progress.tablesFailed > 0 ? `${count(progress.tablesFailed)} failed` : progress.chunks > 0 ? `${count(progress.chunksDone)} of ${things(progress.chunks, 'chunk')}` : null);
  tiles.rows.update(count(progress.rows), progress.rowsPerSecond === null ? null : `${rough(progress.rowsPerSecond)} a second`);
  tiles.bytes.update(bytes(progress.bytes), progress.bytesPerSecond === null ? null : `${bytes(progress.bytesPerSecond)} a second`);
  tiles.stored.update(bytes(stored), stored > 0 && progress.bytes > 0 ? `${Math.round(100 * stored / progress.bytes)} % of what was read` : null);
  const seconds = ((ended === null ? Date.now() : Date.parse(ended)) - Date.parse(requested)) / 1000;
  if (live) tiles.time.update(progress.secondsLeft === null ? '–' : left(progress.secondsLeft), progress.secondsLeft === null ? `for ${left(seconds)}` : `left, ${percent(progress.fraction)} done`);
  else tiles.time.update(ended === null ? '–' : duration(Math.max(0, seconds)), ended === null ? null : `ended ${moment(ended).slice(11)}`);
}

/** The batches of the foreign keys' order, a bar each. */
function batchBars() {
  const list = el('ol', { class: 'batches' });
  const node = el('section', { hidden: true }, el('h2', null, 'Batches'), el('p', { class: 'hint' }, 'A table comes in a batch after those that its foreign keys name.'), list);
  const show = keyed(list, batch => batch.batch, ({ batch }) => {
    const figures = el('span', { class: 'figures' });
    const filled = bar(`Batch ${batch + 1}`);
    return {
      node: el('li', null, el('span', { class: 'name' }, `Batch ${batch + 1}`), figures, filled.node),
      update({ tables, done, failed, part }) {
        write(figures, `${count(done)} of ${things(tables, 'table')}${failed > 0 ? `, ${count(failed)} failed` : ''}`);
        filled.update(part);
      },
    };
  });
  return {
    node,
    update(tables) {
      const batches = new Map();
      for (const table of tables) {
        const one = batches.get(table.batch) ?? batches.set(table.batch, { batch: table.batch, tables: 0, done: 0, failed: 0, parts: 0 }).get(table.batch);
        const ended = !['waiting', 'planned', 'copying', 'staging', 'verifying'].includes(table.state);
        one.tables++;
        one.done += ended && table.state !== 'failed' ? 1 : 0;
        one.failed += table.state === 'failed' ? 1 : 0;
        one.parts += ended ? 1 : table.chunks === 0 ? 0 : 0.9 * table.chunksDone / table.chunks;
      }
      node.hidden = batches.size < 2;
      show([...batches.values()].sort((a, b) => a.batch - b.batch).map(one => ({ ...one, part: one.parts / one.tables })));
    },
  };
}
