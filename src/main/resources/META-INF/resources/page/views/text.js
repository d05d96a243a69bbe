const TIME = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});
const EXACT = new Intl.DateTimeFormat('en-GB',
    {hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3});
const DAY = new Intl.DateTimeFormat('en-GB', {day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit'});
const WHOLE = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
const SHORT = new Intl.NumberFormat('en-US', {notation: 'compact', maximumFractionDigits: 1});
const DAY_MS = 86_400_000;

/** A moment of the last day as its time, an older one with its date. */
export function moment(ms, nowMs = Date.now()) {
  return !ms ? '–' : nowMs - ms < DAY_MS ? TIME.format(ms) : DAY.format(ms);
}

export function exactTime(ms) {
  return EXACT.format(ms);
}

export function whole(value) {
  return value == null ? '–' : WHOLE.format(value);
}

/** 12 345 as 12.3K, where the exact number has no room. */
export function short(value) {
  return value == null ? '–' : value < 10_000 ? WHOLE.format(value) : SHORT.format(value);
}

/** 950 ms, 12 s, 5 min, 3 h, 2 d. */
export function span(ms) {
  if (ms == null) {
    return '–';
  }
  const [size, unit] = ms < 1000 ? [1, 'ms'] : ms < 120_000 ? [1000, 's'] : ms < 7_200_000 ? [60_000, 'min']
    : ms < 2 * DAY_MS ? [3_600_000, 'h'] : [DAY_MS, 'd'];
  return `${Math.round(ms / size)} ${unit}`;
}

/** awaiting_snapshot as words. */
export function words(name) {
  return name.replaceAll('_', ' ');
}
