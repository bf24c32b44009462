import { count, things } from './amount.js';
import { el, write } from './dom.js';

const step = 100;

/**
 * Shows the first hundred of a list, those that match what is typed, and more when asked: ten thousand elements at once would freeze the page.
 * `wordsOf` gives what of an item is searched, `render` gets the items to show.
 */
export function longList({ label, one, many, wordsOf, render }) {
  let items = [];
  let limit = step;
  const find = el('input', { type: 'search', placeholder: label, 'aria-label': label, on: { input: () => { limit = step; draw(); } } });
  const told = el('p', { class: 'told', role: 'status' });
  const more = el('button', { type: 'button', class: 'plain', hidden: true, on: { click: () => { limit += step; draw(); } } });

  function draw() {
    const word = find.value.trim().toLowerCase();
    const found = word === '' ? items : items.filter(item => wordsOf(item).toLowerCase().includes(word));
    render(found.slice(0, limit));
    more.hidden = found.length <= limit;
    write(more, `Show ${count(Math.min(step, found.length - limit))} more`);
    write(told, found.length === items.length && more.hidden ? '' : found.length === 0 && word !== '' ? `No ${one} is called so.` : `${count(Math.min(limit, found.length))} of ${things(found.length, one, many)} shown.`);
  }

  return {
    find,
    foot: el('div', { class: 'list-foot' }, told, more),
    update(all) {
      items = all;
      draw();
    },
  };
}
