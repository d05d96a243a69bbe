package io.bookserver.ingest;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Completeness;
import io.bookserver.book.FeedLoss;
import io.bookserver.checkpoint.Checkpoints;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.jboss.logging.Logger;

/**
 * How far the partitions of the topic have been read, and whether the books are complete: every partition is known, and
 * was read to the end that it had when it was first seen. Once complete, they stay so.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class RebuildProgress implements Completeness {
    private static final Logger LOG = Logger.getLogger(RebuildProgress.class);
    /** If the last answer is older, partitions may have been added twice, and a market moved and come back unseen. */
    private static final long UNSEEN_NANOS = 2_000_000_000L;

    /** One partition: how far it is read, and the connections that publish to it. */
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
    private Optional<Uuid> countedTopic = Optional.empty();
    private long countedNanos;
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
                new PartitionProgress(!checkpoints.isOff()),
                new PartitionFeed(fresh, registry, config.maxFeedSilence().toMillis())));
    }

    /**
     * Notes the number of the topic's partitions. If it has grown, the books of markets that have moved to another
     * partition are stale until their next snapshots. If it was not known for a while, a market may have moved and come
     * back unseen, so all are. In a topic that was created again nothing has moved: it is read anew.
     *
     * @param topicId empty if unknown
     * @param nowNanos when the broker was asked
     */
    synchronized void topicHas(int count, Optional<Uuid> topicId, long nowNanos) {
        OptionalInt before = partitionCount;
        boolean isAnother = countedTopic.isPresent() && topicId.isPresent() && !countedTopic.equals(topicId);
        boolean isFewer = before.isPresent() && count < before.getAsInt();
        if (before.isPresent() && nowNanos - countedNanos < 0 || isFewer && countedTopic.equals(topicId)) {
            // asked earlier, or a broker that does not know yet: no topic has fewer partitions than it had
            return;
        }
        boolean isSeen = nowNanos - countedNanos < UNSEEN_NANOS;
        partitionCount = OptionalInt.of(count);
        countedTopic = topicId.isPresent() ? topicId : countedTopic;
        countedNanos = nowNanos;
        if (isAnother || before.isEmpty() || before.getAsInt() == 0 || count <= before.getAsInt()) {
            return;
        }
        LOG.warnf("the topic has more partitions, the books of %s are stale until their next snapshots partitions=%d"
                + " before=%d", isSeen ? "markets that have moved" : "all markets", count, before.getAsInt());
        registry.keysMoved(ticker -> config.partitioner().partitionOf(ticker, before.getAsInt()));
        if (!isSeen) {
            partitions.headMap(before.getAsInt()).forEach((number, partition) ->
                    registry.lose(FeedLoss.ofPartition(number, partition.progress().next())));
        }
    }

    /**
     * Forgets the partitions from that number on: a topic that was created again may have fewer.
     *
     * @return those of which records have been read
     */
    List<Integer> removeFrom(int count) {
        Map<Integer, Partition> gone = partitions.tailMap(count, true);
        List<Integer> read = gone.entrySet().stream()
                .filter(entry -> entry.getValue().progress().resumeAt().isPresent()).map(Map.Entry::getKey).toList();
        gone.clear();
        return read;
    }

    /** Whether the topic has that partition, as far as known. */
    boolean has(int number) {
        return partitionCount.isEmpty() || number < partitionCount.getAsInt();
    }

    /** The number of partitions of the topic; empty until the broker has reported it. */
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
        if (known == null && !has(partition)) {
            // the topic no longer has it: its markets age as those of the others do
            return all().stream().mapToLong(one -> one.progress().newestRecordMs()).max().orElse(0);
        }
        return known == null ? 0 : known.progress().newestRecordMs();
    }

    /** Whether records wait in some partition and none of them is read. */
    boolean isStalled() {
        return all().stream().anyMatch(one -> one.progress().isStalled());
    }

    /** How long the longest-stalled partition has been stalled; 0 if none is. */
    long standstillMs() {
        return all().stream().mapToLong(one -> one.progress().standstillMs()).max().orElse(0);
    }

    /** The partitions known so far, by number. */
    Map<Integer, Partition> byNumber() {
        return partitions;
    }

    /** The progress of each partition that is not complete. */
    String missing() {
        String restoring = checkpoints.isOver() ? "" : "(restoring, " + checkpoints.booksRestored() + " books so far) ";
        return restoring + partitions.entrySet().stream()
                .filter(entry -> !entry.getValue().isRebuilt())
                .map(entry -> entry.getKey() + ":" + entry.getValue().progress().rebuilt() + "/"
                        + entry.getValue().progress().toRebuild())
                .collect(Collectors.joining(" "));
    }

    /** The stalled partitions. */
    String stalled() {
        return partitions.entrySet().stream().filter(entry -> entry.getValue().progress().isStalled())
                .map(entry -> entry.getKey() + ":" + entry.getValue().progress().next())
                .collect(Collectors.joining(" "));
    }

    private Collection<Partition> all() {
        return partitions.values();
    }
}
