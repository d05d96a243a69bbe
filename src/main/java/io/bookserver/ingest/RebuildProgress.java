package io.bookserver.ingest;

import io.bookserver.book.Completeness;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * How far the partitions of the topic have been read, and whether the books are whole: every partition known, and read
 * to the end that it had when it was first seen. Once whole, it stays so.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class RebuildProgress implements Completeness {
    private final ConcurrentSkipListMap<Integer, PartitionProgress> partitions = new ConcurrentSkipListMap<>();
    private volatile OptionalInt partitionCount = OptionalInt.empty();
    private volatile boolean complete;

    PartitionProgress partition(int number) {
        PartitionProgress known = partitions.get(number);
        if (known != null) {
            return known;
        }
        PartitionProgress fresh = new PartitionProgress();
        PartitionProgress raced = partitions.putIfAbsent(number, fresh);
        return raced == null ? fresh : raced;
    }

    void topicHas(int count) {
        partitionCount = OptionalInt.of(count);
    }

    /** The number of partitions of the topic; empty until the broker has told. */
    OptionalInt partitionCount() {
        return partitionCount;
    }

    @Override
    public boolean isRebuilt() {
        return isComplete();
    }

    @Override
    public long recordsRead() {
        return rebuilt();
    }

    @Override
    public long recordsToRead() {
        return toRebuild();
    }

    /** The publish time of the last record applied, of the partition where that is least. */
    @Override
    public long completeToMs() {
        return all().stream().mapToLong(PartitionProgress::lastPublishedMs).min().orElse(0);
    }

    boolean isComplete() {
        if (!complete) {
            complete = partitionCount.isPresent()
                    && partitions.size() >= partitionCount.getAsInt()
                    && all().stream().allMatch(PartitionProgress::isRebuilt);
        }
        return complete;
    }

    long rebuilt() {
        return all().stream().mapToLong(PartitionProgress::rebuilt).sum();
    }

    long toRebuild() {
        return all().stream().mapToLong(PartitionProgress::toRebuild).sum();
    }

    /** What each partition still lacks, for those that lack something. */
    String missing() {
        return partitions.entrySet().stream()
                .filter(entry -> !entry.getValue().isRebuilt())
                .map(entry -> entry.getKey() + ":" + entry.getValue().rebuilt() + "/" + entry.getValue().toRebuild())
                .collect(Collectors.joining(" "));
    }

    Map<Integer, PartitionProgress> byPartition() {
        return partitions;
    }

    private Collection<PartitionProgress> all() {
        return partitions.values();
    }
}
