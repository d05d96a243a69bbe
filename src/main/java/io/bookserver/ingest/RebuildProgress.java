package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.checkpoint.Checkpoints;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * How far the partitions of the topic have been read, and whether the books are whole: every partition known, and read
 * to the end that it had when it was first seen. Once whole, it stays so.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class RebuildProgress implements Completeness {
    /** One partition: how far it is read, and what it tells of those who feed it. */
    record Partition(PartitionProgress progress, PartitionFeed feed) {
        boolean isRebuilt() {
            return progress.isRebuilt() && feed.isSettled();
        }

        long completeToMs() {
            return Math.min(progress.completeToMs(), feed.exchangeHeardMs().orElse(Long.MAX_VALUE));
        }
    }

    private final ConcurrentSkipListMap<Integer, Partition> partitions = new ConcurrentSkipListMap<>();
    private final BookRegistry registry;
    private final Checkpoints checkpoints;
    private final IngestConfig config;
    private volatile OptionalInt partitionCount = OptionalInt.empty();
    private volatile boolean complete;

    RebuildProgress(BookRegistry registry, Checkpoints checkpoints, IngestConfig config) {
        this.registry = registry;
        this.checkpoints = checkpoints;
        this.config = config;
        registry.keysBelongTo(ticker -> config.partitioner().partitionOf(ticker, partitionCount.orElse(0)));
    }

    PartitionProgress partition(int number) {
        return both(number).progress();
    }

    PartitionFeed feed(int number) {
        return both(number).feed();
    }

    private Partition both(int number) {
        Partition known = partitions.get(number);
        return known != null ? known : partitions.computeIfAbsent(number, fresh -> new Partition(
                new PartitionProgress(!checkpoints.isOff()), new PartitionFeed(fresh, registry, config.maxFeedSilence().toMillis())));
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
        if (!complete) {
            complete = partitionCount.isPresent()
                    && partitions.size() >= partitionCount.getAsInt()
                    && all().stream().allMatch(Partition::isRebuilt)
                    && !registry.hasLosses();
        }
        return complete;
    }

    @Override
    public long recordsRead() {
        return all().stream().mapToLong(one -> one.progress().rebuilt()).sum();
    }

    @Override
    public long recordsToRead() {
        return all().stream().mapToLong(one -> one.progress().toRebuild()).sum();
    }

    @Override
    public long completeToMs() {
        if (partitionCount.isEmpty() || partitions.size() < partitionCount.getAsInt()) {
            return 0;
        }
        return all().stream().mapToLong(Partition::completeToMs).min().orElse(0);
    }

    @Override
    public long newestRecordMs(int partition) {
        Partition known = partitions.get(partition);
        return known == null ? 0 : known.progress().newestRecordMs();
    }

    /** Whether records wait in some partition and none of it is read. */
    boolean isStalled() {
        return all().stream().anyMatch(one -> one.progress().isStalled());
    }

    /** How long the partition that stands still longest has done so; 0 where none does. */
    long standstillMs() {
        return all().stream().mapToLong(one -> one.progress().standstillMs()).max().orElse(0);
    }

    /** The partitions that have been named so far, by number. */
    Map<Integer, Partition> byNumber() {
        return partitions;
    }

    /** What each partition still lacks, for those that lack something. */
    String missing() {
        String restoring = checkpoints.isOver() ? "" : "(restoring, " + checkpoints.booksRestored() + " books so far) ";
        return restoring + partitions.entrySet().stream()
                .filter(entry -> !entry.getValue().isRebuilt())
                .map(entry -> entry.getKey() + ":" + entry.getValue().progress().rebuilt() + "/"
                        + entry.getValue().progress().toRebuild())
                .collect(Collectors.joining(" "));
    }

    /** The partitions that stand still. */
    String stalled() {
        return partitions.entrySet().stream().filter(entry -> entry.getValue().progress().isStalled())
                .map(entry -> entry.getKey() + ":" + entry.getValue().progress().next())
                .collect(Collectors.joining(" "));
    }

    private Collection<Partition> all() {
        return partitions.values();
    }
}
