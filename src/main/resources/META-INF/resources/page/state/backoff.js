const FIRST_MS = 500;
const MOST_MS = 10_000;
const RESTART_MS = 300;

/**
 * How long to wait before a connection is tried again: longer each time, and never all clients at once.
 *
 * @param code of the close: 1012 says that the server restarts, and is not a failure
 * @param failures tries in a row that did not connect
 * @param random of 0 up to 1
 */
export function waitMs(code, failures, random = Math.random()) {
  const longest = code === 1012 && failures === 0 ? RESTART_MS * 2 : Math.min(MOST_MS, FIRST_MS * 2 ** failures);
  return longest / 2 + random * longest / 2;
}
