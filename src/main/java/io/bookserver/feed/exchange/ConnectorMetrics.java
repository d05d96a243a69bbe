package io.bookserver.feed.exchange;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/**
 * Registers the metrics of the connector.
 *
 * <p><i>Stateless.</i>
 */
final class ConnectorMetrics {
    private ConnectorMetrics() {}

    static void show(ConnectorFigures figures, MeterRegistry meters) {
        counter(meters, "messages", "Messages received that carry data", figures.messages);
        counter(meters, "published", "Messages of the exchange handed to Kafka", figures.published);
        counter(meters, "passed.over", "Messages of markets that are not followed or not owned", figures.passedOver);
        counter(meters, "unreadable", "Messages that were not JSON", figures.unreadable);
        counter(meters, "holes", "Gaps in sequence numbers", figures.holes);
        counter(meters, "repeated", "Messages with a duplicate sequence number", figures.repeated);
        counter(meters, "gaps", "Losses reported to the topic (feed_gap)", figures.gaps);
        counter(meters, "errors", "Errors returned by the exchange", figures.errors);
        counter(meters, "reconnects", "Connections that ended after being open", figures.reconnects);
        counter(meters, "subscriptions.ended", "Subscriptions that the exchange ended", figures.subscriptionsEnded);
        counter(meters, "snapshots.asked", "Markets for which a new snapshot was requested", figures.snapshotsAsked);
        counter(meters, "resyncs", "Snapshot requests from servers", figures.resyncsAsked);
        counter(meters, "records.lost", "How often Kafka rejected records for good", figures.recordsLost);
        counter(meters, "rest.requests", "REST requests sent", figures.restRequests);
        counter(meters, "rest.failures", "REST requests without a usable answer", figures.restFailures);
        counter(meters, "rest.throttled", "REST requests answered with 429", figures.restThrottled);
        counter(meters, "listing.faults", "Invalid entries and pages in the list of markets", figures.listingFaults);
        counter(meters, "audited", "Books compared with the exchange's", figures.audited);
        counter(meters, "audits.differing", "Books found wrong by an audit", figures.auditsDiffering);
        counter(meters, "audits.failed", "Audits without an answer", figures.auditsFailed);
        gauge(meters, "connections.open", "Connections that are open", figures.connectionsOpen);
        gauge(meters, "connections.wanted", "Connections that should be open", figures.connectionsWanted);
        gauge(meters, "connected.since.ms", "Since when all connections are open, epoch ms", figures.connectedSinceMs);
        gauge(meters, "last.message.ms", "Epoch ms of the last message", figures.lastMessageMs);
        gauge(meters, "last.pong.ms", "Epoch ms of the last pong", figures.lastPongMs);
        gauge(meters, "markets.wanted", "Markets that are followed", figures.marketsWanted);
        gauge(meters, "markets.confirmed", "Markets whose subscription the exchange has confirmed",
                figures.marketsConfirmed);
        gauge(meters, "markets.left.out", "Markets beyond max-markets", figures.marketsLeftOut);
        gauge(meters, "snapshots.awaited", "Markets waiting for a snapshot", figures.snapshotsAwaited);
        gauge(meters, "partitions.owned", "Partitions whose markets this connector follows", figures.partitionsOwned);
        gauge(meters, "rest.tokens", "Tokens left for REST requests", figures.restTokens);
        gauge(meters, "pending.bytes", "Bytes received and not yet accepted by Kafka", figures.pendingBytes);
        gauge(meters, "paused", "1 while the sockets are not read because Kafka is behind", figures.paused);
    }

    private static void counter(MeterRegistry meters, String name, String description, LongAdder count) {
        FunctionCounter.builder("orderbook.connector." + name, count, LongAdder::sum).description(description)
                .register(meters);
    }

    private static void gauge(MeterRegistry meters, String name, String description, Number value) {
        Gauge.builder("orderbook.connector." + name, value, Number::doubleValue).description(description)
                .register(meters);
    }
}
