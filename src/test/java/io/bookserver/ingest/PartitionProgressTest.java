package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookserver.ingest.PartitionProgress.Arrival;
import io.bookserver.ingest.PartitionProgress.Detour;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionProgressTest {
    private static final Duration SILENCE = Duration.ofMillis(500);
    private static final long NOW_MS = 1_000_000;

    private final PartitionProgress partition = new PartitionProgress();

    private List<Object> state() {
        return List.of(partition.isRebuilt(), partition.rebuilt(), partition.toRebuild(), partition.lag());
    }

    private void processed(long nextOffset) {
        partition.processed(nextOffset, NOW_MS - 10, NOW_MS);
    }

    @Test
    void news_beginsWhereThePartitionEndedAtTheStart_andAnewWithANewOne() {
        PartitionProgress progress = new PartitionProgress();
        assertThat(progress.newsFrom()).isEqualTo(Long.MAX_VALUE);
        progress.begin(10, 30);
        assertThat(progress.newsFrom()).isEqualTo(30);
        progress.processed(40, 1, 1);
        assertThat(progress.newsFrom()).isEqualTo(30);
        progress.restarted(0, Uuid.randomUuid());
        assertThat(progress.newsFrom()).isEqualTo(0);
    }

    @Test
    void partition_thatHasNotBegun_isNotRebuilt() {
        assertThat(state()).isEqualTo(List.of(false, 0L, 0L, 0L));
        assertThat(partition.resumeAt()).isEmpty();
    }

    @Test
    void emptyPartition_isRebuiltAtOnce() {
        partition.begin(0, 0);
        assertThat(state()).isEqualTo(List.of(true, 0L, 0L, 0L));
    }

    @Test
    void partition_isRebuilt_whenTheEndSeenFirstIsProcessed_howeverFarItGrewSince() {
        partition.begin(100, 1_000);
        processed(400);
        assertThat(state()).isEqualTo(List.of(false, 300L, 900L, 600L));
        partition.ends(Uuid.ZERO_UUID, 5_000, 5_000, NOW_MS, 0, 0);
        processed(999);
        assertThat(partition.isRebuilt()).isFalse();
        processed(1_000);
        assertThat(state()).isEqualTo(List.of(true, 900L, 900L, 4_000L));
        assertThat(partition.resumeAt()).isEqualTo(OptionalLong.of(1_000));
    }

    /** A rebalance may come before the first check: what was read until then counts, whatever is assigned again. */
    @Test
    void recordsProcessedBeforeTheBeginningIsKnown_count() {
        processed(50);
        partition.begin(0, 80);
        assertThat(state()).isEqualTo(List.of(false, 50L, 80L, 30L));
        partition.begin(50, 60);
        assertThat(partition.toRebuild()).isEqualTo(80);
    }

    @Test
    void fetchedButNotProcessed_isNotRebuilt() {
        partition.begin(0, 1_000);
        partition.looked(1_000, false);
        partition.looked(1_000, false);
        assertThat(partition.isRebuilt()).isFalse();
        partition.looked(1_000, true);
        partition.looked(1_000, false);
        partition.looked(1_000, false);
        assertThat(partition.isRebuilt()).isFalse();
    }

    @Test
    void tailWithoutABatch_isSeenAtTheThirdLookAtWhichNothingMoved() {
        partition.begin(0, 10);
        processed(8);
        assertThat(partition.looked(10, false)).isFalse();
        assertThat(partition.looked(10, false)).isFalse();
        assertThat(partition.looked(10, false)).isTrue();
        assertThat(partition.isRebuilt()).isFalse();
        partition.skipTo(10);
        assertThat(partition.isRebuilt()).isTrue();
    }

    @Test
    void reread_waitsForWhatIsOnItsWay_andGoesOnWhereReadingEnded() {
        partition.begin(0, 20);
        processed(10);
        partition.takeDetour(Detour.REREAD);
        assertThat(partition.arrival(12)).isEqualTo(Arrival.OUTDATED);
        partition.dropped(15);
        assertThat(partition.isDrained(15)).isTrue();
        partition.reread();
        assertThat(partition.arrival(10)).isEqualTo(Arrival.IN_ORDER);
        partition.takeDetour(Detour.RESTART);
        partition.takeDetour(Detour.REREAD);
        assertThat(partition.detour()).isEqualTo(Detour.RESTART);
    }

    @Test
    void progress_neverGoesBack_onARereading() {
        processed(80);
        processed(10);
        assertThat(partition.next()).isEqualTo(80);
    }

    @Test
    void batch_isComparedWithTheEndOfTheOneBefore() {
        assertThat(partition.arrival(7)).isEqualTo(Arrival.IN_ORDER);
        partition.begin(5, 20);
        assertThat(partition.arrival(5)).isEqualTo(Arrival.IN_ORDER);
        assertThat(partition.arrival(6)).isEqualTo(Arrival.AHEAD);
        processed(9);
        assertThat(partition.arrival(8)).isEqualTo(Arrival.BEHIND);
        partition.takeDetour(Detour.RESTART);
        assertThat(partition.arrival(9)).isEqualTo(Arrival.OUTDATED);
    }

    @Test
    void restart_waitsForWhatIsOnItsWay_andReadsFromTheBeginning() {
        partition.begin(0, 20);
        processed(10);
        partition.takeDetour(Detour.RESTART);
        assertThat(partition.isDrained(15)).isFalse();
        partition.dropped(15);
        assertThat(partition.isDrained(15)).isTrue();
        Uuid id = Uuid.randomUuid();
        partition.restarted(3, id);
        assertThat(partition.arrival(3)).isEqualTo(Arrival.IN_ORDER);
        assertThat(partition.topicId()).isEqualTo(id);
        assertThat(partition.resumeAt()).isEqualTo(OptionalLong.of(3));
        assertThat(partition.isRebuilt()).isTrue();
    }

    @Test
    void idlePartition_isCompleteToTheMomentAtWhichItsEndWasAsked() {
        partition.begin(0, 10);
        assertThat(partition.completeToMs()).isZero();
        processed(10);
        partition.ends(Uuid.ZERO_UUID, 10, 10, NOW_MS + 500, 0, 0);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS + 500);
        partition.ends(Uuid.ZERO_UUID, 10, 10, NOW_MS + 750, 0, 0);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS + 750);
    }

    @Test
    void partitionWithRecordsThatWait_isCompleteToItsLastRecord_untilTheEndIsReached() {
        partition.begin(0, 10);
        processed(6);
        partition.ends(Uuid.ZERO_UUID, 10, 10, NOW_MS + 500, 0, 0);
        partition.ends(Uuid.ZERO_UUID, 12, 12, NOW_MS + 750, 0, 0);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS - 10);
        partition.processed(10, NOW_MS - 5, NOW_MS);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS + 500);
    }

    @Test
    void partitionWithAnOpenTransaction_isNotCompleteToThePresent() {
        partition.begin(0, 10);
        processed(10);
        partition.ends(Uuid.ZERO_UUID, 10, 13, NOW_MS + 500, 0, 0);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS - 10);
        assertThat(partition.isRebuilt()).isTrue();
    }

    @Test
    void endThatIsNotReachedInTime_makesThePartitionLate_untilItIsOnlyHalfSoFarBehind() {
        partition.begin(0, 10);
        processed(10);
        partition.ends(Uuid.ZERO_UUID, 20, 20, NOW_MS, 1_000, 1_000);
        partition.ends(Uuid.ZERO_UUID, 30, 30, NOW_MS, 3_000, 3_000);
        partition.ends(Uuid.ZERO_UUID, 40, 40, NOW_MS, 5_000, 5_000);
        assertThat(partition.isLate(4_000, 5_000)).isFalse();
        assertThat(partition.isLate(4_000, 5_001)).isTrue();
        processed(20);
        assertThat(partition.isLate(4_000, 5_001)).isTrue();
        assertThat(partition.isLate(4_000, 5_000)).isFalse();
        processed(40);
        assertThat(partition.isLate(4_000, 1_000_000)).isFalse();
    }

    /** Otherwise a server that is always behind would be late only from time to time. */
    @Test
    void partitionThatIsReadButStaysBehind_staysLate() {
        partition.begin(0, 0);
        for (int second = 0; second < 30; second++) {
            partition.ends(Uuid.ZERO_UUID, 100 * second + 100, 100 * second + 100, NOW_MS, second, second);
            processed(second < 8 ? 1 : 100 * (second - 7));
            assertThat(partition.isLate(5, second)).as("second " + second).isEqualTo(second > 5);
        }
    }

    @Test
    void partitionWithoutNewRecords_isNeverLate() {
        partition.begin(0, 10);
        processed(10);
        partition.ends(Uuid.ZERO_UUID, 10, 10, NOW_MS, 0, 0);
        partition.ends(Uuid.ZERO_UUID, 10, 10, NOW_MS, 1_000, 1_000);
        assertThat(partition.isLate(10, 1_000_000)).isFalse();
    }

    /** What the last one said was asked for later is lost, so it counts from when it was asked for first. */
    @Test
    void moreEndsThanAreRemembered_neverMakeThePartitionSeemEarlier() {
        partition.begin(0, 0);
        for (int asked = 0; asked < 2 * CompleteTime.MAX_ENDS; asked++) {
            partition.ends(Uuid.ZERO_UUID, asked + 1, asked + 1, NOW_MS + asked, asked, asked);
        }
        processed(CompleteTime.MAX_ENDS);
        assertThat(partition.isLate(CompleteTime.MAX_ENDS, 2 * CompleteTime.MAX_ENDS)).isTrue();
        partition.processed(2 * CompleteTime.MAX_ENDS, NOW_MS - 10, NOW_MS + 10_000);
        assertThat(partition.isLate(CompleteTime.MAX_ENDS, 1_000_000)).isFalse();
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS + 2 * CompleteTime.MAX_ENDS - 1);
    }

    /** By this server's own clock: what is below an end was published before that end was known. */
    @Test
    void recordBelowAKnownEnd_wasPublishedByThen_whereverItIsRead() {
        partition.begin(0, 0);
        partition.ends(Uuid.ZERO_UUID, 10, 10, NOW_MS, 1_000, 1_200);
        partition.ends(Uuid.ZERO_UUID, 20, 20, NOW_MS, 2_000, 2_200);
        partition.ends(Uuid.ZERO_UUID, 20, 20, NOW_MS, 3_000, 3_200);
        assertThat(partition.publishedByNanos(9, 9_000)).isEqualTo(1_200);
        assertThat(partition.publishedByNanos(10, 9_000)).isEqualTo(2_200);
        assertThat(partition.publishedByNanos(19, 9_000)).isEqualTo(2_200);
        assertThat(partition.publishedByNanos(20, 9_000)).isEqualTo(9_000);
        assertThat(partition.publishedByNanos(9, 1_100)).isEqualTo(1_100);
        processed(20);
        assertThat(partition.publishedByNanos(20, 9_000)).isEqualTo(9_000);
    }

    /** Of ends that are not remembered, only the last one says when it was known. */
    @Test
    void recordBelowMoreEndsThanAreRemembered_neverSeemsOlderThanItIs() {
        partition.begin(0, 0);
        for (int asked = 0; asked < 2 * CompleteTime.MAX_ENDS; asked++) {
            partition.ends(Uuid.ZERO_UUID, asked + 1, asked + 1, NOW_MS + asked, asked, asked);
        }
        for (int offset = 0; offset < 2 * CompleteTime.MAX_ENDS; offset++) {
            assertThat(partition.publishedByNanos(offset, 10_000)).isGreaterThanOrEqualTo(offset);
        }
    }

    /** A new leader may not know the end yet that another one has told. */
    @Test
    void endThatGoesBack_provesNothing() {
        partition.begin(0, 10);
        processed(10);
        partition.ends(Uuid.ZERO_UUID, 12, 12, NOW_MS + 500, 0, 0);
        partition.ends(Uuid.ZERO_UUID, 11, 11, NOW_MS + 750, 0, 0);
        processed(11);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS - 10);
        processed(12);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS + 500);
    }

    /** Whatever comes first: the answer about the deleted topic, or the beginning of the new one. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endOfATopicThatIsDeletedDuringTheStart_isNotWaitedFor(boolean begunBefore) {
        Uuid deleted = Uuid.randomUuid();
        Uuid present = Uuid.randomUuid();
        if (!begunBefore) {
            partition.ends(deleted, 5_000, 5_000, NOW_MS, 1_000, 1_000);
        }
        partition.topicIs(present);
        partition.begin(0, 10);
        if (begunBefore) {
            partition.ends(deleted, 5_000, 5_000, NOW_MS, 1_000, 1_000);
        }
        processed(10);
        partition.ends(present, 10, 10, NOW_MS + 500, 2_000, 2_000);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS + 500);
        assertThat(partition.behindNanos(9_000)).isZero();
        assertThat(partition.lag()).isZero();
    }

    /** A publisher's clock that is ahead: the end that was known then has not been reached. */
    @Test
    void recordFromTheFuture_promisesNoMoreThanTheEndThatIsNotReached() {
        partition.begin(0, 10);
        partition.processed(5, NOW_MS + 60_000, NOW_MS);
        partition.ends(Uuid.ZERO_UUID, 10, 10, NOW_MS - 5_000, 0, 3_000_000);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS - 4_997);
        partition.processed(6, NOW_MS + 60_000, NOW_MS);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS - 4_997);
        partition.processed(7, NOW_MS - 9_000, NOW_MS);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS - 9_000);
        partition.processed(10, NOW_MS - 8_000, NOW_MS);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS - 5_000);
    }

    @Test
    void recordFromTheFuture_promisesNoMoreThanThePresent() {
        partition.begin(0, 10);
        partition.processed(5, NOW_MS + 60_000, NOW_MS);
        assertThat(partition.completeToMs()).isEqualTo(NOW_MS);
        assertThat(partition.newestRecordMs()).isEqualTo(NOW_MS);
    }

    @Test
    void partition_whoseRecordsWait_comesToAStandstillOnce_andIsForgivenWhenOneIsRead() {
        partition.begin(0, 10);
        assertThat(partition.comesToAStandstill(0)).isTrue();
        assertThat(partition.comesToAStandstill(0)).isFalse();
        assertThat(partition.isStalled()).isTrue();
        processed(5);
        assertThat(partition.isStalled()).isFalse();
        processed(10);
        assertThat(partition.comesToAStandstill(0)).isFalse();
    }

    @Test
    void consumerSentBackToAStandstill_hasTimeToReadOn_beforeItIsSentAgain() {
        partition.begin(0, 10);
        partition.comesToAStandstill(0);
        assertThat(partition.beginRescue(0)).isTrue();
        partition.takeDetour(Detour.REREAD);
        partition.endRescue();
        assertThat(partition.arrival(0)).as("fetched before").isEqualTo(Arrival.OUTDATED);
        partition.reread();
        assertThat(partition.beginRescue(Long.MAX_VALUE)).as("at once").isFalse();
        assertThat(partition.arrival(0)).isEqualTo(Arrival.IN_ORDER);
        assertThat(partition.beginRescue(0)).as("nothing came").isTrue();
    }

    @Test
    void standstill_whoseConsumerWasSentBackForAnotherReason_isRescuedAtOnce() {
        partition.begin(0, 10);
        partition.comesToAStandstill(0);
        partition.takeDetour(Detour.REREAD);
        partition.reread();
        assertThat(partition.beginRescue(Long.MAX_VALUE)).isTrue();
    }

    @Test
    void recordsAfterALongSilence_areNoStandstillYet() {
        partition.begin(0, 10);
        processed(10);
        partition.ends(Uuid.ZERO_UUID, 10, 10, NOW_MS, 0, 0);
        await().pollDelay(SILENCE).until(() -> true);
        partition.ends(Uuid.ZERO_UUID, 12, 12, NOW_MS, 0, 0);
        assertThat(partition.comesToAStandstill(SILENCE.toNanos())).isFalse();
        await().pollDelay(SILENCE.plusMillis(50)).until(() -> true);
        partition.ends(Uuid.ZERO_UUID, 13, 13, NOW_MS, 0, 0);
        assertThat(partition.comesToAStandstill(SILENCE.toNanos())).as("still unread").isTrue();
    }

    @Test
    void heldPartition_throwsAwayWhatIsFetched_untilItsBooksAreRestored() {
        PartitionProgress held = new PartitionProgress(true);
        assertThat(held.arrival(0)).isEqualTo(Arrival.OUTDATED);
        held.dropped(3);
        held.begin(5, 9);
        assertThat(held.isRebuilt()).isFalse();
        assertThat(held.arrival(3)).as("fetched before").isEqualTo(Arrival.OUTDATED);
        held.dropped(7);
        assertThat(held.isDrained(7)).isTrue();
        assertThat(held.reread()).as("to be let go").isTrue();
        assertThat(held.arrival(5)).isEqualTo(Arrival.IN_ORDER);
        assertThat(held.toRebuild()).isEqualTo(4);
        assertThat(held.reread()).isFalse();
    }
}
