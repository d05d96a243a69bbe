package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.kalshi.BookJson;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The exchange's own REST formats, so that its clients work here when their address is changed. Besides
 * {@code orderbook_fp} there is {@code state}, which the exchange does not have, so that a stale book is marked here
 * too. A market without a snapshot has no book, and is not found.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@ApplicationScoped
@NonBlocking
@Path("/trade-api/v2/markets")
@Produces(MediaType.APPLICATION_JSON)
public class ExchangeResource {
    private static final int MAX_TICKER_LENGTH = 200;
    /** More than a price and a quantity need. */
    private static final int PAIR_BYTES = 40;
    private static final byte[] HEAD = "{\"orderbooks\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAIL = "]}".getBytes(StandardCharsets.US_ASCII);

    private final BookRegistry registry;
    private final QueryConfig limits;
    private final Endpoints endpoints;

    ExchangeResource(BookRegistry registry, QueryConfig limits, Endpoints endpoints) {
        this.registry = registry;
        this.limits = limits;
        this.endpoints = endpoints;
    }

    @GET
    @Path("{ticker}/orderbook")
    public Answer one(@PathParam("ticker") String ticker, @Context RoutingContext context) {
        int depth = depth(endpoints.data(context, "depth"));
        MarketSnapshot market = book(checked(ticker))
                .orElseThrow(() -> QueryException.notFound("ticker", "no book of that market is known"));
        endpoints.checkSize(market, depth, PAIR_BYTES);
        JsonBytes out = new JsonBytes(4_096).ascii("{");
        write(out, market, depth);
        return Answer.of(out.ascii("}"));
    }

    @GET
    @Path("orderbooks")
    public Answer many(@Context RoutingContext context) {
        Call call = endpoints.data(context, "tickers", "depth");
        List<String> given = call.values("tickers");
        if (given.isEmpty()) {
            throw QueryException.badRequest("tickers", "must name 1.." + limits.maxExchangeTickers() + " tickers");
        }
        int depth = depth(call);
        List<String> tickers = BookQuestion.tickersOf(given, "tickers", limits.maxExchangeTickers());
        tickers.forEach(ExchangeResource::checked);
        WholeBooks books = new WholeBooks(ExchangeResource::writeNamed, PAIR_BYTES, depth);
        tickers.forEach(ticker -> book(ticker).ifPresent(books::add));
        endpoints.checkSize(books.maxBytes());
        return new Answer(books.between(HEAD, TAIL), OptionalLong.empty());
    }

    /** All levels if 0 or negative, as at the exchange. */
    private int depth(Call call) {
        String depth = call.value("depth");
        if (depth.isEmpty()) {
            return 0;
        }
        return Math.max(0, BookQuestion.wholeNumber(depth, "depth", Integer.MIN_VALUE, limits.maxDepth()));
    }

    private static String checked(String ticker) {
        if (ticker.length() > MAX_TICKER_LENGTH) {
            throw QueryException.badRequest("ticker", "must have at most " + MAX_TICKER_LENGTH + " characters: "
                    + Call.shortened(ticker));
        }
        return ticker;
    }

    private Optional<MarketSnapshot> book(String ticker) {
        return registry.market(ticker).map(Market::current)
                .filter(market -> market.book().state() != BookState.AWAITING_SNAPSHOT);
    }

    private static void writeNamed(JsonBytes out, MarketSnapshot market, int depth) {
        out.ascii("{\"ticker\":\"").ascii(market.ticker()).ascii("\",");
        write(out, market, depth);
        out.ascii("}");
    }

    private static void write(JsonBytes out, MarketSnapshot market, int depth) {
        out.ascii("\"orderbook_fp\":");
        BookJson.exchangeBook(out, market.book(), depth);
        out.ascii(",\"state\":\"").ascii(market.book().state().wireName()).ascii("\"");
    }
}
