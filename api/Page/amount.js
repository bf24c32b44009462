// Numbers as people read them, as the command line and the report write them.
const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const roughUnits = ['', 'k', 'M', 'G'];
const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Thousands apart by commas. */
export const count = number => grouped.format(number);

export const bytes = number => {
  const [value, unit] = scaled(number, units);
  return `${unit === 'B' ? value.toFixed(0) : value} ${unit}`;
};

/** A rounded count: 950, 12.3k, 4.56M. */
export const rough = number => {
  const [value, unit] = scaled(number, roughUnits);
  return `${unit === '' ? value.toFixed(0) : value}${unit}`;
};

/** A duration: 850 ms, 12.3 s, 4 min 05 s, 2 h 03 min. */
export function duration(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return long(seconds);
}

/** A time that is left, no finer than it is known: 8 s, 4 min 05 s. */
export const left = seconds => seconds < 59.5 ? `${Math.max(1, Math.round(seconds))} s` : long(seconds);

export const percent = fraction => `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`;

/** A moment in UTC, to the second. */
export const moment = time => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** One of a thing, or many of them. */
export const things = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

function long(seconds) {
  const whole = Math.round(seconds);
  const two = number => String(number).padStart(2, '0');
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
    : `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} min`;
}

function scaled(number, names) {
  let unit = 0;
  for (; number >= 999.5 && unit < names.length - 1; unit++) number /= 1000;
  return [unit === 0 ? number : number >= 99.95 ? number.toFixed(0) : number >= 9.995 ? number.toFixed(1) : number.toFixed(2), names[unit]];
}
