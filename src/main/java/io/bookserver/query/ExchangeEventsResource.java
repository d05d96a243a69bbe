package io.bookserver.query;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.book.Market;
import io.bookserver.book.MarketGroups;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Events, series and the exchange itself, as far as lifecycle messages describe them. An event is known by its markets.
 *
 * <p><i>Thread-safe: answers on the event loop, from memory, without a lock.</i>
 */
@ApplicationScoped
@NonBlocking
@Path("/trade-api/v2")
@Produces(MediaType.APPLICATION_JSON)
public class ExchangeEventsResource {
    private static final int PAGE = 200;
    /** At most this many markets of an event are examined and listed; no event of the exchange has as many. */
    private static final int MAX_MARKETS = 1_000;
    /** A page of events ends after the event with which it has this many markets. */
    private static final int MAX_MARKETS_A_PAGE = 2_000;
    /** The memory of a part: the object, its entry in the answer, and its market's entry in the event. */
    private static final int BYTES_PER_ELEMENT_HELD = 40;
    private static final byte[] EVENTS = "{\"events\":[".getBytes(StandardCharsets.US_ASCII);

    /**
     * One market of an event in an answer, preceded by the event's fields if it is the first; or those fields alone.
     */
    private record Part(List<Market> markets, int at, boolean nested) {
        void write(JsonBytes out) {
            if (at == 0) {
                ExchangeJson.event(out, markets.get(0).details());
                if (!nested) {
                    return;
                }
                out.dropLast('}').ascii(",\"markets\":[");
            }
            ExchangeJson.market(out, markets.get(at));
            out.ascii(at == markets.size() - 1 ? "]}" : "");
        }
    }

    private final BookRegistry registry;
    private final MarketGroups groups;
    private final Endpoints endpoints;

    ExchangeEventsResource(BookRegistry registry, Endpoints endpoints) {
        this.registry = registry;
        this.groups = registry.groups();
        this.endpoints = endpoints;
    }

    @GET
    @Path("events")
    public Uni<Answer> events(@Context RoutingContext context) {
        Call call = endpoints.data(context, "limit", "cursor", "series_ticker", "status", "with_nested_markets");
        int size = ExchangeQuestions.limit(call, PAGE, PAGE);
        endpoints.memory(call).hold((long) BYTES_PER_ELEMENT_HELD * (size + MAX_MARKETS_A_PAGE + MAX_MARKETS));
        Search search = new Search(call.filter("series_ticker"), ExchangeQuestions.status(call),
                ExchangeQuestions.flag(call, "with_nested_markets"), size, call.value("cursor"));
        return Slices.run(context, search::goOn, () -> {
            endpoints.checkSize((long) ExchangeJson.MAX_MARKET_BYTES * search.found.size());
            return new Answer(new Pieces<>(EVENTS, search.found, (out, part) -> part.write(out),
                    ExchangeListsResource.tail(search.cursor())), OptionalLong.empty());
        });
    }

    @GET
    @Path("events/{event_ticker}")
    public Answer event(@PathParam("event_ticker") String ticker, @Context RoutingContext context) {
        Call call = endpoints.data(context, "with_nested_markets");
        boolean nested = ExchangeQuestions.flag(call, "with_nested_markets");
        List<Market> markets = markets(ticker);
        if (markets.isEmpty()) {
            throw QueryException.notFound("event_ticker", "no market of that event is known");
        }
        endpoints.checkSize((long) ExchangeJson.MAX_MARKET_BYTES * markets.size());
        JsonBytes head = new JsonBytes(1_024).ascii("{\"event\":");
        ExchangeJson.event(head, markets.get(0).details());
        head.dropLast('}').ascii(nested ? ",\"markets\":[" : "},\"markets\":[");
        byte[] tail = (nested ? "]},\"markets\":[]}" : "]}").getBytes(StandardCharsets.US_ASCII);
        return new Answer(new Pieces<>(head.toByteArray(), markets, ExchangeJson::market, tail), OptionalLong.empty());
    }

    @GET
    @Path("series/{series_ticker}")
    public Answer series(@PathParam("series_ticker") String ticker, @Context RoutingContext context) {
        endpoints.data(context);
        if (groups.eventsOfSeries(ticker, "", 1).isEmpty()) {
            throw QueryException.notFound("series_ticker", "no market of that series is known");
        }
        JsonBytes out = new JsonBytes(512).ascii("{\"series\":");
        ExchangeJson.series(out, ticker);
        return Answer.of(out.ascii("}"));
    }

    /** The exchange counts as active while any book is live: no message that is read says more. */
    @GET
    @Path("exchange/status")
    public Answer status(@Context RoutingContext context) {
        endpoints.data(context);
        String active = Boolean.toString(registry.booksIn(BookState.LIVE) > 0);
        return Answer.of(new JsonBytes(128).ascii("{\"exchange_active\":").ascii(active).ascii(",\"trading_active\":").ascii(active)
                .ascii(",\"exchange_index_statuses\":[]}"));
    }

    /** No trading hours are known. */
    @GET
    @Path("exchange/schedule")
    public Answer schedule(@Context RoutingContext context) {
        endpoints.data(context);
        return Answer.of(new JsonBytes(96).ascii("{\"schedule\":{\"standard_hours\":[],\"maintenance_windows\":[]}}"));
    }

    private List<Market> markets(String event) {
        return groups.marketsOfEvent(event, "", MAX_MARKETS).stream().map(registry::market).flatMap(Optional::stream)
                .filter(market -> market.details().eventTicker().equals(event)).toList();
    }

    /** The search for one page of events, one event at a time. */
    private final class Search {
        private final String series;
        private final Predicate<Market> filter;
        private final boolean nested;
        private final int size;
        private final List<Part> found = new ArrayList<>();
        private int events;
        private String after;
        private int looks;
        private int shown;
        private boolean over;

        Search(String series, Predicate<Market> filter, boolean nested, int size, String cursor) {
            this.series = series;
            this.filter = filter;
            this.nested = nested;
            this.size = size;
            this.after = cursor;
        }

        boolean goOn() {
            if (events == size || looks >= MarketSearch.LOOKS || shown >= MAX_MARKETS_A_PAGE) {
                return false;
            }
            List<String> next = series.isEmpty() ? groups.events(after, 1) : groups.eventsOfSeries(series, after, 1);
            if (next.isEmpty()) {
                over = true;
                return false;
            }
            after = next.get(0);
            List<Market> markets = markets(after);
            looks += 1 + markets.size();
            if (markets.stream().anyMatch(filter)) {
                events++;
                shown += nested ? markets.size() : 0;
                List<Market> told = nested ? markets : List.of(markets.get(0));
                for (int at = 0; at < told.size(); at++) {
                    found.add(new Part(told, at, nested));
                }
            }
            return true;
        }

        String cursor() {
            return over ? "" : after;
        }
    }
}
