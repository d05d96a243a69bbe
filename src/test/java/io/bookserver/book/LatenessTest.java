package io.bookserver.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Rule 9, for a server that lags: the books of a partition that is read too late. */
class LatenessTest {
    private final Updates next = new Updates();
    private final BookRegistry registry = new BookRegistry(() -> 5_000_000);
    private final List<BookState> published = new ArrayList<>();

    LatenessTest() {
        registry.addListener((before, after) -> published.add(after.topOfBook().state()));
    }

    private void snapshot(long seq) {
        registry.apply(next.at(1, seq).snapshot(Map.of(4300, 100L), Map.of()));
    }

    private void delta(long seq, long deltaHundredths) {
        registry.apply(next.at(1, seq).delta(Side.YES, 4300, deltaHundredths));
    }

    private void late(int partition, boolean late) {
        registry.late(partition, late);
        registry.applyLateness();
    }

    private Market market() {
        return registry.market(Updates.TICKER).orElseThrow();
    }

    private BookState state() {
        return market().current().book().state();
    }

    private List<Long> counts() {
        return List.of(registry.booksIn(BookState.LIVE), registry.booksIn(BookState.STALE), registry.booksIn(BookState.LATE),
                registry.staleBooksToHeal());
    }

    @Test
    void partitionThatIsLate_showsItsBooksAsStale_untilItHasCaughtUp() {
        snapshot(1);
        late(0, true);
        assertThat(state()).isEqualTo(BookState.LATE);
        assertThat(counts()).isEqualTo(List.of(0L, 1L, 1L, 0L));
        delta(2, 50);
        assertThat(state()).isEqualTo(BookState.LATE);
        late(0, false);
        assertThat(state()).isEqualTo(BookState.LIVE);
        assertThat(counts()).isEqualTo(List.of(1L, 0L, 0L, 0L));
        assertThat(market().current().book().yes().quantityHundredthsAt(4300)).isEqualTo(150);
        assertThat(published).containsExactly(BookState.LIVE, BookState.STALE, BookState.STALE, BookState.LIVE);
        assertThat(market().current().version()).isEqualTo(4);
    }

    @Test
    void change_isReportedOnce_andAppliedOnce() {
        snapshot(1);
        assertThat(registry.late(0, true)).isTrue();
        assertThat(registry.late(0, true)).isFalse();
        registry.applyLateness();
        registry.applyLateness();
        assertThat(registry.late(0, false)).isTrue();
        assertThat(registry.late(0, false)).isFalse();
        registry.applyLateness();
        assertThat(published).containsExactly(BookState.LIVE, BookState.STALE, BookState.LIVE);
    }

    @Test
    void otherPartitionThatIsLate_changesNothing() {
        snapshot(1);
        late(1, true);
        late(2, true);
        assertThat(state()).isEqualTo(BookState.LIVE);
        late(0, true);
        late(1, false);
        assertThat(state()).isEqualTo(BookState.LATE);
    }

    @Test
    void snapshotThatIsReadLate_isNeverShownAsLive() {
        registry.late(0, true);
        snapshot(1);
        assertThat(published).containsExactly(BookState.STALE);
        snapshot(2);
        assertThat(published).doesNotContain(BookState.LIVE);
        late(0, false);
        assertThat(state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void incompleteSnapshotThatIsReadLate_staysStale() {
        late(0, true);
        BookReplaced whole = next.at(1, 1).snapshot(Map.of(4300, 100L), Map.of());
        registry.apply(new BookReplaced(whole.ticker(), "", whole.yes(), whole.no(), false, whole.stamp()));
        late(0, false);
        assertThat(state()).isEqualTo(BookState.STALE);
    }

    /** A connection is found silent in the same look in which its partition has caught up. */
    @Test
    void lossThatIsNotAppliedYet_comesBeforeTheEndOfLateness() {
        snapshot(1);
        late(0, true);
        registry.lose(FeedLoss.ofPartition(0, 1_000));
        late(0, false);
        assertThat(state()).isEqualTo(BookState.STALE);
        assertThat(published).containsExactly(BookState.LIVE, BookState.STALE, BookState.STALE);
    }

    @Test
    void lossWhileLate_needsASnapshot() {
        snapshot(1);
        late(0, true);
        delta(2, -500);
        assertThat(state()).isEqualTo(BookState.STALE);
        late(0, false);
        assertThat(state()).isEqualTo(BookState.STALE);
        assertThat(counts()).isEqualTo(List.of(0L, 1L, 0L, 1L));
        snapshot(3);
        assertThat(state()).isEqualTo(BookState.LIVE);
    }

    @Test
    void reportedLossWhileLate_needsASnapshot() {
        snapshot(1);
        late(0, true);
        registry.lose(new FeedLoss(0, OptionalLong.empty(), OptionalLong.empty(), 10));
        registry.applyLosses();
        late(0, false);
        assertThat(state()).isEqualTo(BookState.STALE);
    }

    @Test
    void repeatWhileLate_isNoLoss() {
        snapshot(1);
        late(0, true);
        snapshot(1);
        assertThat(state()).isEqualTo(BookState.LATE);
    }

    /** Another server that restores it need not be late. */
    @Test
    void checkpoint_hasALateBookAsLive() {
        snapshot(1);
        late(0, true);
        MarketState written = registry.state(market()).orElseThrow();
        assertThat(written.book().state()).isEqualTo(BookState.LIVE);
        assertThat(written.version()).isEqualTo(market().current().version());
        BookRegistry after = new BookRegistry(() -> 5_000_000);
        after.restore(written);
        assertThat(after.booksIn(BookState.LIVE)).isEqualTo(1);
        assertThat(after.booksIn(BookState.STALE)).isZero();
    }

    @Test
    void marketWithoutABook_isNotLate() {
        delta(1, 100);
        late(0, true);
        assertThat(state()).isEqualTo(BookState.AWAITING_SNAPSHOT);
    }

    /** A snapshot that races with the partition's catching up must not stay late. */
    @Test
    void partitionThatChangesWhileASnapshotIsPublished_decides() {
        boolean[] once = {true};
        registry.late(0, true);
        registry.addListener((before, after) -> {
            if (once[0]) {
                once[0] = false;
                late(0, false);
            }
        });
        snapshot(1);
        assertThat(state()).isEqualTo(BookState.LIVE);
    }
}
