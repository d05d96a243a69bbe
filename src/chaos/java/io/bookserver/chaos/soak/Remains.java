package io.bookserver.chaos.soak;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.chaos.world.Http;
import io.bookserver.chaos.world.ServerLog;
import io.bookserver.chaos.world.Stand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * What the server holds at the end of a run, against what its publisher and its clients hold.
 *
 * <p><i>Not thread-safe; confined to the run.</i>
 */
public final class Remains {
    private static final long WAIT_MS = 60_000;
    private static final int BOOKS_A_REQUEST = 100;
    private static final int THREADS = 10;
    private static final int FILES = 20;

    private final Stand stand;
    private final List<String> problems;

    /** @param problems where what is wrong goes, in words */
    public Remains(Stand stand, List<String> problems) {
        this.stand = stand;
        this.problems = problems;
    }

    /** Waits until it has read all that was published before. */
    public void awaitCompleteTo(long ms) throws InterruptedException {
        long endMs = System.currentTimeMillis() + WAIT_MS;
        long completeToMs = 0;
        while (completeToMs < ms && System.currentTimeMillis() < endMs) {
            Thread.sleep(200);
            completeToMs = Http.get(stand.url().resolve("/api/v1/status")).body().path("complete_to_ms").longValue();
        }
        if (completeToMs < ms) {
            problems.add("the server is complete to " + completeToMs + " only, all was published at " + ms);
        }
    }

    /** @param look the bounds at the moment it is asked */
    public void markets(Supplier<Workload.Bounds> look) throws InterruptedException {
        Workload.Bounds before = look.get();
        long markets = Http.get(stand.url().resolve("/api/v1/status")).body().at("/markets/total").asLong(-1);
        Workload.Bounds after = look.get();
        if (markets < after.least() || markets > before.most()) {
            problems.add("the server has " + markets + " markets, of which there must be " + after.least() + " to "
                    + before.most());
        }
    }

    /** Whether the books are live and the publisher's; stale ones have time until they have got a snapshot. */
    public void books(List<SoakMarket> markets) throws InterruptedException {
        long endMs = System.currentTimeMillis() + WAIT_MS;
        List<String> stale;
        List<String> wrong = new ArrayList<>();
        do {
            Thread.sleep(500);
            stale = new ArrayList<>();
            compare(markets, stale, wrong);
        } while (!stale.isEmpty() && wrong.isEmpty() && System.currentTimeMillis() < endMs);
        if (!wrong.isEmpty() || markets.isEmpty()) {
            problems.add(wrong.size() + " of " + markets.size() + " books are live and not the publisher's "
                    + wrong.stream().findFirst().orElse(""));
        }
        if (!stale.isEmpty()) {
            problems.add(stale.size() + " of " + markets.size() + " books are not live " + stale.get(0));
        }
    }

    private void compare(List<SoakMarket> markets, List<String> stale, List<String> wrong) throws InterruptedException {
        for (int from = 0; from < markets.size(); from += BOOKS_A_REQUEST) {
            List<SoakMarket> some = markets.subList(from, Math.min(markets.size(), from + BOOKS_A_REQUEST));
            Map<String, JsonNode> books = ask(some.stream().map(market -> market.ticker).toList());
            for (SoakMarket market : some) {
                JsonNode book = books.getOrDefault(market.ticker, Http.JSON.missingNode());
                if (!book.path("state").asText().equals("live")) {
                    stale.add(market.ticker + " " + book);
                } else if (!isAs(market, book)) {
                    wrong.add(market.ticker + " " + market.ladder(true) + market.ladder(false) + " but " + book);
                }
            }
        }
    }

    private Map<String, JsonNode> ask(List<String> tickers) throws InterruptedException {
        Map<String, JsonNode> books = new HashMap<>();
        String names = "\"" + String.join("\",\"", tickers) + "\"";
        Http.post(stand.url().resolve("/api/v1/books"), "{\"market_tickers\":[" + names + "]}").body().path("books")
                .forEach(book -> books.put(book.get("market_ticker").textValue(), book));
        return books;
    }

    private static boolean isAs(SoakMarket market, JsonNode book) {
        return book.path("status").asText().equals("open")
                && ladder(book.path("yes")).equals(market.ladder(true))
                && ladder(book.path("no")).equals(market.ladder(false));
    }

    /** Best first, as the server answers, to ascending, as the exchange writes. */
    private static String ladder(JsonNode levels) {
        StringBuilder text = new StringBuilder();
        for (JsonNode level : levels) {
            text.insert(0, ",[\"" + level.path("price_dollars").asText() + "\",\"" + level.path("quantity_fp").asText()
                    + "\"]");
        }
        return "[" + text.substring(Math.min(1, text.length())) + "]";
    }

    /** Waits until the server lists exactly those who are here. */
    public void clients(Supplier<Set<String>> here) throws InterruptedException {
        long endMs = System.currentTimeMillis() + WAIT_MS;
        Set<String> gone;
        Set<String> missed;
        do {
            Thread.sleep(500);
            Set<String> listed = new HashSet<>();
            Http.get(stand.url().resolve("/api/v1/clients")).body().path("clients")
                    .forEach(one -> listed.add(one.path("address").asText()));
            gone = new HashSet<>(listed);
            gone.removeAll(here.get());
            missed = new HashSet<>(here.get());
            missed.removeAll(listed);
        } while (!(gone.isEmpty() && missed.isEmpty()) && System.currentTimeMillis() < endMs);
        if (!gone.isEmpty()) {
            problems.add(gone.size() + " clients that left are still listed, such as " + gone.iterator().next());
        }
        if (!missed.isEmpty()) {
            problems.add(missed.size() + " clients that are here are not listed, such as " + missed.iterator().next());
        }
    }

    /** What a process holds. */
    public record Held(int threads, int files) {
        public static Held of(Stand stand) {
            return new Held(stand.server.threads(), stand.server.openFiles());
        }
    }

    /** @param before when nobody had come yet, while all have gone again now */
    public void process(Held before) {
        Held now = Held.of(stand);
        if (now.threads > before.threads + THREADS || now.files > before.files + FILES) {
            problems.add("the process has more without clients than before the first came: " + before + ", " + now);
        }
    }

    /** @param collecting whether the run had all garbage collected at that moment, which blocks every thread */
    public void log(LongPredicate collecting) {
        ServerLog log = ServerLog.of(stand.server.log());
        first("errors in the log", log.errors());
        first("stack traces in the log", log.traces());
        first("blocked threads in the log", log.blocked(collecting));
    }

    private void first(String what, List<String> lines) {
        if (!lines.isEmpty()) {
            problems.add(what + ": " + lines.size() + ", such as " + lines.get(0));
        }
    }

    public void none(String what, long count) {
        if (count > 0) {
            problems.add(what + ": " + count);
        }
    }
}
