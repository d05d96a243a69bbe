const STATIONS = [
  ['exchange_ms', 'Exchange', 'changed the book'],
  ['feed_received_ms', 'Feed', 'received it from the exchange'],
  ['kafka_published_ms', 'Kafka', 'received it from the feed'],
  ['received_ms', 'Server', 'read it from Kafka'],
  ['server_published_ms', 'Published', 'in the book for all clients'],
  ['browser_ms', 'Browser', 'received it (server’s clock)'],
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
