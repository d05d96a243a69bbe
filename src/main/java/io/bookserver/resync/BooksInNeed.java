package io.bookserver.resync;

import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.PublicationListener;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The books that need a snapshot, since when, and when to request each. Markets whose trading has ended need none.
 *
 * <p><i>Thread-safe: writers of books report changes without waiting; one thread requests.</i>
 */
final class BooksInNeed implements PublicationListener {
    private static final class Need {
        private long nextMs;
        private long waitMs;

        Need(long nextMs, long waitMs) {
            this.nextMs = nextMs;
            this.waitMs = waitMs;
        }
    }

    private final Map<String, Need> needs = new ConcurrentHashMap<>();
    private final LongSupplier elapsedMs;
    private final long afterMs;
    private final long againMs;
    private final long longestWaitMs;

    /** @param elapsedMs milliseconds of a clock that never goes back */
    BooksInNeed(LongSupplier elapsedMs, long afterMs, long againMs, long longestWaitMs) {
        this.elapsedMs = elapsedMs;
        this.afterMs = afterMs;
        this.againMs = againMs;
        this.longestWaitMs = longestWaitMs;
    }

    @Override
    public void published(MarketSnapshot before, MarketSnapshot after) {
        look(after);
    }

    /** Checks a market's current state. */
    void look(MarketSnapshot market) {
        boolean inNeed = !market.book().state().isWhole() && market.status().closedMs().isEmpty();
        if (!inNeed) {
            if (!needs.isEmpty()) {
                needs.remove(market.ticker());
            }
        } else if (!needs.containsKey(market.ticker())) {
            needs.put(market.ticker(), new Need(elapsedMs.getAsLong() + afterMs, againMs));
        }
    }

    /** Removes a market that is no longer known. */
    void forget(String ticker) {
        needs.remove(ticker);
    }

    /** The markets to request now, at most {@code limit}; each is due again later. */
    List<String> due(int limit) {
        long nowMs = elapsedMs.getAsLong();
        List<String> due = new ArrayList<>();
        Iterator<Map.Entry<String, Need>> all = needs.entrySet().iterator();
        while (all.hasNext() && due.size() < limit) {
            Map.Entry<String, Need> entry = all.next();
            Need need = entry.getValue();
            if (nowMs >= need.nextMs) {
                due.add(entry.getKey());
                need.nextMs = nowMs + need.waitMs;
                need.waitMs = Math.min(longestWaitMs, 2 * need.waitMs);
            }
        }
        return due;
    }

    int size() {
        return needs.size();
    }
}
