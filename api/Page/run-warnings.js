import { el, keyed, name } from './dom.js';
import { when } from './parts.js';

/** What a person should know of a run while it runs, and after. The list is a live region: what comes in is read out. */
export function runWarnings() {
  const list = el('ul');
  const heading = el('h2', { hidden: true }, 'Warnings');
  const node = el('div', { class: 'warnings' }, heading, el('div', { role: 'log', 'aria-label': 'Warnings' }, list));
  const show = keyed(list, warning => `${warning.time} ${warning.message}`, warning => ({
    node: el('li', null, when(warning.time), ' ', name(warning.message)),
    update() {},
  }));
  return {
    node,
    update({ warnings }) {
      heading.hidden = warnings.length === 0;
      show(warnings);
    },
  };
}
