const STATIONS = [
  ['exchange_ms', 'Exchange', 'changed the book'],
  ['feed_received_ms', 'Feed', 'read it off the exchange’s socket'],
  ['kafka_published_ms', 'Kafka', 'was handed it'],
  ['received_ms', 'Server', 'read the record'],
  ['server_published_ms', 'Published', 'to readers and subscribers'],
  ['browser_ms', 'Browser', 'had the message, by the server’s clock'],
];

/**
 * The way of a level from the exchange to this browser: every station whose time is known, with the milliseconds since
 * the one before. Clocks of different machines differ, so they may be below 0.
 *
 * @param stamp times by field, epoch milliseconds, null where unknown
 * @param toServerMs reads the browser's time by the server's clock
 */
export function way(stamp, toServerMs) {
  let before = null;
  return STATIONS.map(([field, name, what]) => {
    const told = stamp[field] ?? null;
    const ms = told !== null && field === 'browser_ms' ? Math.round(toServerMs(told)) : told;
    const sinceMs = ms === null || before === null ? null : ms - before;
    before = ms ?? before;
    return {name, what, ms, sinceMs};
  });
}
