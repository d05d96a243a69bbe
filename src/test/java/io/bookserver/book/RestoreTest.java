package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rule 8 across a restart: a market in two partitions' checkpoints. */
class RestoreTest {
    private final Updates next = new Updates();
    private final BookRegistry before = registry();
    private final BookRegistry after = registry();

    private static BookRegistry registry() {
        BookRegistry registry = new BookRegistry(() -> 5_000_000);
        registry.keysBelongTo(ticker -> 0);
        return registry;
    }

    private MarketState state() {
        return before.state(before.market(Updates.TICKER).orElseThrow()).orElseThrow();
    }

    private MarketSnapshot restored() {
        return after.market(Updates.TICKER).orElseThrow().current();
    }

    private void snapshot(BookRegistry registry, int partition, long offset, long recordMs) {
        registry.apply(next.partition(partition).at(1, recordMs).offset(offset).recordMs(recordMs).feedReceived(recordMs)
                .snapshot(Map.of(4300, 100L), Map.of()));
    }

    /** The first partition was written before the second one had a record of the market. */
    @Test
    void market_thatStandsInTwoCheckpoints_isStale_untilASnapshotOfItsPartitionThatIsNewerThanBoth() {
        snapshot(before, 0, 5, 1_000_000);
        MarketState ofTheKey = state();
        assertThat(ofTheKey.book().state()).isEqualTo(BookState.LIVE);
        snapshot(before, 1, 7, 1_000_500);
        MarketState ofTheOther = state();
        after.restore(ofTheKey);
        after.restore(ofTheOther);
        assertThat(restored().book().state()).isEqualTo(BookState.STALE);
        assertThat(after.booksIn(BookState.STALE)).isEqualTo(1);
        assertThat(after.booksIn(BookState.LIVE)).isZero();
        snapshot(after, 0, 6, 1_000_400);
        assertThat(restored().book().state()).isEqualTo(BookState.STALE);
        snapshot(after, 0, 7, 1_000_600);
        assertThat(restored().book().state()).isEqualTo(BookState.LIVE);
    }

    /** It has several writers, so its state at one moment is unknown. */
    @Test
    void market_ofTwoPartitions_isWrittenAsStale() {
        snapshot(before, 1, 5, 1_000_000);
        snapshot(before, 0, 5, 1_000_100);
        assertThat(before.market(Updates.TICKER).orElseThrow().current().book().state()).isEqualTo(BookState.LIVE);
        assertThat(state().book().state()).isEqualTo(BookState.STALE);
        assertThat(state().version()).isEqualTo(3);
    }
}
