import { get } from './api.js';
import { duration, left, moment, percent, rough, things } from './amount.js';
import { el, fill, keyed, name, write } from './dom.js';
import { badge, bar, when } from './parts.js';
import { problemBox } from './problem.js';
import { watch } from './watch.js';
import { databaseOf, isLive, kinds, runAddress, runStates } from './words.js';

const pageSize = 20;
const restful = 5000;
const mostLive = 3;

/** All runs, the latest first; what runs now on top. */
export function runsView(frame) {
  const title = el('h1', { tabindex: '-1' }, 'Runs');
  const route = el('p', { class: 'route' });
  const error = el('div');
  const live = el('ul', { class: 'cards' });
  const body = el('tbody');
  const table = el('table', { class: 'sheet list', hidden: true },
    el('caption', { class: 'unseen' }, 'Runs, the latest first'),
    el('thead', null, el('tr', null, el('th', { scope: 'col' }, 'Asked for'), el('th', { scope: 'col' }, 'What'), el('th', { scope: 'col', class: 'spare number' }, 'Took'), el('th', { scope: 'col' }, 'State'))),
    body);
  const none = el('p', { class: 'empty', hidden: true }, 'Nothing has run here yet. ', el('a', { href: '#/start' }, 'Start a migration'), ': a dry run shows what would happen, and copies nothing.');
  const older = el('button', { type: 'button', class: 'plain', hidden: true, on: { click: showOlder } }, 'Show older runs');
  const showRows = keyed(body, run => run.run, row);
  const showLive = keyed(live, status => status.run, liveCard);
  let shown = pageSize;
  let known = null;

  const watching = watch({
    async ask(signal) {
      const [info, runs] = await Promise.all([known ?? get('api/v1/info', signal), latest(shown, signal)]);
      known = info;
      const statuses = await Promise.all(runs.runs.filter(run => isLive(run.state)).slice(0, mostLive).map(run => get(run.url, signal)));
      return { info, runs, statuses };
    },
    show({ info, runs, statuses }) {
      frame.online();
      fill(error);
      fill(route, name(info.source), el('span', { class: 'arrow', 'aria-label': 'to' }, '→'), name(info.warehouse));
      frame.title(`Runs of ${databaseOf(info.source)}`);
      showLive(statuses);
      showRows(runs.runs);
      table.hidden = runs.runs.length === 0;
      none.hidden = runs.runs.length > 0;
      older.hidden = runs.next === null;
      return statuses.length > 0 ? true : restful;
    },
    fail(problem, wait) {
      if (wait !== null && known !== null) frame.offline(problem, wait);
      else fill(error, problemBox(problem.message, problem.wayOut, { live: true }));
    },
  });

  function showOlder() {
    shown += pageSize;
    watching.now();
  }

  return {
    page: 'runs',
    title: 'Runs',
    node: el('div', null, el('div', { class: 'bar-title' }, title, el('a', { class: 'button main', href: '#/start' }, 'Start a migration')), route, error, live, el('section', { 'aria-label': 'All runs' }, table, none, older)),
    stop: watching.stop,
  };
}

/** The latest runs, page after page. */
async function latest(wanted, signal) {
  const runs = [];
  let next = `api/v1/runs?limit=${pageSize}`;
  while (next !== null && runs.length < wanted) {
    const page = await get(next, signal);
    runs.push(...page.runs);
    next = page.next;
  }
  return { runs, next };
}

function row(run) {
  const state = badge(runStates);
  const took = el('td', { class: 'spare number' });
  return {
    node: el('tr', null, el('th', { scope: 'row' }, el('a', { href: runAddress(run.run) }, moment(run.requested))), el('td', null, kinds[run.kind]), took, el('td', null, state.node)),
    update(current) {
      state.update(current.state);
      write(took, isLive(current.state) || current.updated === null ? '–' : duration((Date.parse(current.updated) - Date.parse(current.requested)) / 1000));
    },
  };
}

function liveCard(status) {
  const state = badge(runStates);
  const figures = el('p', { class: 'figures' });
  const progress = bar(`${kinds[status.kind]} asked for at ${moment(status.requested)}`);
  return {
    node: el('li', { class: 'sheet card' },
      el('div', { class: 'bar-title' }, el('a', { class: 'name', href: runAddress(status.run) }, kinds[status.kind], ' of ', name(databaseOf(status.source))), state.node),
      progress.node, figures, el('p', { class: 'hint' }, 'asked for at ', when(status.requested))),
    update({ progress: sums, state: word }) {
      state.update(word);
      progress.update(sums.fraction);
      write(figures, [
        percent(sums.fraction),
        `${sums.tablesDone} of ${things(sums.tables, 'table')}`,
        sums.rowsPerSecond === null ? null : `${rough(sums.rowsPerSecond)} rows a second`,
        sums.secondsLeft === null ? null : `${left(sums.secondsLeft)} left`,
        sums.tablesFailed > 0 ? `${sums.tablesFailed} failed` : null,
      ].filter(text => text !== null).join(' · '));
    },
  };
}
