package io.bookserver.resync;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BooksInNeedTest {
    private static final String EMPTY_BOOK = "\"market_id\":\"\"";
    private static final String TOO_MUCH_TAKEN =
            "\"price_dollars\":\"0.4300\",\"delta_fp\":\"-5.00\",\"side\":\"yes\"";

    private final BookRegistry registry = new BookRegistry();
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    private long nowMs = 1_000;
    private long offset;
    private final BooksInNeed books = new BooksInNeed(() -> nowMs, 1_000, 5_000, 20_000);

    private void apply(String type, String ticker, String fields) throws MalformedRecordException {
        long wallMs = registry.nowMs();
        String value = "{\"payload\":{\"type\":\"" + type + "\",\"msg\":{\"market_ticker\":\"" + ticker + "\"," + fields
                + "}},\"receivedTimestamp\":" + wallMs + ",\"publishedTimestamp\":" + wallMs + "}";
        registry.apply(decoder.decode(value.getBytes(StandardCharsets.UTF_8), 0, offset++, wallMs, wallMs).orElseThrow());
    }

    @Test
    void staleBook_isAskedForAfterAWhile_againAfterLongerAndLonger_andNotOnceItIsLive() throws MalformedRecordException {
        registry.addListener(books);
        apply("orderbook_snapshot", "A", EMPTY_BOOK);
        apply("orderbook_delta", "A", TOO_MUCH_TAKEN);
        List<Long> askedMs = new ArrayList<>();
        for (long endMs = nowMs + 100_000; nowMs < endMs; nowMs += 100) {
            if (!books.due(10).isEmpty()) {
                askedMs.add(nowMs - 1_000);
            }
        }
        assertThat(askedMs).containsExactly(1_000L, 6_000L, 16_000L, 36_000L, 56_000L, 76_000L, 96_000L);
        apply("orderbook_snapshot", "A", EMPTY_BOOK);
        assertThat(books.size()).isZero();
    }

    @Test
    void bookThatHealsWithinTheWhile_isNotAskedFor() throws MalformedRecordException {
        registry.addListener(books);
        apply("orderbook_snapshot", "A", EMPTY_BOOK);
        apply("orderbook_delta", "A", TOO_MUCH_TAKEN);
        nowMs += 900;
        apply("orderbook_snapshot", "A", EMPTY_BOOK);
        nowMs += 900;
        assertThat(books.due(10)).isEmpty();
    }

    @Test
    void marketWithoutASnapshot_isInNeed_untilItsTradingEnds() throws MalformedRecordException {
        registry.addListener(books);
        apply("market_lifecycle_v2", "A", "\"event_type\":\"created\",\"open_ts\":1,\"close_ts\":9999999999");
        nowMs += 1_000;
        assertThat(books.due(10)).containsExactly("A");
        apply("market_lifecycle_v2", "A", "\"event_type\":\"determined\",\"determination_ts\":2");
        assertThat(books.size()).isZero();
    }

    @Test
    void requests_areLimited_andTheOthersComeNext() throws MalformedRecordException {
        registry.addListener(books);
        for (int i = 0; i < 10; i++) {
            apply("market_lifecycle_v2", "A" + i, "\"event_type\":\"created\"");
        }
        nowMs += 1_000;
        List<String> asked = new ArrayList<>(books.due(6));
        assertThat(asked).hasSize(6);
        asked.addAll(books.due(6));
        assertThat(asked).hasSize(10).doesNotHaveDuplicates();
    }
}
