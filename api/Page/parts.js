// Pieces that several pages are made of. Each is `{ node, update }`.
import { bytes, moment } from './amount.js';
import { el, mark, write } from './dom.js';

/** A state as a word in its colour. */
export function badge(words) {
  const node = el('span', { class: 'status' });
  return {
    node,
    update(state) {
      const [colour, word] = words[state] ?? ['calm', state];
      mark(node, 'class', `status ${colour}`);
      write(node, word);
    },
  };
}

/** A number with what it is above and a remark below. */
export function tile(title) {
  const value = el('strong');
  const remark = el('small');
  return {
    node: el('div', { class: 'tile' }, el('span', null, title), value, remark),
    update(text, words) {
      write(value, text);
      write(remark, words || '\u00a0');
    },
  };
}

/** A bar from 0 to 1. */
export function bar(label) {
  const fill = el('i');
  const node = el('div', { class: 'progress', role: 'progressbar', 'aria-label': label, 'aria-valuemin': '0', 'aria-valuemax': '100' }, fill);
  return {
    node,
    update(fraction) {
      mark(node, 'aria-valuenow', String(Math.floor(fraction * 100)));
      fill.style.setProperty('--part', fraction);
    },
  };
}

const mostCells = 60;

/** The chunks of a table as cells, those that are done filled; of many chunks a cell stands for several. The figures beside it say the same. */
export function chunkMap() {
  const fill = el('i');
  const node = el('span', { class: 'chunks', 'aria-hidden': 'true' }, fill);
  return {
    node,
    update(chunks, done, busy) {
      node.style.setProperty('--cells', Math.min(mostCells, Math.max(1, chunks)));
      fill.style.setProperty('--part', chunks === 0 ? 0 : done / chunks);
      mark(node, 'class', busy ? 'chunks busy' : 'chunks');
    },
  };
}

/** A list of facts: pairs of a name and a text or node; those without are left out. */
export const facts = pairs => el('dl', null, pairs.filter(([, value]) => value !== null && value !== undefined).map(([title, value]) => [el('dt', null, title), el('dd', null, value)]));

/** A moment for people and machines. */
export const when = time => el('time', { datetime: time }, moment(time));

/** A table that may be wider than the page, and then scrolls by itself; `rows` are lists of texts or nodes. */
export function wideTable(caption, heads, rows) {
  return el('div', { class: 'wide', role: 'region', tabindex: '0', 'aria-label': caption },
    el('table', null,
      el('caption', { class: 'unseen' }, caption),
      el('thead', null, el('tr', null, heads.map(head => el('th', { scope: 'col' }, head)))),
      el('tbody', null, rows.map(row => el('tr', null, row.map((cell, i) => el(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : null, cell)))))));
}

/** Bytes that may not be known. */
export const bytesOr = (number, otherwise = '–') => number === null ? otherwise : bytes(number);
