package io.bookserver.kalshi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BookJsonTest {
    private static final String LEVEL_TIMES = ",\"exchange_ms\":1786085188978,\"feed_received_ms\":1786085189148,"
            + "\"kafka_published_ms\":1786085189149,\"received_ms\":1786085189150,\"kafka_latency_ms\":1,"
            + "\"server_published_ms\":1786085189150}";
    private static final String TOP = "{\"market_ticker\":\"A\",\"status\":\"unknown\",\"closed_ms\":null,\"state\":\"live\","
            + "\"crossed\":false,\"version\":1,\"last_updated_ms\":1786085189150,"
            + "\"yes_bid\":{\"price_dollars\":\"0.4300\",\"quantity_fp\":\"120.05\"" + LEVEL_TIMES + ","
            + "\"no_bid\":null,\"yes_ask_dollars\":null,\"no_ask_dollars\":\"0.5700\"";

    private final BookRegistry registry = new BookRegistry(() -> 1_786_085_189_150L);

    private MarketSnapshot market() throws MalformedRecordException {
        String value = "{\"payload\":{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":1,\"msg\":{\"market_ticker\":\"A\","
                + "\"market_id\":\"m-1\",\"ts_ms\":1786085188978,"
                + "\"yes_dollars_fp\":[[\"0.0100\",\"7.00\"],[\"0.4300\",\"120.05\"]]}},"
                + "\"receivedTimestamp\":1786085189148,\"publishedTimestamp\":1786085189149,\"version\":1}";
        registry.apply(new EnvelopeDecoder()
                .decode(value.getBytes(StandardCharsets.UTF_8), 0, 0, 0, 1_786_085_189_150L).orElseThrow());
        return registry.market("A").orElseThrow().current();
    }

    private static String text(JsonBytes out) {
        return new String(out.toByteArray(), StandardCharsets.UTF_8);
    }

    @Test
    void topOfBook_isTheContractsObject_andBuiltOnce() throws MalformedRecordException {
        MarketSnapshot market = market();
        byte[] json = BookJson.topOfBook(market.topOfBook());
        assertThat(new String(json, StandardCharsets.UTF_8)).isEqualTo(TOP + "}");
        assertThat(BookJson.topOfBook(market.topOfBook())).isSameAs(json);
    }

    @Test
    void book_addsBothLaddersBestFirst() throws MalformedRecordException {
        JsonBytes out = new JsonBytes(8);
        BookJson.book(out, market(), 0);
        assertThat(text(out)).isEqualTo(TOP + ",\"yes\":[{\"price_dollars\":\"0.4300\",\"quantity_fp\":\"120.05\""
                + LEVEL_TIMES + ",{\"price_dollars\":\"0.0100\",\"quantity_fp\":\"7.00\"" + LEVEL_TIMES + "],\"no\":[]}");
    }

    @Test
    void book_toADepth_hasTheBestLevels() throws MalformedRecordException {
        JsonBytes out = new JsonBytes(8);
        BookJson.book(out, market(), 1);
        assertThat(text(out)).isEqualTo(TOP + ",\"yes\":[{\"price_dollars\":\"0.4300\",\"quantity_fp\":\"120.05\""
                + LEVEL_TIMES + "],\"no\":[]}");
    }

    @Test
    void exchangeBook_ascendsByPrice_andADepthKeepsTheBest() throws MalformedRecordException {
        JsonBytes out = new JsonBytes(8);
        BookJson.exchangeBook(out, market().book(), 0);
        assertThat(text(out)).isEqualTo(
                "{\"yes_dollars\":[[\"0.0100\",\"7.00\"],[\"0.4300\",\"120.05\"]],\"no_dollars\":[]}");
        BookJson.exchangeBook(out.clear(), market().book(), 1);
        assertThat(text(out)).isEqualTo("{\"yes_dollars\":[[\"0.4300\",\"120.05\"]],\"no_dollars\":[]}");
    }

    @Test
    void market_isOneLineOfTheList() throws MalformedRecordException {
        JsonBytes out = new JsonBytes(8);
        BookJson.market(out, market(), "Rain in \"York\"?");
        assertThat(text(out)).isEqualTo("{\"market_ticker\":\"A\",\"status\":\"unknown\",\"closed_ms\":null,"
                + "\"state\":\"live\",\"crossed\":false,\"version\":1,\"last_updated_ms\":1786085189150,"
                + "\"title\":\"Rain in \\\"York\\\"?\",\"market_id\":\"m-1\",\"yes_bid_dollars\":\"0.4300\",\"yes_bid_size_fp\":\"120.05\","
                + "\"yes_ask_dollars\":null,\"yes_ask_size_fp\":null}");
    }

    @Test
    void numbers_areWrittenAsTheyAre() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            assertThat(text(new JsonBytes(1).number(value))).as("seed=%d", seed).isEqualTo(Long.toString(value));
        }
        assertThat(text(new JsonBytes(1).number(Long.MIN_VALUE).ascii(" ").number(Long.MAX_VALUE).ascii(" ").number(0)))
                .isEqualTo(Long.MIN_VALUE + " " + Long.MAX_VALUE + " 0");
        assertThat(text(new JsonBytes(1).contracts(-3087).ascii(" ").contracts(5).ascii(" ").contracts(-10_000)
                .ascii(" ").contracts(96_642_500))).isEqualTo("-30.87 0.05 -100.00 966425.00");
        assertThat(text(new JsonBytes(1).dollars(1).ascii(" ").dollars(9999).ascii(" ").dollars(10_000)))
                .isEqualTo("0.0001 0.9999 1.0000");
    }

    @Test
    void digits_arePaddedWithZeros() {
        assertThat(text(new JsonBytes(1).padded(7, 4).ascii(" ").padded(12345, 4).ascii(" ").padded(0, 2)))
                .isEqualTo("0007 2345 00");
    }

    @Test
    void strings_areEscaped() throws Exception {
        String text = "a\"b\\c\n\u0001\u00e9\u20ac";
        assertThat(new ObjectMapper().readValue(new JsonBytes(1).string(text).toByteArray(), String.class)).isEqualTo(text);
    }
}
