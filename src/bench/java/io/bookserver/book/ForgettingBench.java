package io.bookserver.book;

import io.bookserver.feed.EnvelopeWriter;
import io.bookserver.feed.simulator.Frame;
import io.bookserver.feed.simulator.SimulatedExchange;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * An hour of simulated traffic in fast motion, in which about 300,000 markets open, close and are settled, 40,000 at
 * any time. The registry's heap at the end is compared with that of a registry that got only the records of the markets
 * that remain at the end.
 *
 * <p><i>Not thread-safe.</i>
 */
class ForgettingBench {
    private static final int MARKETS = Integer.getInteger("bench.markets", 40_000);
    private static final Duration LIFETIME = Duration.ofSeconds(Integer.getInteger("bench.lifetime.seconds", 1_300));
    private static final int SECONDS = Integer.getInteger("bench.seconds", 3_600);
    private static final int CHANGES_A_SECOND = 300;
    private static final long KEEP_MS = 5_000;
    private static final int ROUNDS = 3;
    private static final long BEGIN_MS = 1_786_085_189_000L;

    private final EnvelopeWriter envelopes = new EnvelopeWriter();
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private BookRegistry registry;
    private long nowMs;
    private long offset;

    @Test
    void anHourOfMarketsThatComeAndGo() throws MalformedRecordException {
        for (int round = 0; round < ROUNDS; round++) {
            live(40 + round, ticker -> true);
            Set<String> left = new HashSet<>();
            registry.markets().forEach(market -> left.add(market.current().ticker()));
            long named = registry.size() + registry.forgotten();
            int closingTimes = registry.scheduledTimes();
            long heap = heapOfTheRegistry();
            live(40 + round, left::contains);
            long openOnly = heapOfTheRegistry();
            System.out.printf(Locale.ROOT, "round=%d markets_named=%d markets_left=%d closing_times=%d heap_mb=%.1f"
                    + " heap_of_those_left_mb=%.1f ratio=%.3f%n",
                    round, named, left.size(), closingTimes, heap / 1e6, openOnly / 1e6, (double) heap / openOnly);
        }
    }

    /** Plays the hour, with the records of some markets. */
    private void live(long seed, Predicate<String> told) throws MalformedRecordException {
        SimulatedExchange exchange = new SimulatedExchange(MARKETS, seed, Duration.ZERO, LIFETIME);
        registry = new BookRegistry(() -> nowMs);
        nowMs = BEGIN_MS;
        for (Frame frame : exchange.open(nowMs)) {
            apply(frame, told);
        }
        for (int second = 0; second < SECONDS; second++) {
            nowMs += 1_000;
            for (int change = 0; change < CHANGES_A_SECOND || exchange.isDue(nowMs); ) {
                Frame frame = exchange.next(nowMs);
                apply(frame, told);
                change += frame.isDelta() ? 1 : 0;
            }
            registry.advanceStatuses();
            if (second % 2 == 0) {
                registry.forget(KEEP_MS, partition -> nowMs);
            }
        }
    }

    private void apply(Frame frame, Predicate<String> told) throws MalformedRecordException {
        if (told.test(frame.ticker())) {
            decoder.decode(frame.envelope(envelopes, 1, nowMs, nowMs), 0, offset, nowMs, nowMs)
                    .ifPresent(registry::apply);
        }
        offset++;
    }

    /** The heap with the registry minus the heap without it. */
    private long heapOfTheRegistry() {
        long with = usedBytes();
        registry = null;
        return with - usedBytes();
    }

    private static long usedBytes() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
