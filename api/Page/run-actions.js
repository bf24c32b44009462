import { get, post } from './api.js';
import { confirmed } from './confirm.js';
import { el, fill } from './dom.js';
import { problemBox } from './problem.js';

/** The buttons of a run, and the error of the last one where it was refused. */
export function runActions(frame, done) {
  const error = el('div');
  const pause = button('Pause', () => act('pause', 'The run is paused: what is under way ends, nothing new begins.'));
  const resume = button('Resume', () => act('resume', 'The run goes on.'));
  const cancel = button('Cancel…', async () => {
    if (await confirmed('Cancel this run?', 'Nothing of it is published, and what it wrote of tables is deleted. It can’t be taken up again.', 'Cancel the run', 'Let it run')) await act('cancel', 'The run is being cancelled.');
  });
  const report = button('Report (JSON)', save);
  const node = el('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, pause, resume, cancel, report);
  let links = {};
  let run = null;

  function button(text, click) {
    return el('button', { type: 'button', class: 'plain', hidden: true, on: { click: event => guarded(event.currentTarget, click) } }, text);
  }

  async function guarded(pressed, click) {
    // Not `disabled`, which would lose the focus.
    if (pressed.getAttribute('aria-disabled') === 'true') return;
    pressed.setAttribute('aria-disabled', 'true');
    fill(error);
    try {
      await click();
    } catch (problem) {
      fill(error, problemBox(problem.message, problem.wayOut, { live: true }));
    } finally {
      pressed.removeAttribute('aria-disabled');
    }
  }

  async function act(what, words) {
    const status = await post(links[what], undefined);
    frame.say(words);
    done(status);
  }

  // A link could not carry the key.
  async function save() {
    const url = URL.createObjectURL(new Blob([JSON.stringify(await get(links.report), null, 2)], { type: 'application/json' }));
    el('a', { href: url, download: `mammoth-${run}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  return {
    node,
    error,
    update(status) {
      links = status.links;
      run = status.run;
      const focused = document.activeElement;
      for (const [link, control] of [['pause', pause], ['resume', resume], ['cancel', cancel], ['report', report]]) control.hidden = links[link] === null;
      // The button that was pressed is gone: its place is taken by its opposite.
      if (focused?.hidden && node.contains(focused)) (node.querySelector('button:not([hidden])') ?? document.querySelector('h1')).focus();
    },
  };
}
