import { key, refusals } from './api.js';
import { fill, mark, write } from './dom.js';
import { keyView } from './key-view.js';
import { runView } from './run.js';
import { runsView } from './runs.js';
import { startView } from './start.js';
import { tableView } from './table.js';
import { warehouseView } from './warehouse.js';

const main = document.getElementById('main');
const said = document.getElementById('said');
const offline = document.getElementById('offline');
const forget = document.getElementById('forget');
let view = null;

/** What views may do to the page around them. */
const frame = {
  /** Tells a screen reader what changed. */
  say(text) {
    write(said, text);
  },
  title(text) {
    document.title = `${text} · Mammoth`;
  },
  /** Says that the server does not answer, until `online`. */
  offline(problem, milliseconds) {
    write(offline, milliseconds === null ? problem.message : `${problem.message} Trying again in ${Math.ceil(milliseconds / 1000)} s; what you see may be old.`);
    offline.hidden = false;
  },
  online() {
    offline.hidden = true;
  },
};

function viewOf(hash) {
  let parts;
  try {
    parts = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  } catch {
    // No address of ours: a percent sign that encodes nothing.
    parts = [''];
  }
  const [page, first, second] = parts;
  if (page === 'runs' && first) return runView(frame, first);
  if (page === 'tables' && first && second) return tableView(frame, first, second);
  if (page === 'tables') return warehouseView(frame);
  if (page === 'start') return startView(frame);
  return runsView(frame);
}

function show(next, { focus }) {
  view?.stop();
  view = next;
  frame.online();
  frame.say('');
  frame.title(view.title);
  forget.hidden = key.get() === null;
  for (const link of document.querySelectorAll('nav [data-page]')) mark(link, 'aria-current', link.dataset.page === view.page ? 'page' : null);
  fill(main, view.node);
  if (focus) {
    scrollTo(0, 0);
    (main.querySelector('[autofocus]') ?? main.querySelector('h1'))?.focus({ preventScroll: true });
  }
}

function route(event) {
  show(viewOf(location.hash), { focus: event !== undefined });
}

refusals.addEventListener('refused', ({ detail }) => {
  if (view?.asksForKey) return;
  key.forget();
  show({ ...keyView(detail.hadKey, () => show(viewOf(location.hash), { focus: true })), asksForKey: true }, { focus: false });
  document.getElementById('key').focus();
});
document.querySelector('.skip').addEventListener('click', event => {
  // Its fragment would be taken for a page.
  event.preventDefault();
  main.focus();
});
forget.addEventListener('click', () => {
  key.forget();
  show(viewOf(location.hash), { focus: true });
});
addEventListener('hashchange', route);
route();
