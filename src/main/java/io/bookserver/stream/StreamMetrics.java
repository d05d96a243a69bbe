package io.bookserver.stream;

import io.bookserver.status.RecentLatency;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The metrics of the connections.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class StreamMetrics {
    static final String SLOW_CLIENT = "slow_client";

    /** Registered at the start, so that a rate also sees their first increment. */
    private static final List<String> KNOWN_REASONS = List.of("disconnected", SLOW_CLIENT, "missed_pongs", "idle", "error",
            "broken_frame", "shutdown", "refused_origin", "refused_max_connections", "refused_shutdown", "refused_rebuilding",
            "refused_bad_request");

    private final MeterRegistry meters;
    private final AtomicInteger[] subscriptions = new AtomicInteger[ChannelKind.values().length];
    private final LongAdder[] messages = new LongAdder[ChannelKind.values().length];
    private final LongAdder[] bytes = new LongAdder[ChannelKind.values().length];
    private final LongAdder[] overflowed = new LongAdder[ChannelKind.values().length];
    private final LongAdder conflated = new LongAdder();
    private final LongAdder merged = new LongAdder();
    private final LongAdder overruns = new LongAdder();
    private final Timer publishToSocket;
    private final RecentLatency recentKafkaToSocket = new RecentLatency();

    StreamMetrics(MeterRegistry meters) {
        this.meters = meters;
        for (ChannelKind kind : ChannelKind.values()) {
            int at = kind.ordinal();
            subscriptions[at] = new AtomicInteger();
            messages[at] = new LongAdder();
            bytes[at] = new LongAdder();
            Gauge.builder("orderbook.stream.subscriptions", subscriptions[at], AtomicInteger::get)
                    .description("Subscriptions by channel").tag("channel", kind.wireName()).register(meters);
            counter("orderbook.stream.messages", "Data messages sent, by channel", kind, messages[at]);
            if (kind.isRelayed()) {
                overflowed[at] = new LongAdder();
                counter("orderbook.stream.overflowed", "Subscriptions ended because their client was too slow", kind,
                        overflowed[at]);
            }
            counter("orderbook.stream.bytes", "Bytes of data messages sent, by channel", kind, bytes[at]);
        }
        FunctionCounter.builder("orderbook.stream.conflated", conflated, LongAdder::sum)
                .description("Messages that a later one of their market replaced").register(meters);
        FunctionCounter.builder("orderbook.stream.merged", merged, LongAdder::sum)
                .description("Publications that a later one replaced because their event loop was behind")
                .register(meters);
        FunctionCounter.builder("orderbook.stream.overruns", overruns, LongAdder::sum)
                .description("How often an event loop fell behind so far that its followers were sent snapshots")
                .register(meters);
        KNOWN_REASONS.forEach(this::closedBy);
        publishToSocket = Timer.builder("orderbook.stream.publish.to.socket")
                .description("From publication by the proxy to the socket write; the oldest of each batch")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1)).maximumExpectedValue(Duration.ofMinutes(1))
                .register(meters);
    }

    void watch(FanOut fanOut) {
        Gauge.builder("orderbook.stream.connections", fanOut, FanOut::sessions)
                .description("Open connections").strongReference(true).register(meters);
        Gauge.builder("orderbook.stream.markets", fanOut, FanOut::followed)
                .description("Markets in the subscriptions of all connections together").strongReference(true)
                .register(meters);
        Gauge.builder("orderbook.stream.markets.unknown", fanOut, FanOut::unknownFollowed)
                .description("Of those, the ones that no record has named").strongReference(true).register(meters);
        Gauge.builder("orderbook.stream.queued", fanOut, all -> all.shards().stream().mapToInt(Shard::queued).sum())
                .description("Publications that wait for event loops").strongReference(true).register(meters);
    }

    void subscribed(ChannelKind kind) {
        subscriptions[kind.ordinal()].incrementAndGet();
    }

    void unsubscribed(ChannelKind kind) {
        subscriptions[kind.ordinal()].decrementAndGet();
    }

    void sent(ChannelKind kind, int sentBytes) {
        messages[kind.ordinal()].increment();
        bytes[kind.ordinal()].add(sentBytes);
    }

    /** Counts a subscription that ended because its client was too slow for messages that cannot be conflated. */
    void overflowed(ChannelKind kind) {
        overflowed[kind.ordinal()].increment();
    }

    /** The data messages of all channels since the start. */
    long sentMessages() {
        long sum = 0;
        for (LongAdder ofKind : messages) {
            sum += ofKind.sum();
        }
        return sum;
    }

    long conflatedMessages() {
        return conflated.sum();
    }

    /** The number of connections closed because they did not read. */
    long closedForSlowness() {
        return (long) closedBy(SLOW_CLIENT).count();
    }

    void conflated(int messages) {
        conflated.add(messages);
    }

    void merged() {
        merged.increment();
    }

    void overrun() {
        overruns.increment();
    }

    void published(long sinceKafkaMs) {
        publishToSocket.record(Math.max(0, sinceKafkaMs), TimeUnit.MILLISECONDS);
        recentKafkaToSocket.record(sinceKafkaMs);
    }

    /** From publication by the proxy to the socket write; the oldest of each batch. */
    RecentLatency recentKafkaToSocket() {
        return recentKafkaToSocket;
    }

    void closed(String reason) {
        closedBy(reason).increment();
    }

    private Counter closedBy(String reason) {
        return Counter.builder("orderbook.stream.closed").description("Connections closed, by reason")
                .tag("reason", reason).register(meters);
    }

    private void counter(String name, String description, ChannelKind kind, LongAdder value) {
        FunctionCounter.builder(name, value, LongAdder::sum)
                .description(description).tag("channel", kind.wireName()).register(meters);
    }
}
