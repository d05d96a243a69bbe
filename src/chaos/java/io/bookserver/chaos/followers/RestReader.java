package io.bookserver.chaos.followers;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.chaos.oracle.Observation;
import io.bookserver.chaos.oracle.Oracle;
import io.bookserver.chaos.world.Http;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Asks a server for books over and over, and hands what is live to the oracle.
 *
 * <p><i>Thread-safe: a thread of its own asks.</i>
 */
public final class RestReader implements AutoCloseable {
    private static final int MARKETS_A_QUESTION = 25;
    private static final int PAUSE_MS = 100;

    private final String who;
    private final URI url;
    private final Supplier<List<String>> tickers;
    private final Oracle oracle;
    private final SplittableRandom random;
    private final Thread thread = new Thread(this::run, "rest-reader");
    private final Map<String, AtomicLong> seen = new TreeMap<>();
    private volatile boolean closed;

    public RestReader(String who, URI server, Supplier<List<String>> tickers, Oracle oracle, long seed) {
        this.who = who;
        this.url = server.resolve("/api/v1/books");
        this.tickers = tickers;
        this.oracle = oracle;
        this.random = new SplittableRandom(seed);
        List.of("live", "stale", "awaiting_snapshot", "not_found", "rebuilding", "no_answer")
                .forEach(name -> seen.put(name, new AtomicLong()));
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                ask();
                Thread.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            // it is over
        }
    }

    private void ask() throws InterruptedException {
        List<String> all = tickers.get();
        String names = random.ints(MARKETS_A_QUESTION, 0, all.size()).distinct().mapToObj(i -> '"' + all.get(i) + '"')
                .collect(Collectors.joining(","));
        long askedMs = System.currentTimeMillis();
        Http.Answer answer = Http.post(url, "{\"market_tickers\":[" + names + "]}");
        switch (answer.status()) {
            case 0 -> seen.get("no_answer").incrementAndGet();
            case 503 -> seen.get("rebuilding").incrementAndGet();
            case 200 -> {
                long completeToMs = answer.body().path("complete_to_ms").longValue();
                oracle.promised(who, completeToMs);
                answer.body().get("books").forEach(book -> take(book, askedMs, completeToMs));
                seen.get("not_found").addAndGet(answer.body().path("not_found").size());
            }
            default -> oracle.violated(who + " was answered " + answer.status() + ": " + answer.body());
        }
    }

    private void take(JsonNode book, long askedMs, long completeToMs) {
        String state = book.get("state").textValue();
        seen.get(state).incrementAndGet();
        if (state.equals("live")) {
            oracle.saw(Observation.ofAll(who, book.get("market_ticker").textValue(), Ladders.full(book), askedMs, completeToMs,
                    book.toString()));
        }
    }

    /** How often it saw what. */
    public String counts() {
        return who + " " + seen.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue()).collect(Collectors.joining(" "));
    }

    public long live() {
        return seen.get("live").get();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(15_000);
    }
}
