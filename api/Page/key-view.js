import { key, tryKey } from './api.js';
import { el, fill } from './dom.js';
import { problemBox } from './problem.js';

/** Asks for a key, and keeps one that the server takes. */
export function keyView(refused, accepted) {
  const error = el('div');
  const input = el('input', { id: 'key', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, 'aria-describedby': 'key-hint' });
  const button = el('button', { type: 'submit', class: 'main' }, 'Open');
  if (refused) fill(error, problemBox('The server no longer takes the key of this tab.', 'Enter another one.', { live: true }));

  async function enter(event) {
    event.preventDefault();
    const text = input.value.trim();
    if (!/^[\x21-\x7e]+$/.test(text)) {
      return refuse('A key is one word of plain letters, digits and signs.', 'Copy it again, whole: mammoth_…');
    }
    button.disabled = true;
    try {
      await tryKey(text);
      key.set(text);
      accepted();
    } catch (problem) {
      refuse(problem.status === 401 ? 'The server does not take this key.' : problem.message, problem.wayOut);
    } finally {
      button.disabled = false;
    }
  }

  function refuse(message, wayOut) {
    fill(error, problemBox(message, wayOut, { live: true }));
    input.setAttribute('aria-invalid', 'true');
    input.focus();
    input.select();
  }

  return {
    page: null,
    node: el('div', { class: 'narrow' },
      el('h1', { tabindex: '-1' }, 'A key, please'),
      el('p', null, 'This server shows its runs and tables to those who have a key.'),
      error,
      el('form', { class: 'sheet', novalidate: true, on: { submit: enter } },
        el('label', { for: 'key' }, 'API key'),
        input,
        el('p', { class: 'hint', id: 'key-hint' }, el('code', null, 'mammoth serve key create --name …'), ' makes one. It is kept in this tab only, until the tab is closed.'),
        el('div', { class: 'actions' }, button))),
    title: 'A key, please',
    stop() {},
  };
}
