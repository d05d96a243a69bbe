package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.book.MarketPhase;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Iterator;

/**
 * The number of markets per status. Counting scans all of them, so it is done at most once per second.
 *
 * <p><i>Thread-safe: a count is immutable and published by one volatile write; two loops may count at once.</i>
 */
@ApplicationScoped
class MarketCounts {
    private static final long KEEP_MS = 1_000;
    private static final int STEP = 256;

    private record Counted(long atMs, byte[] json) {}

    private final BookRegistry registry;
    private volatile Counted newest = new Counted(-KEEP_MS, new byte[0]);

    MarketCounts(BookRegistry registry) {
        this.registry = registry;
    }

    /** {@code {"open":12,...}}, from the last count or a new one. */
    Uni<byte[]> byStatus(Call call) {
        Counted known = newest;
        long nowMs = registry.nowMs();
        if (nowMs - known.atMs < KEEP_MS) {
            return Uni.createFrom().item(known.json);
        }
        int[] counts = new int[MarketPhase.values().length];
        Iterator<Market> all = registry.markets().iterator();
        return Slices.run(call.context(), () -> {
            for (int i = 0; i < STEP && all.hasNext(); i++) {
                counts[all.next().current().status().phase().ordinal()]++;
            }
            return all.hasNext();
        }, () -> {
            byte[] json = json(counts);
            newest = new Counted(nowMs, json);
            return json;
        });
    }

    private static byte[] json(int[] counts) {
        JsonBytes out = new JsonBytes(256).ascii("{");
        for (MarketPhase phase : MarketPhase.values()) {
            out.ascii("\"").ascii(phase.wireName()).ascii("\":").number(counts[phase.ordinal()]).ascii(",");
        }
        return out.dropLast(',').ascii("}").toByteArray();
    }
}
