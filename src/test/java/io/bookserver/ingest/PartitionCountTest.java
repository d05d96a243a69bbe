package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.BookState;
import io.bookserver.checkpoint.NoCheckpoints;
import io.bookserver.kalshi.EnvelopeDecoder;
import io.bookserver.kalshi.MalformedRecordException;
import io.bookserver.testkit.MarketPopulation;
import io.bookserver.testkit.RecordText;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Rule 8, where partitions are added: a market that moves, and perhaps comes back, is not taken for continuous. */
class PartitionCountTest {
    private static final long NOW_MS = 1_786_085_189_149L;
    private static final long SECOND = 1_000_000_000L;
    private static final Optional<Uuid> TOPIC = Optional.of(Uuid.randomUuid());

    private final BookRegistry registry = new BookRegistry(() -> NOW_MS);
    private final RebuildProgress progress =
            new RebuildProgress(registry, NoCheckpoints.make(), IngestConfigs.defaults());
    private final EnvelopeDecoder decoder = new EnvelopeDecoder();
    /** With 6 partitions it is in another one than with 4 or 8. */
    private final String comingBack = ticker(4, 6, 8, false, true);
    private final String moving = ticker(4, 6, 8, false, false);
    private final String staying = ticker(4, 6, 8, true, true);
    private long offset;

    PartitionCountTest() throws MalformedRecordException {
        progress.topicHas(4, TOPIC, 0);
        for (String ticker : new String[] {comingBack, moving, staying}) {
            snapshot(ticker, 4);
        }
    }

    private static String ticker(int first, int then, int last, boolean staysThen, boolean isLastWhereItWas) {
        return IntStream.iterate(0, number -> number + 1).mapToObj(number -> "KXMOVE-" + number)
                .filter(one -> (partition(one, first) == partition(one, then)) == staysThen
                        && (partition(one, first) == partition(one, last)) == isLastWhereItWas)
                .findFirst().orElseThrow();
    }

    private static int partition(String ticker, int partitions) {
        return KeyPartitioner.MURMUR2.partitionOf(ticker, partitions);
    }

    private void snapshot(String ticker, int partitions) throws MalformedRecordException {
        MarketPopulation.Book like = MarketPopulation.of(1).deepest();
        apply(RecordText.snapshot(new MarketPopulation.Book(ticker, like.yes(), like.no()), ++offset, NOW_MS),
                partition(ticker, partitions));
    }

    private void delta(String ticker, int partitions) throws MalformedRecordException {
        apply(RecordText.delta(ticker, true, 100, 100, ++offset, NOW_MS), partition(ticker, partitions));
    }

    private void apply(byte[] record, int partition) throws MalformedRecordException {
        long publishedMs = NOW_MS + offset;
        progress.partition(partition).processed(offset + 1, publishedMs, publishedMs);
        registry.apply(decoder.decode(record, partition, offset, publishedMs, publishedMs).orElseThrow());
    }

    private BookState state(String ticker) {
        return registry.market(ticker).orElseThrow().current().book().state();
    }

    @Test
    void marketThatMoves_isStale_untilItsSnapshotInTheOtherPartition() throws MalformedRecordException {
        progress.topicHas(6, TOPIC, SECOND);
        registry.applyLosses();
        assertThat(state(moving)).isEqualTo(BookState.STALE);
        assertThat(state(staying)).isEqualTo(BookState.LIVE);
        snapshot(moving, 6);
        assertThat(state(moving)).isEqualTo(BookState.LIVE);
    }

    /** A publisher that does not know of the new partitions yet will move later, at a time that is not known. */
    @Test
    void snapshotInTheFormerPartition_makesNoBookLive() throws MalformedRecordException {
        progress.topicHas(8, TOPIC, SECOND);
        registry.applyLosses();
        String moved = ticker(4, 8, 10, false, true);
        snapshot(moved, 4);
        assertThat(state(moved)).isEqualTo(BookState.STALE);
        progress.topicHas(10, TOPIC, 2 * SECOND);
        registry.applyLosses();
        delta(moved, 10);
        assertThat(state(moved)).isEqualTo(BookState.STALE);
        snapshot(moved, 10);
        assertThat(state(moved)).isEqualTo(BookState.LIVE);
    }

    /** What was published in between is in a partition that is not read yet. */
    @Test
    void marketThatComesBack_isStale_untilItsNextSnapshotThere() throws MalformedRecordException {
        progress.topicHas(6, TOPIC, SECOND);
        registry.applyLosses();
        progress.topicHas(8, TOPIC, SECOND + SECOND / 4);
        registry.applyLosses();
        delta(comingBack, 8);
        assertThat(state(comingBack)).isEqualTo(BookState.STALE);
        snapshot(comingBack, 8);
        assertThat(state(comingBack)).isEqualTo(BookState.LIVE);
        assertThat(state(staying)).isEqualTo(BookState.LIVE);
    }

    /** The topic may have had 6 partitions meanwhile. */
    @Test
    void growthThatWasNotSeenAtOnce_makesAllBooksStale() throws MalformedRecordException {
        progress.topicHas(8, TOPIC, 10 * SECOND);
        registry.applyLosses();
        assertThat(state(comingBack)).isEqualTo(BookState.STALE);
        assertThat(state(staying)).isEqualTo(BookState.STALE);
        snapshot(staying, 8);
        assertThat(state(staying)).isEqualTo(BookState.LIVE);
        String left = ticker(4, 8, 10, false, true);
        snapshot(left, 4);
        assertThat(state(left)).as("in the former partition").isEqualTo(BookState.STALE);
    }

    @Test
    void sameNumberOrFewer_changeNothing() {
        progress.topicHas(4, TOPIC, 10 * SECOND);
        progress.topicHas(3, TOPIC, 10 * SECOND);
        assertThat(registry.hasLosses()).isFalse();
    }

    /** A broker that has not learnt of the new partitions, or an answer that comes late. */
    @Test
    void fewerPartitionsOfTheSameTopic_orAnEarlierAnswer_areNotBelieved() {
        progress.topicHas(8, TOPIC, 2 * SECOND);
        progress.topicHas(6, TOPIC, SECOND);
        assertThat(progress.partitionCount()).hasValue(8);
        progress.topicHas(6, TOPIC, 3 * SECOND);
        assertThat(progress.partitionCount()).hasValue(8);
        progress.topicHas(6, Optional.of(Uuid.randomUuid()), 4 * SECOND);
        assertThat(progress.partitionCount()).hasValue(6);
    }

    @Test
    void marketsOfAPartitionThatIsGone_ageAsTheOthersDo() {
        progress.topicHas(1, Optional.of(Uuid.randomUuid()), 5 * SECOND);
        progress.removeFrom(1);
        progress.partition(0).processed(9, NOW_MS, NOW_MS);
        assertThat(progress.newestRecordMs(3)).isEqualTo(NOW_MS);
    }

    @Test
    void topicThatWasCreatedAgainWithMore_movesNothing() throws MalformedRecordException {
        progress.topicHas(6, Optional.of(Uuid.randomUuid()), SECOND);
        assertThat(registry.hasLosses()).isFalse();
        snapshot(moving, 4);
        assertThat(state(moving)).isEqualTo(BookState.LIVE);
    }

    @Test
    void move_holdsUpTheRebuild_untilTheBooksAreMarked() {
        progress.topicHas(6, TOPIC, SECOND);
        assertThat(registry.hasLosses()).isTrue();
        registry.applyLosses();
        assertThat(registry.hasLosses()).isFalse();
    }
}
