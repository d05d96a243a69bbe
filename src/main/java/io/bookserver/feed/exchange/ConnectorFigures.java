package io.bookserver.feed.exchange;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counters and gauges of the connector.
 *
 * <p><i>Thread-safe.</i>
 */
final class ConnectorFigures {
    final LongAdder messages = new LongAdder();
    final LongAdder published = new LongAdder();
    final LongAdder passedOver = new LongAdder();
    final LongAdder unreadable = new LongAdder();
    final LongAdder holes = new LongAdder();
    final LongAdder repeated = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder errors = new LongAdder();
    final LongAdder reconnects = new LongAdder();
    final LongAdder subscriptionsEnded = new LongAdder();
    final LongAdder snapshotsAsked = new LongAdder();
    final LongAdder resyncsAsked = new LongAdder();
    final LongAdder recordsLost = new LongAdder();
    final LongAdder restRequests = new LongAdder();
    final LongAdder restFailures = new LongAdder();
    final LongAdder restThrottled = new LongAdder();
    final LongAdder listingFaults = new LongAdder();
    final LongAdder audited = new LongAdder();
    final LongAdder auditsDiffering = new LongAdder();
    final LongAdder auditsFailed = new LongAdder();

    final AtomicInteger connectionsOpen = new AtomicInteger();
    final AtomicInteger connectionsWanted = new AtomicInteger();
    final AtomicLong connectedSinceMs = new AtomicLong();
    final AtomicLong lastMessageMs = new AtomicLong();
    final AtomicLong lastPongMs = new AtomicLong();
    final AtomicInteger marketsWanted = new AtomicInteger();
    final AtomicInteger marketsConfirmed = new AtomicInteger();
    final AtomicInteger marketsLeftOut = new AtomicInteger();
    final AtomicInteger snapshotsAwaited = new AtomicInteger();
    final AtomicInteger partitionsOwned = new AtomicInteger();
    final AtomicInteger restTokens = new AtomicInteger();
    final AtomicLong pendingBytes = new AtomicLong();
    final AtomicInteger paused = new AtomicInteger();
}
