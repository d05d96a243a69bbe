package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.kalshi.JsonBytes;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The best level of both sides of many markets at once.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@ApplicationScoped
class TopOfBookResource {
    private static final String TICKERS = "market_tickers";
    private static final byte[] NO_MORE = "],\"not_found\":[]}".getBytes(StandardCharsets.US_ASCII);
    /** How many markets are read before one looks at the clock. */
    private static final int STEP = 32;
    private static final int BYTES_PER_MARKET_HELD = 16;

    private final BookRegistry registry;
    private final QueryConfig limits;
    private final Endpoints endpoints;

    TopOfBookResource(BookRegistry registry, QueryConfig limits, Endpoints endpoints) {
        this.registry = registry;
        this.limits = limits;
        this.endpoints = endpoints;
    }

    void routes(@Observes Router router) {
        endpoints.at(router, "/api/v1/top-of-book").get(this::listed, TICKERS).post(this::named);
    }

    private void named(Call call) {
        answer(call, BookQuestion.ofBody(call.body(), limits).tickers());
    }

    private void listed(Call call) {
        List<String> given = call.values(TICKERS);
        if (given.isEmpty()) {
            answerAll(call);
        } else {
            answer(call, BookQuestion.tickersOf(given, TICKERS, limits.maxTickers()));
        }
    }

    private void answer(Call call, List<String> tickers) {
        NamedMarkets named = new NamedMarkets(registry, tickers);
        answer(call, tickers.size(), named::next, named::tail);
    }

    private void answerAll(Call call) {
        if (registry.size() > limits.maxMarketsWithoutTickers()) {
            throw QueryException.tooLarge(TICKERS, "must be given when there are more than "
                    + limits.maxMarketsWithoutTickers() + " markets; GET /api/v1/markets lists them page by page");
        }
        Iterator<Market> all = registry.markets().iterator();
        answer(call, registry.size(), () -> all.hasNext() ? Optional.of(all.next()) : Optional.empty(), () -> NO_MORE);
    }

    private void answer(Call call, int expected, Supplier<Optional<Market>> next, Supplier<byte[]> tail) {
        long completeToMs = endpoints.completeToMs();
        endpoints.memory(call).hold((long) BYTES_PER_MARKET_HELD * expected);
        TopsOfBook tops = new TopsOfBook(expected);
        Slices.run(call.context(), () -> {
            for (int i = 0; i < STEP; i++) {
                Optional<Market> market = next.get();
                if (market.isEmpty()) {
                    return false;
                }
                tops.add(market.get().current().topOfBook());
            }
            endpoints.checkSize(tops.bytes());
            return true;
        }, () -> {
            byte[] head = head(endpoints.nowMs(), completeToMs);
            byte[] end = tail.get();
            long bytes = head.length + tops.bytes() + end.length;
            endpoints.checkSize(bytes);
            endpoints.send(call, tops.between(head, end), OptionalLong.of(bytes));
        });
    }

    /** What stands before the first book. */
    static byte[] head(long asOfMs, long completeToMs) {
        return new JsonBytes(96).raw(Endpoints.head(asOfMs, completeToMs)).ascii("\"books\":[").toByteArray();
    }
}
