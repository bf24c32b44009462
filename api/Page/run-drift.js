import { el, fill, name } from './dom.js';
import { wideTable } from './parts.js';

/** What a drift check found: each difference, and what the next migration does about it. It is told once, when the check has ended. */
export function runDrift() {
  const node = el('section', { hidden: true });
  let told = false;
  return {
    node,
    update({ drift }) {
      node.hidden = drift === null || drift.differences.length === 0;
      if (node.hidden || told) return;
      told = true;
      fill(node, el('h2', null, 'Differences'), wideTable('Differences', ['Difference', 'What the next migration does'], drift.differences.map(one => [name(one.summary), name(one.next)])));
    },
  };
}
