package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.kalshi.ExchangeJson;
import io.bookserver.kalshi.JsonBytes;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
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
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Markets and trades in the exchange's lists. The cost of a page includes what its filter skips, so it is bounded: a
 * page may be short although more follow.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@ApplicationScoped
@NonBlocking
@Path("/trade-api/v2/markets")
@Produces(MediaType.APPLICATION_JSON)
public class ExchangeListsResource {
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1_000;
    private static final int BYTES_PER_ELEMENT_HELD = 8;
    private static final byte[] MARKETS = "{\"markets\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRADES = "{\"trades\":[".getBytes(StandardCharsets.US_ASCII);

    private final BookRegistry registry;
    private final RecentTrades trades;
    private final Endpoints endpoints;

    ExchangeListsResource(BookRegistry registry, RecentTrades trades, Endpoints endpoints) {
        this.registry = registry;
        this.trades = trades;
        this.endpoints = endpoints;
    }

    @GET
    public Uni<Answer> markets(@Context RoutingContext context) {
        Call call = endpoints.data(context, "limit", "cursor", "tickers", "event_ticker", "series_ticker", "status",
                "min_close_ts", "max_close_ts", "mve_filter");
        int size = ExchangeQuestions.limit(call, DEFAULT_PAGE, MAX_PAGE);
        Predicate<Market> filter = ExchangeQuestions.markets(call);
        endpoints.memory(call).hold((long) BYTES_PER_ELEMENT_HELD * size);
        MarketSearch search = new MarketSearch(registry, sources(call), filter, size, call.value("cursor"));
        return Slices.run(context, search::goOn, () -> {
            endpoints.checkSize((long) ExchangeJson.MAX_MARKET_BYTES * search.found().size());
            return new Answer(new Pieces<>(MARKETS, search.found(), ExchangeJson::market, tail(search.cursor())),
                    OptionalLong.empty());
        });
    }

    /** By tickers, event or series, else all. Only one of these may be given. */
    private List<MarketSearch.Source> sources(Call call) {
        String event = call.filter("event_ticker");
        String series = call.filter("series_ticker");
        List<String> tickers = call.values("tickers");
        if ((event.isEmpty() ? 0 : 1) + (series.isEmpty() ? 0 : 1) + (tickers.isEmpty() ? 0 : 1) > 1) {
            throw QueryException.badRequest("tickers", "allowed is one of tickers, event_ticker and series_ticker");
        }
        if (!tickers.isEmpty()) {
            List<String> named = BookQuestion.tickersOf(tickers, "tickers", MAX_PAGE);
            return List.of((after, limit) -> {
                int from = after.isEmpty() ? 0 : named.indexOf(after) + 1;
                return named.subList(from, Math.min(named.size(), from + limit));
            });
        }
        if (!event.isEmpty()) {
            return List.of((after, limit) -> registry.groups().marketsOfEvent(event, after, limit),
                    new MarketSearch.Untold(registry, event, ticker -> ticker.lastIndexOf('-') == event.length()));
        }
        if (!series.isEmpty()) {
            return List.of((after, limit) -> registry.groups().marketsOfSeries(series, after, limit),
                    new MarketSearch.Untold(registry, series, ticker -> ticker.indexOf('-') == series.length()));
        }
        return List.of((after, limit) -> registry.list(after, "", market -> true, limit).stream()
                .map(market -> market.ticker()).toList());
    }

    @GET
    @Path("{ticker}")
    public Answer market(@PathParam("ticker") String ticker, @Context RoutingContext context) {
        endpoints.data(context);
        Market market = registry.market(ticker)
                .orElseThrow(() -> QueryException.notFound("ticker", "no market with that ticker is known"));
        JsonBytes out = new JsonBytes(2_048).ascii("{\"market\":");
        ExchangeJson.market(out, market);
        return Answer.of(out.ascii("}"));
    }

    @GET
    @Path("trades")
    public Uni<Answer> trades(@Context RoutingContext context) {
        Call call = endpoints.data(context, "limit", "cursor", "ticker", "min_ts", "max_ts", "is_block_trade");
        int size = ExchangeQuestions.limit(call, DEFAULT_PAGE, MAX_PAGE);
        TradeSearch search = new TradeSearch(trades, call, size, endpoints.memory(call));
        return Slices.run(context, search::goOn, () -> new Answer(
                new Pieces<>(TRADES, search.found(), (out, trade) -> trade.write(out), tail(search.cursor())),
                OptionalLong.empty()));
    }

    static byte[] tail(String cursor) {
        return new JsonBytes(64 + cursor.length()).ascii("],\"cursor\":").string(cursor).ascii("}").toByteArray();
    }
}
