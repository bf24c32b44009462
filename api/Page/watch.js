// Asks again and again, while somebody looks.
const soonest = 1000;
const slowest = 10_000;
const longestAfterError = 30_000;
const share = 5;

/**
 * Calls `ask(signal)` and hands what comes to `show`, which says whether to ask again: true, or the least milliseconds to wait.
 * Waits longer while nothing changes, at least five times as long as an answer took, and longer each time none comes; rests while the page is hidden.
 * `fail` gets an error with the milliseconds until the next try, null where there is none.
 */
export function watch({ ask, show, fail }) {
  const ended = new AbortController();
  let timer = null;
  let wait = soonest;
  let before = null;
  let failures = 0;
  let asking = false;
  let over = false;

  async function round() {
    clearTimeout(timer);
    timer = null;
    if (asking || over || ended.signal.aborted) return;
    asking = true;
    const begun = performance.now();
    let pause = null;
    try {
      const answer = await ask(ended.signal);
      if (ended.signal.aborted) return;
      failures = 0;
      const text = JSON.stringify(answer);
      wait = text === before ? Math.min(slowest, wait * 1.5) : soonest;
      before = text;
      const again = show(answer);
      over = again === false;
      pause = Math.max(wait, (performance.now() - begun) * share, again === true ? 0 : again);
    } catch (error) {
      if (ended.signal.aborted) return;
      failures++;
      over = error.passes === false;
      pause = Math.min(longestAfterError, soonest * 2 ** failures);
      if (error.passes === undefined) console.error(error);
      fail(error, over ? null : pause);
    } finally {
      asking = false;
    }
    if (!over && !document.hidden) timer = setTimeout(round, pause);
  }

  const looked = () => {
    if (document.hidden) clearTimeout(timer);
    else round();
  };
  document.addEventListener('visibilitychange', looked);
  round();
  return {
    /** Asks at once, also where it was over. */
    now() {
      over = false;
      wait = soonest;
      return round();
    },
    stop() {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', looked);
    },
  };
}
