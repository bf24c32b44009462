import { post } from './api.js';
import { el, fill, freshId, mark } from './dom.js';
import { problemBox } from './problem.js';
import { runAddress } from './words.js';

/** The form that starts a migration. */
export function startView() {
  const error = el('div');
  const include = patterns('Tables', 'Patterns on schema.table, one a line: shop.*, *.orders_20??');
  const exclude = patterns('But not', 'Patterns of tables to leave out. May be empty.');
  const fields = { include, exclude };
  const all = radio('which', 'all', 'All tables', true);
  const some = radio('which', 'some', 'Some tables, by pattern', false);
  const dry = el('input', { type: 'checkbox' });
  const carryOn = el('input', { type: 'checkbox' });
  const chosen = el('div', { class: 'indented', hidden: true }, include.node, exclude.node);
  const button = el('button', { type: 'submit', class: 'main' }, 'Start the migration');
  for (const choice of [all, some]) {
    choice.input.addEventListener('change', () => {
      chosen.hidden = !some.input.checked;
    });
  }
  dry.addEventListener('change', () => {
    button.textContent = dry.checked ? 'Plan it' : 'Start the migration';
  });
  // A request that is sent again, after an answer was lost, is the same run; another request is another.
  let sent = { body: null, key: null };

  function body() {
    const asked = {};
    if (dry.checked) asked.dryRun = true;
    if (carryOn.checked) asked.onError = 'continue';
    if (some.input.checked) {
      asked.include = include.lines();
      asked.exclude = exclude.lines();
    }
    return asked;
  }

  async function start(event) {
    event.preventDefault();
    fill(error);
    include.clear();
    exclude.clear();
    const asked = body();
    if (some.input.checked && asked.include.length === 0) {
      return include.refuse('Name at least one pattern, or choose all tables.');
    }
    const text = JSON.stringify(asked);
    if (sent.body !== text) sent = { body: text, key: randomKey() };
    button.disabled = true;
    try {
      const status = await post('api/v1/migrations', asked, { 'Idempotency-Key': sent.key });
      location.hash = runAddress(status.run);
    } catch (problem) {
      // What was refused was not started: asked again it is a new request. Where no answer came it may have been.
      if (!problem.passes) sent = { body: null, key: null };
      refuse(problem);
    } finally {
      button.disabled = false;
    }
  }

  function refuse(problem) {
    const own = (problem.errors ?? []).map(one => [fields[/^\$\.(include|exclude)\b/.exec(one.path)?.[1]], one.message]).filter(([field]) => field);
    if (own.length > 0 && some.input.checked) {
      for (const [field, message] of own) field.refuse(message);
      return;
    }
    const box = problemBox(problem.message, problem.wayOut, { live: true });
    if (problem.run) box.append(el('p', null, el('a', { href: runAddress(problem.run) }, 'Look at that run')));
    fill(error, box);
  }

  return {
    page: 'start',
    title: 'Start a migration',
    node: el('div', { class: 'narrow' },
      el('h1', { tabindex: '-1' }, 'Start a migration'),
      el('p', null, 'Tables are read at one snapshot of the source, verified row by row, and published at once. Until then readers see what they see now.'),
      error,
      el('form', { class: 'sheet', novalidate: true, on: { submit: start } },
        el('fieldset', null, el('legend', null, 'What'), all.node, some.node, chosen),
        el('fieldset', null, el('legend', null, 'How'),
          choice(dry, 'Dry run', 'Only plan: nothing is copied.'),
          choice(carryOn, 'Publish the rest where a table fails', 'Else one failed table publishes nothing.')),
        el('div', { class: 'actions' }, button))),
    stop() {},
  };
}

// Pages that come over plain HTTP from another machine have no crypto.randomUUID.
const randomKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');

function radio(group, value, label, checked) {
  const input = el('input', { type: 'radio', name: group, value, checked });
  return { input, node: el('label', { class: 'choice' }, input, el('span', null, label)) };
}

function choice(input, label, hint) {
  const id = freshId();
  input.setAttribute('aria-describedby', id);
  return el('div', null, el('label', { class: 'choice' }, input, el('span', null, label)), el('p', { class: 'hint under', id }, hint));
}

function patterns(label, hint) {
  const id = freshId();
  const error = el('p', { class: 'field-error', id: `${id}-error`, role: 'alert' });
  const input = el('textarea', { id, rows: '3', spellcheck: 'false', autocapitalize: 'off', 'aria-describedby': `${id}-hint ${id}-error` });
  return {
    node: el('div', null, el('label', { for: id }, label), input, el('p', { class: 'hint', id: `${id}-hint` }, hint), error),
    lines: () => input.value.split('\n').map(line => line.trim()).filter(line => line !== ''),
    clear() {
      fill(error);
      mark(input, 'aria-invalid', null);
    },
    refuse(message) {
      fill(error, message);
      mark(input, 'aria-invalid', 'true');
      input.focus();
    },
  };
}
