package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketPhase;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The list of known markets, with their status.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@ApplicationScoped
@NonBlocking
@Path("/api/v1/markets")
@Produces(MediaType.APPLICATION_JSON)
public class MarketsResource {
    private static final int STEP = 64;
    private static final int BYTES_PER_MARKET_HELD = 128;
    private static final int MARKET_BYTES = 640;
    /** The longest escape of one character of a title. */
    private static final long BYTES_PER_CHARACTER = 6;

    private final BookRegistry registry;
    private final QueryConfig limits;
    private final Endpoints endpoints;

    MarketsResource(BookRegistry registry, QueryConfig limits, Endpoints endpoints) {
        this.registry = registry;
        this.limits = limits;
        this.endpoints = endpoints;
    }

    @GET
    public Uni<Answer> page(@Context RoutingContext context) {
        Call call = endpoints.data(context, "status", "prefix", "limit", "cursor");
        int size = ExchangeQuestions.limit(call, limits.defaultPageSize(), limits.maxPageSize());
        Search search = new Search(call.value("cursor"), call.filter("prefix"), filter(call.filter("status")), size);
        long completeToMs = endpoints.completeToMs();
        endpoints.memory(call).hold((long) BYTES_PER_MARKET_HELD * size);
        return Slices.run(call.context(), search::goOn, () -> {
            endpoints.checkSize(search.maxBytes);
            byte[] head = new JsonBytes(128).raw(Endpoints.head(endpoints.nowMs(), completeToMs))
                    .ascii("\"markets\":[").toByteArray();
            JsonBytes tail = new JsonBytes(64 + search.cursor().length());
            tail.ascii("],\"cursor\":\"").ascii(search.cursor()).ascii("\"}");
            return new Answer(search.pieces(head, tail.toByteArray()), OptionalLong.empty());
        });
    }

    private String titleOf(MarketSnapshot market) {
        return registry.market(market.ticker()).map(known -> known.details().title()).orElse("");
    }

    private static Predicate<MarketSnapshot> filter(String status) {
        if (status.isEmpty()) {
            return market -> true;
        }
        MarketPhase phase = MarketPhase.named(status).orElseThrow(() -> QueryException.badRequest("status",
                "must be one of " + Arrays.stream(MarketPhase.values()).map(MarketPhase::wireName).toList()));
        return market -> market.status().phase() == phase;
    }

    /** The search for one page, a few markets at a time: skipping what the filter rejects costs time as well. */
    private final class Search {
        private final String prefix;
        private final Predicate<MarketSnapshot> filter;
        private final int size;
        private final List<MarketSnapshot> found = new ArrayList<>();
        private String after;
        private boolean more;
        private long maxBytes;

        Search(String after, String prefix, Predicate<MarketSnapshot> filter, int size) {
            this.after = after;
            this.prefix = prefix;
            this.filter = filter;
            this.size = size;
        }

        boolean goOn() {
            List<MarketSnapshot> next = registry.list(after, prefix, market -> true, STEP);
            for (MarketSnapshot market : next) {
                if (filter.test(market)) {
                    if (found.size() == size) {
                        more = true;
                        return false;
                    }
                    found.add(market);
                    maxBytes += MARKET_BYTES + BYTES_PER_CHARACTER * titleOf(market).length();
                }
            }
            if (next.size() < STEP) {
                return false;
            }
            after = next.get(next.size() - 1).ticker();
            return true;
        }

        /** Where the next page begins; empty after the last page. */
        String cursor() {
            return more ? found.get(size - 1).ticker() : "";
        }

        Iterator<byte[]> pieces(byte[] head, byte[] tail) {
            WholeBooks lines =
                    new WholeBooks((out, market, depth) -> BookJson.market(out, market, titleOf(market)), 0, 1);
            found.forEach(lines::add);
            return lines.between(head, tail);
        }
    }
}
