package io.bookserver.feed.exchange;

import io.bookserver.feed.FeedClock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Compares books of this server with the exchange's REST books, some markets at a time. A book changes while it is
 * requested. It is right if the answer equals any state that it had between the request and the arrival of all messages
 * sent before the answer. A book that is not, three times in a row, is wrong.
 *
 * <p><i>Not thread-safe; confined to the connector's thread.</i>
 */
final class Audit {
    static final int DIFFERENT_IN_A_ROW = 3;
    /** By then, everything that the exchange sent before its answer has arrived. */
    static final long SETTLE_MS = 2_000;
    private static final Logger LOG = Logger.getLogger(Audit.class);

    private final FeedClock clock;
    private final AuditedBooks books;
    private final Rest rest;
    private final RestBudget budget;
    private final RandomGenerator random;
    private final ConnectorFigures figures;
    private final Consumer<String> wrong;
    private final long intervalMs;
    private final int marketsEach;
    private final Map<String, Integer> differences = new HashMap<>();

    private boolean running;
    private long nextMs = Long.MIN_VALUE;
    private long settledMs = Long.MAX_VALUE;
    private Map<String, BookLevels> answer = Map.of();

    /**
     * @param intervalMs milliseconds between the beginnings of two audits; 0 for none
     * @param wrong is called with each wrong book's ticker
     */
    Audit(FeedClock clock, AuditedBooks books, Rest rest, RestBudget budget, RandomGenerator random, ConnectorFigures figures,
            long intervalMs, int marketsEach, Consumer<String> wrong) {
        this.clock = clock;
        this.books = books;
        this.rest = rest;
        this.budget = budget;
        this.random = random;
        this.figures = figures;
        this.intervalMs = intervalMs;
        this.marketsEach = marketsEach;
        this.wrong = wrong;
    }

    /** @param followed the markets to choose from */
    void tick(Supplier<List<String>> followed) {
        long nowMs = nowMs();
        if (running) {
            if (nowMs >= settledMs) {
                judge();
            }
        } else if (intervalMs > 0 && nowMs >= nextMs && budget.take(nowMs)) {
            nextMs = nowMs + intervalMs;
            List<String> candidates = followed.get();
            if (!candidates.isEmpty()) {
                begin(candidates);
            }
        }
    }

    private void begin(List<String> followed) {
        running = true;
        settledMs = Long.MAX_VALUE;
        Collection<String> chosen = chosen(followed);
        books.watch(chosen);
        rest.books(chosen, came -> {
            budget.answered(came, nowMs());
            if (came.body().isEmpty()) {
                figures.auditsFailed.increment();
            }
            answer = came.body().orElse(Map.of());
            settledMs = nowMs() + SETTLE_MS;
        });
    }

    /** Those that differed last time, and others at random. */
    private Collection<String> chosen(List<String> followed) {
        Set<String> chosen = new LinkedHashSet<>();
        differences.keySet().stream().limit(marketsEach).forEach(chosen::add);
        for (int i = 0; i < 2 * marketsEach && chosen.size() < Math.min(marketsEach, followed.size()); i++) {
            chosen.add(followed.get(random.nextInt(followed.size())));
        }
        return chosen;
    }

    private void judge() {
        running = false;
        Map<String, Set<BookLevels>> states = books.end();
        answer.forEach((ticker, asked) -> {
            Set<BookLevels> had = states.get(ticker);
            if (had == null) {
                differences.remove(ticker);
                return;
            }
            figures.audited.increment();
            if (had.contains(asked)) {
                differences.remove(ticker);
            } else {
                differ(ticker);
            }
        });
        new ArrayList<>(differences.keySet()).stream().filter(ticker -> !answer.containsKey(ticker) && !answer.isEmpty())
                .forEach(differences::remove);
        answer = Map.of();
    }

    private void differ(String ticker) {
        if (differences.merge(ticker, 1, Integer::sum) >= DIFFERENT_IN_A_ROW) {
            differences.remove(ticker);
            figures.auditsDiffering.increment();
            LOG.errorf("feed=exchange audit=differs market=%s times=%d", ticker, DIFFERENT_IN_A_ROW);
            wrong.accept(ticker);
        }
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
    }
}
