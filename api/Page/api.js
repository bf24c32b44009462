// Asks the API. A key is kept for this tab only, and goes nowhere but into the header of requests to this server.
const place = 'mammoth-key';

/** What the server refused, and the way out it named. */
export class Problem extends Error {
  constructor(status, { detail, wayOut = null, errors = [], run = null, code = null }) {
    super(detail);
    Object.assign(this, { status, wayOut, errors, run, code });
  }

  /** Whether asking again later may do. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export const key = {
  get: () => sessionStorage.getItem(place),
  set: text => sessionStorage.setItem(place, text),
  forget: () => sessionStorage.removeItem(place),
};

/** Called when the server asks for a key, or refuses the one it got. */
export const refusals = new EventTarget();

export const get = (path, signal) => ask('GET', path, { signal });

export const post = (path, body, headers) => ask('POST', path, { body, headers });

/** Asks with a key that is not kept yet. */
export const tryKey = text => ask('GET', 'api/v1/info', { given: text });

async function ask(method, path, { body, headers = {}, signal, given } = {}) {
  const used = given ?? key.get();
  const all = { ...headers, ...credentials(used) };
  if (body !== undefined) all['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(new URL(path, document.baseURI), { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body), signal, cache: 'no-store', credentials: 'same-origin' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, { detail: 'The server does not answer.', wayOut: 'See whether it still runs, and whether this machine reaches it.' });
  }
  if (response.ok) return response.json();
  const problem = new Problem(response.status, await explained(response));
  if (response.status === 401 && given === undefined) refusals.dispatchEvent(new CustomEvent('refused', { detail: { problem, hadKey: used !== null } }));
  throw problem;
}

// A token of three parts is a bearer's; a key goes where both hosts look for it.
const credentials = text => text === null ? {} : /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) ? { Authorization: `Bearer ${text}` } : { 'x-functions-key': text };

async function explained(response) {
  try {
    const problem = await response.json();
    if (typeof problem.detail === 'string') return problem;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // A proxy's page, or nothing at all: the status has to do.
  }
  return { detail: `The server answered ${response.status} ${response.statusText}.`.replace(' .', '.') };
}
