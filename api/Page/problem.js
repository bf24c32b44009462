import { el } from './dom.js';

/** An error as the reader sees it: what went wrong, then the way out. */
export function problemBox(message, wayOut, { live = false } = {}) {
  return el('div', { class: 'error', role: live ? 'alert' : null }, el('p', null, message), wayOut && el('p', { class: 'way-out' }, el('b', null, 'Way out: '), wayOut));
}
