import { get } from './api.js';
import { bytes, count, moment, things } from './amount.js';
import { code, el, fill, name } from './dom.js';
import { bytesOr, facts, tile, when, wideTable } from './parts.js';
import { problemBox } from './problem.js';
import { tablePath } from './words.js';

/** A table of the warehouse: schema, snapshots, tags. */
export function tableView(frame, namespace, table) {
  const ended = new AbortController();
  const whole = `${namespace}.${table}`;
  const content = el('div', null, el('p', { class: 'when' }, 'Reading…'));

  async function read() {
    try {
      const path = tablePath(namespace, table);
      const [description, { snapshots }] = await Promise.all([get(path, ended.signal), get(`${path}/snapshots`, ended.signal)]);
      fill(content, tiles(description.table), places(description), columns(description.columns), history(snapshots));
    } catch (problem) {
      if (ended.signal.aborted) return;
      fill(content, problemBox(problem.message, problem.wayOut, { live: true }), el('p', null, el('a', { href: '#/tables' }, 'All tables')));
    }
  }

  read();
  return {
    page: 'tables',
    title: whole,
    node: el('div', null, el('h1', { tabindex: '-1' }, name(whole)), content),
    stop: () => ended.abort(),
  };
}

function tiles(table) {
  const one = (title, value, remark) => {
    const part = tile(title);
    part.update(value, remark);
    return part.node;
  };
  return el('section', { class: 'tiles', 'aria-label': 'Totals' },
    one('Rows', table.rows === null ? '–' : count(table.rows), 'in the current snapshot'),
    one('Stored', bytesOr(table.bytes), table.files === null ? null : things(table.files, 'file')),
    one('Columns', count(table.columns)),
    one('Snapshots', count(table.snapshots), table.at === null ? null : `last ${moment(table.at)}`));
}

const places = ({ location, metadataLocation, uuid, formatVersion }) => el('section', { 'aria-label': 'Where it lies' },
  el('div', { class: 'sheet' }, facts([['Place', location], ['Metadata', metadataLocation], ['UUID', uuid], ['Format', `Iceberg, version ${formatVersion}`]])));

const columns = list => el('section', null,
  el('h2', null, 'Columns'),
  el('div', { class: 'sheet' }, wideTable('Columns', ['Column', 'Type', 'Null', 'Remark'],
    list.map(column => [name(column.name), code(column.type), column.required ? 'never' : 'may be', [column.identifier ? 'primary key' : null, column.doc].filter(text => text).join('; ')]))));

const history = list => el('section', null,
  el('h2', null, 'Snapshots'),
  list.length === 0 ? el('p', { class: 'empty' }, 'There is none yet.') : el('ol', { class: 'snapshot-list' }, list.map(snapshot =>
    el('li', { class: 'sheet card' },
      el('div', { class: 'bar-title' }, el('b', null, when(snapshot.at)), el('span', { class: 'tags' }, snapshot.refs.map(ref => el('span', { class: ref === 'main' ? 'status good' : 'status calm' }, name(ref))))),
      el('p', { class: 'figures' }, [
        snapshot.operation,
        snapshot.rows === null ? null : `${count(snapshot.rows)} rows`,
        snapshot.bytes === null ? null : bytes(snapshot.bytes),
        snapshot.files === null ? null : things(snapshot.files, 'file'),
      ].filter(text => text !== null).map(text => el('span', null, text))),
      el('details', { class: 'more' }, el('summary', null, 'Snapshot ', code(snapshot.id)),
        facts([['Parent', snapshot.parent], ['Manifest list', snapshot.manifestList], ...Object.entries(snapshot.summary)]))))));
