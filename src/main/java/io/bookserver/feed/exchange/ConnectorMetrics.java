package io.bookserver.feed.exchange;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is shown of the connector.
 *
 * <p><i>Stateless.</i>
 */
final class ConnectorMetrics {
    private ConnectorMetrics() {}

    static void show(ConnectorFigures figures, MeterRegistry meters) {
        counter(meters, "messages", "Messages received that carry data", figures.messages);
        counter(meters, "published", "Messages of the exchange handed to Kafka", figures.published);
        counter(meters, "passed.over", "Messages of markets that are not followed or not ours", figures.passedOver);
        counter(meters, "unreadable", "Messages that were no JSON", figures.unreadable);
        counter(meters, "holes", "Holes in sequence numbers", figures.holes);
        counter(meters, "repeated", "Messages with a sequence number that was there already", figures.repeated);
        counter(meters, "gaps", "Losses told to the topic (feed_gap)", figures.gaps);
        counter(meters, "errors", "Errors that the exchange answered", figures.errors);
        counter(meters, "reconnects", "Connections that ended after they were open", figures.reconnects);
        counter(meters, "subscriptions.ended", "Subscriptions that the exchange ended", figures.subscriptionsEnded);
        counter(meters, "snapshots.asked", "Markets of which a fresh snapshot was asked for", figures.snapshotsAsked);
        counter(meters, "resyncs", "Requests for snapshots by servers", figures.resyncsAsked);
        counter(meters, "records.lost", "Times that Kafka refused records for good", figures.recordsLost);
        counter(meters, "rest.requests", "REST requests sent", figures.restRequests);
        counter(meters, "rest.failures", "REST requests without an answer of use", figures.restFailures);
        counter(meters, "rest.throttled", "REST requests answered with 429", figures.restThrottled);
        counter(meters, "listing.faults", "Entries and pages of the list of markets that made no sense", figures.listingFaults);
        counter(meters, "audited", "Books compared with the exchange's", figures.audited);
        counter(meters, "audits.differing", "Books found wrong by an audit", figures.auditsDiffering);
        counter(meters, "audits.failed", "Audits without an answer", figures.auditsFailed);
        gauge(meters, "connections.open", "Connections that are open", figures.connectionsOpen);
        gauge(meters, "connections.wanted", "Connections that should be open", figures.connectionsWanted);
        gauge(meters, "connected.since.ms", "Epoch ms since when all connections are open", figures.connectedSinceMs);
        gauge(meters, "last.message.ms", "Epoch ms of the last message", figures.lastMessageMs);
        gauge(meters, "last.pong.ms", "Epoch ms of the last pong", figures.lastPongMs);
        gauge(meters, "markets.wanted", "Markets that are followed", figures.marketsWanted);
        gauge(meters, "markets.confirmed", "Markets whose subscription the exchange has confirmed", figures.marketsConfirmed);
        gauge(meters, "markets.left.out", "Markets beyond max-markets", figures.marketsLeftOut);
        gauge(meters, "snapshots.awaited", "Markets that wait for a snapshot", figures.snapshotsAwaited);
        gauge(meters, "partitions.owned", "Partitions whose markets are this connector's", figures.partitionsOwned);
        gauge(meters, "rest.tokens", "REST requests' tokens left", figures.restTokens);
        gauge(meters, "pending.bytes", "Bytes received and not yet taken by Kafka", figures.pendingBytes);
        gauge(meters, "paused", "1 while the sockets are not read because Kafka does not take enough", figures.paused);
    }

    private static void counter(MeterRegistry meters, String name, String description, LongAdder count) {
        FunctionCounter.builder("orderbook.connector." + name, count, LongAdder::sum).description(description).register(meters);
    }

    private static void gauge(MeterRegistry meters, String name, String description, Number value) {
        Gauge.builder("orderbook.connector." + name, value, Number::doubleValue).description(description).register(meters);
    }
}
