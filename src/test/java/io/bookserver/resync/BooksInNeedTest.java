package io.bookserver.resync;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.testkit.Records;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BooksInNeedTest {
    private static final String EMPTY_BOOK = "\"market_id\":\"\"";
    private static final String TOO_MUCH_TAKEN =
            "\"price_dollars\":\"0.4300\",\"delta_fp\":\"-5.00\",\"side\":\"yes\"";

    private final BookRegistry registry = new BookRegistry();
    private final Records records = new Records(registry);
    private long nowMs = 1_000;
    private final BooksInNeed books = new BooksInNeed(() -> nowMs, 1_000, 5_000, 20_000);

    @Test
    void staleBook_isAskedForAfterAWhile_againAfterLongerAndLonger_andNotOnceItIsLive() {
        registry.addListener(books);
        records.apply("orderbook_snapshot", "A", EMPTY_BOOK);
        records.apply("orderbook_delta", "A", TOO_MUCH_TAKEN);
        List<Long> askedMs = new ArrayList<>();
        for (long endMs = nowMs + 100_000; nowMs < endMs; nowMs += 100) {
            if (!books.due(10).isEmpty()) {
                askedMs.add(nowMs - 1_000);
            }
        }
        assertThat(askedMs).containsExactly(1_000L, 6_000L, 16_000L, 36_000L, 56_000L, 76_000L, 96_000L);
        records.apply("orderbook_snapshot", "A", EMPTY_BOOK);
        assertThat(books.size()).isZero();
    }

    @Test
    void bookThatHealsWithinTheWhile_isNotAskedFor() {
        registry.addListener(books);
        records.apply("orderbook_snapshot", "A", EMPTY_BOOK);
        records.apply("orderbook_delta", "A", TOO_MUCH_TAKEN);
        nowMs += 900;
        records.apply("orderbook_snapshot", "A", EMPTY_BOOK);
        nowMs += 900;
        assertThat(books.due(10)).isEmpty();
    }

    @Test
    void marketWithoutASnapshot_isInNeed_untilItsTradingEnds() {
        registry.addListener(books);
        records.apply("market_lifecycle_v2", "A", "\"event_type\":\"created\",\"open_ts\":1,\"close_ts\":9999999999");
        nowMs += 1_000;
        assertThat(books.due(10)).containsExactly("A");
        records.apply("market_lifecycle_v2", "A", "\"event_type\":\"determined\",\"determination_ts\":2");
        assertThat(books.size()).isZero();
    }

    @Test
    void requests_areLimited_andTheOthersComeNext() {
        registry.addListener(books);
        for (int i = 0; i < 10; i++) {
            records.apply("market_lifecycle_v2", "A" + i, "\"event_type\":\"created\"");
        }
        nowMs += 1_000;
        List<String> asked = new ArrayList<>(books.due(6));
        assertThat(asked).hasSize(6);
        asked.addAll(books.due(6));
        assertThat(asked).hasSize(10).doesNotHaveDuplicates();
    }
}
