import { get, post } from './api.js';
import { bytes, count, moment, things } from './amount.js';
import { el, fill, keyed, name, write } from './dom.js';
import { longList } from './long-list.js';
import { bytesOr } from './parts.js';
import { problemBox } from './problem.js';
import { watch } from './watch.js';
import { runAddress, tableAddress } from './words.js';

const restful = 15_000;

/** The tables of the warehouse, as the catalog shows them to every reader. */
export function warehouseView(frame) {
  const error = el('div');
  const summary = el('p', { class: 'when' }, '\u00a0');
  const body = el('tbody');
  const table = el('table', { class: 'sheet list', hidden: true },
    el('caption', { class: 'unseen' }, 'Tables of the warehouse'),
    el('thead', null, el('tr', null,
      el('th', { scope: 'col' }, 'Table'), el('th', { scope: 'col', class: 'number' }, 'Rows'), el('th', { scope: 'col', class: 'number spare' }, 'Size'),
      el('th', { scope: 'col', class: 'number spare' }, 'Snapshots'), el('th', { scope: 'col', class: 'spare' }, 'Written'))),
    body);
  const none = el('p', { class: 'empty', hidden: true }, 'There is no table yet: a migration publishes them. ', el('a', { href: '#/start' }, 'Start one'));
  const show = keyed(body, t => `${t.namespace}\u0000${t.name}`, row);
  const list = longList({ label: 'Find a table', one: 'table', many: 'tables', wordsOf: t => `${t.namespace}.${t.name}`, render: show });
  const check = el('button', { type: 'button', class: 'plain', hidden: true, on: { click: verify } }, 'Verify all');
  let seen = false;

  const watching = watch({
    ask: signal => get('api/v1/tables', signal),
    show({ tables }) {
      seen = true;
      frame.online();
      fill(error);
      write(summary, tables.length === 0 ? '\u00a0' : `${things(tables.length, 'table')}, ${count(sum(tables, t => t.rows))} rows, ${bytes(sum(tables, t => t.bytes))}`);
      table.hidden = tables.length === 0;
      none.hidden = tables.length > 0;
      check.hidden = tables.length === 0;
      list.find.hidden = tables.length < 2;
      list.update(tables);
      return restful;
    },
    fail(problem, wait) {
      if (wait !== null && seen) frame.offline(problem, wait);
      else fill(error, problemBox(problem.message, problem.wayOut, { live: true }));
    },
  });

  async function verify() {
    check.disabled = true;
    try {
      location.hash = runAddress((await post('api/v1/verifications', {})).run);
    } catch (problem) {
      fill(error, problemBox(problem.message, problem.wayOut, { live: true }));
    } finally {
      check.disabled = false;
    }
  }

  return {
    page: 'tables',
    title: 'Warehouse',
    node: el('div', null,
      el('div', { class: 'bar-title' }, el('h1', { tabindex: '-1' }, 'Warehouse'), check),
      summary, error, el('section', { 'aria-label': 'Tables' }, el('div', { class: 'bar-title' }, el('h2', null, 'Tables'), list.find), table, none, list.foot)),
    stop: watching.stop,
  };
}

const sum = (items, of) => items.reduce((total, item) => total + (of(item) ?? 0), 0);

function row(table) {
  const cells = { rows: el('td', { class: 'number' }), bytes: el('td', { class: 'number spare' }), snapshots: el('td', { class: 'number spare' }), at: el('td', { class: 'spare' }) };
  return {
    node: el('tr', null, el('th', { scope: 'row' }, el('a', { href: tableAddress(table.namespace, table.name) }, name(`${table.namespace}.${table.name}`))), cells.rows, cells.bytes, cells.snapshots, cells.at),
    update(current) {
      write(cells.rows, current.rows === null ? '–' : count(current.rows));
      write(cells.bytes, bytesOr(current.bytes));
      write(cells.snapshots, count(current.snapshots));
      write(cells.at, current.at === null ? '–' : moment(current.at));
    },
  };
}
