package io.bookserver.query;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answers' shapes, for the OpenAPI document only: the answers themselves are written as bytes.
 *
 * <p><i>Never instantiated.</i>
 */
final class Shapes {
    static final String TICKERS_EXAMPLE =
            "{\"market_tickers\":[\"KXMLBGAME-26AUG071840NYMPIT-NYM\",\"KXMLBGAME-26AUG071840NYMPIT-PIT\"]}";
    static final String BOOKS_QUESTION_EXAMPLE =
            "{\"market_tickers\":[\"KXMLBGAME-26AUG071840NYMPIT-NYM\"],\"depth\":5}";
    static final String PROBLEM_EXAMPLE =
            "{\"code\":\"bad_request\",\"message\":\"market_tickers: is missing, an array of tickers is expected\"}";
    static final String EXCHANGE_BOOK_EXAMPLE = "{\"orderbook_fp\":{\"yes_dollars\":[[\"0.4200\",\"13.00\"],"
            + "[\"0.4300\",\"120.00\"]],\"no_dollars\":[[\"0.5500\",\"300.00\"]]},\"state\":\"live\"}";
    static final String TOP_OF_BOOK_EXAMPLE = "{\"as_of_ms\":1786085189150,\"books\":[{\"market_ticker\":"
            + "\"KXMLBGAME-26AUG071840NYMPIT-NYM\",\"status\":\"open\",\"closed_ms\":null,\"state\":\"live\","
            + "\"crossed\":false,\"version\":8123,\"last_updated_ms\":1786085189150,\"yes_bid\":{\"price_dollars\":"
            + "\"0.4300\",\"quantity_fp\":\"120.00\",\"exchange_ms\":1786085188978,\"feed_received_ms\":1786085189148,"
            + "\"kafka_published_ms\":1786085189149,\"received_ms\":1786085189150,\"kafka_latency_ms\":1,"
            + "\"server_published_ms\":1786085189150},\"no_bid\":null,\"yes_ask_dollars\":null,"
            + "\"no_ask_dollars\":\"0.5700\"}],\"not_found\":[\"KXMLBGAME-26AUG071840NYMPIT-PIT\"]}";

    private Shapes() {}

    @Schema(name = "Level", description = "Resting bids at one price; all times are epoch milliseconds")
    static class Level {
        @Schema(description = "Above 0 and below 1 dollar, four decimals", example = "0.4300")
        public String price_dollars;
        @Schema(description = "Contracts, two decimals", example = "120.00")
        public String quantity_fp;
        @Schema(description = "The exchange's own time of the change", nullable = true)
        public Long exchange_ms;
        @Schema(description = "When the proxy read it off the exchange's socket", nullable = true)
        public Long feed_received_ms;
        @Schema(description = "When the proxy handed it to Kafka")
        public long kafka_published_ms;
        @Schema(description = "When this server read the record")
        public long received_ms;
        @Schema(description = "received_ms less kafka_published_ms")
        public long kafka_latency_ms;
        @Schema(description = "When this server made it visible")
        public long server_published_ms;
    }

    @Schema(name = "Market")
    static class Market {
        public String market_ticker;
        @Schema(enumeration = {"initialized", "open", "paused", "closed", "determined", "settled", "unknown"})
        public String status;
        @Schema(description = "When trading ended, epoch milliseconds", nullable = true)
        public Long closed_ms;
        @Schema(enumeration = {"awaiting_snapshot", "live", "stale"},
                description = "stale: something was lost, the next snapshot heals it")
        public String state;
        @Schema(description = "Best yes bid and best no bid add up to a dollar or more")
        public boolean crossed;
        @Schema(description = "Grows with every publication of this market")
        public long version;
        public long last_updated_ms;
    }

    @Schema(name = "ListedMarket")
    static class ListedMarket extends Market {
        public String market_id;
    }

    @Schema(name = "TopOfBook")
    static class TopOfBook extends Market {
        @Schema(nullable = true)
        public Level yes_bid;
        @Schema(nullable = true)
        public Level no_bid;
        @Schema(description = "A dollar less the best no bid", nullable = true, example = "0.4500")
        public String yes_ask_dollars;
        @Schema(description = "A dollar less the best yes bid", nullable = true, example = "0.5700")
        public String no_ask_dollars;
    }

    @Schema(name = "Book")
    static class Book extends TopOfBook {
        @Schema(description = "Yes bids, best first")
        public List<Level> yes;
        @Schema(description = "No bids, best first")
        public List<Level> no;
    }

    @Schema(name = "TopsOfBook")
    static class TopsOfBook {
        public long as_of_ms;
        public List<TopOfBook> books;
        public List<String> not_found;
    }

    @Schema(name = "Books")
    static class Books {
        public long as_of_ms;
        public List<Book> books;
        public List<String> not_found;
    }

    @Schema(name = "Markets")
    static class Markets {
        public long as_of_ms;
        public List<ListedMarket> markets;
        @Schema(description = "For the next page; empty on the last")
        public String cursor;
    }

    @Schema(name = "Tickers")
    static class Tickers {
        @Schema(required = true)
        public List<String> market_tickers;
        @Schema(description = "Levels of each side, for books; 0 or absent: all")
        public Integer depth;
    }

    @Schema(name = "Problem")
    static class Problem {
        @Schema(enumeration = {"bad_request", "not_found", "too_large"})
        public String code;
        @Schema(description = "Which field, what was wrong, what is allowed")
        public String message;
    }

    @Schema(name = "ExchangeLadders")
    static class ExchangeLadders {
        @Schema(description = "[price, quantity] pairs, ascending by price")
        public List<List<String>> yes_dollars;
        public List<List<String>> no_dollars;
    }

    @Schema(name = "ExchangeBook")
    static class ExchangeBook {
        public ExchangeLadders orderbook_fp;
        @Schema(enumeration = {"live", "stale"}, description = "Not the exchange's: whether the book can be trusted")
        public String state;
    }

    @Schema(name = "NamedExchangeBook")
    static class NamedExchangeBook extends ExchangeBook {
        public String ticker;
    }

    @Schema(name = "ExchangeBooks")
    static class ExchangeBooks {
        public List<NamedExchangeBook> orderbooks;
    }

    @Schema(name = "ExchangeError")
    static class ExchangeError {
        public String code;
        public String message;
        public String service;
    }

    @Schema(name = "ExchangeProblem")
    static class ExchangeProblem {
        public ExchangeError error;
    }
}
