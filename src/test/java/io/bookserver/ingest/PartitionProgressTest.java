package io.bookserver.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PartitionProgressTest {
    private final PartitionProgress partition = new PartitionProgress();

    private List<Object> state() {
        return List.of(partition.isRebuilt(), partition.rebuilt(), partition.toRebuild(), partition.lag());
    }

    @Test
    void partition_notYetLookedAt_isNotRebuilt() {
        assertThat(state()).isEqualTo(List.of(false, 0L, 0L, 0L));
        assertThat(partition.resumeAt()).isEmpty();
    }

    @Test
    void emptyPartition_isRebuiltAtOnce() {
        assertThat(partition.sampled(0, 0)).isFalse();
        assertThat(state()).isEqualTo(List.of(true, 0L, 0L, 0L));
    }

    @Test
    void partition_isRebuilt_whenTheEndSeenFirstIsProcessed_howeverFarItGrewSince() {
        partition.sampled(100, 1_000);
        partition.processed(100, 400);
        assertThat(state()).isEqualTo(List.of(false, 300L, 900L, 600L));
        partition.sampled(900, 5_000);
        partition.processed(400, 999);
        assertThat(partition.isRebuilt()).isFalse();
        partition.processed(999, 1_000);
        assertThat(state()).isEqualTo(List.of(true, 900L, 900L, 4_000L));
        assertThat(partition.resumeAt()).isEqualTo(OptionalLong.of(1_000));
    }

    @Test
    void fetchedButNotProcessed_isNotRebuilt() {
        partition.sampled(0, 1_000);
        partition.sampled(1_000, 1_000);
        assertThat(partition.isRebuilt()).isFalse();
    }

    @Test
    void fetchedWholeBeforeTheFirstLook_butNotProcessed_isNotRebuilt() {
        partition.sampled(1_000, 1_000);
        assertThat(partition.isRebuilt()).isFalse();
        partition.processed(0, 1_000);
        assertThat(partition.isRebuilt()).isTrue();
    }

    @Test
    void partitionReadFromItsEnd_isRebuiltAfterThreeLooks() {
        partition.sampled(1_000, 1_000);
        partition.sampled(1_000, 1_000);
        assertThat(state()).isEqualTo(List.of(false, 0L, 0L, 0L));
        partition.sampled(1_000, 1_000);
        assertThat(state()).isEqualTo(List.of(true, 0L, 0L, 0L));
    }

    @Test
    void recordsProcessedBeforeTheFirstLook_count() {
        partition.processed(0, 50);
        partition.sampled(50, 50);
        assertThat(state()).isEqualTo(List.of(true, 50L, 50L, 0L));
    }

    @Test
    void recordsProcessedBeforeTheFirstLook_countFromTheFirstOfThem() {
        partition.processed(20, 50);
        partition.processed(50, 60);
        partition.sampled(90, 100);
        assertThat(state()).isEqualTo(List.of(false, 40L, 80L, 40L));
    }

    @Test
    void tailWithoutRecords_isPassedAfterThreeLooksAtWhichNothingMoved() {
        partition.sampled(0, 10);
        partition.processed(0, 8);
        partition.sampled(10, 10);
        partition.sampled(10, 10);
        assertThat(partition.isRebuilt()).isFalse();
        partition.sampled(10, 10);
        assertThat(partition.isRebuilt()).isTrue();
    }

    @Test
    void progress_neverGoesBack_onARereading() {
        partition.processed(0, 80);
        partition.processed(0, 10);
        assertThat(partition.next()).isEqualTo(80);
    }

    @Test
    void partitionThatEndsBeforeWhatWasRead_beganAnew() {
        partition.sampled(0, 100);
        partition.processed(0, 100);
        assertThat(partition.sampled(0, 5)).isTrue();
        assertThat(partition.resumeAt()).isEmpty();
        partition.processed(0, 5);
        assertThat(partition.sampled(5, 5)).isFalse();
        assertThat(partition.isRebuilt()).isTrue();
    }
}
