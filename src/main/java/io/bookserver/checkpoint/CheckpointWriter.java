package io.bookserver.checkpoint;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.Market;
import io.bookserver.book.MarketState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A member of the group that shares the partitions. For those that it owns it writes the changed markets, then the
 * tombstones of forgotten ones, then the marker.
 *
 * <p>A market is read in the turn of its partition, together with the offset below which it contains all records, so it
 * is correct whatever the marker says. The marker applies to all markets that had not changed when they were checked,
 * after the marker's offset was read.
 *
 * <p><i>Not thread-safe; confined to one thread.</i>
 */
final class CheckpointWriter implements AutoCloseable {
    /** The number of markets read in one turn: some microseconds, for which the partition's records wait. */
    private static final int SLICE = 32;
    private static final int LOOKS_WITHOUT_PAUSE = 4_096;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;
    private static final Duration FOR_OTHERS = Duration.ofSeconds(30);

    private record Taken(MarketState state, long mark, long holdsBelow) {}

    private final BookRegistry registry;
    private final Source source;
    private final CheckpointReader reader;
    private final CheckpointTopic checkpointTopic;
    private final CheckpointMetrics metrics;
    private final String topic;
    private final BooleanSupplier inHaste;
    private final CheckpointFormat format = new CheckpointFormat();
    private final Consumer<byte[], byte[]> member;
    private final Set<TopicPartition> owned = new HashSet<>();
    private final Map<TopicPartition, WrittenPartition> known = new HashMap<>();
    private final Set<TopicPartition> toTakeOver = new HashSet<>();

    private final CheckpointTransaction transaction;

    private Uuid writtenTo = Uuid.ZERO_UUID;

    /** @param inHaste whether there is no time to spread the work, as on shutdown */
    CheckpointWriter(BookRegistry registry, Source source, KafkaClients clients, CheckpointReader reader,
            CheckpointMetrics metrics, CheckpointConfig config, BooleanSupplier inHaste) {
        this.registry = registry;
        this.source = source;
        this.reader = reader;
        this.metrics = metrics;
        this.topic = config.topic();
        this.checkpointTopic = new CheckpointTopic(clients, topic);
        this.transaction = new CheckpointTransaction(clients, metrics, topic);
        this.inHaste = inHaste;
        this.member = clients.member(config.group());
        member.subscribe(List.of(source.topic()), new Ownership());
    }

    /** Tracks which partitions this member owns; called within polls. */
    private final class Ownership implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            member.pause(partitions);
            owned.addAll(partitions);
            toTakeOver.addAll(partitions);
            known.keySet().retainAll(member.assignment());
            metrics.owns(owned.size());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            owned.removeAll(partitions);
            metrics.owns(owned.size());
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            onPartitionsRevoked(partitions);
        }
    }

    /** Polls once, to remain a member of the group. */
    void poll(Duration atMost) {
        member.poll(atMost);
    }

    /**
     * Writes what has changed in the partitions that this member owns.
     *
     * @param spreadOver the time over which to spread the work
     * @return whether all of them are written
     * @throws KafkaException if the broker did not accept it; what was not committed is written again by the next cycle
     */
    boolean cycle(Duration spreadOver) {
        try {
            lookAtTopic();
            List<PartitionCycle> works = new ArrayList<>();
            for (TopicPartition partition : Set.copyOf(owned)) {
                begin(partition).ifPresent(works::add);
            }
            boolean all = !works.isEmpty() && works.size() == owned.size();
            look(works);
            all &= write(works, spreadOver.toNanos());
            if (all) {
                metrics.cycleDone();
            }
            return all;
        } catch (RuntimeException e) {
            transaction.abort();
            metrics.failed();
            throw e;
        }
    }

    /** Checks the topic's id. A topic that was created again contains nothing of what was written before. */
    private void lookAtTopic() {
        checkpointTopic.haveAtLeast(source.partitionCount().orElseThrow());
        Uuid id = checkpointTopic.describe().orElseThrow(() -> new KafkaException("no topic " + topic)).topicId();
        if (!id.equals(writtenTo)) {
            checkpointTopic.haveCompacted();
            writtenTo = id;
            known.clear();
            toTakeOver.addAll(owned);
        }
    }

    private Optional<PartitionCycle> begin(TopicPartition partition) {
        Optional<SourcePartition> read = source.partition(partition.partition()).filter(SourcePartition::isWhole);
        if (read.isEmpty() || registry.hasLosses()) {
            // a book that is to be marked, since its market has moved, must not be written before it is
            return Optional.empty();
        }
        takeOver(partition);
        WrittenPartition written = known.get(partition);
        PartitionCycle work = read.get().inTurn(() -> new PartitionCycle(partition, read.get(), written,
                source.partitionCount().orElseThrow()));
        long marked = written.readFrom(work.topicId);
        if (marked > work.readFrom) {
            if (marked <= reader.end(partition)) {
                // another writer has read further: until this server has caught up, its checkpoint would lack those
                // records
                return Optional.empty();
            }
            transaction.marker(work.number(), null, written::notMarked);
            transaction.commit(List.of(work), member.groupMetadata());
        }
        return Optional.of(work);
    }

    /** Reads the current content of a partition that was newly assigned. */
    private void takeOver(TopicPartition partition) {
        if (!toTakeOver.contains(partition)) {
            return;
        }
        // answered only when no transaction of another member that could still be committed is open
        OffsetAndMetadata last = member.committed(Set.of(partition), FOR_OTHERS).get(partition);
        WrittenPartition before = known.get(partition);
        if (before == null || last == null || !last.metadata().equals(before.token())) {
            known.put(partition, WrittenPartition.of(
                    reader.read(new TopicPartition(topic, partition.partition())), registry));
        }
        toTakeOver.remove(partition);
    }

    /** Checks every market once, after the offsets for the markers were read. */
    private void look(List<PartitionCycle> works) {
        int looked = 0;
        for (Market market : registry.markets()) {
            String ticker = market.current().ticker();
            for (PartitionCycle work : works) {
                if (market.isReadFrom(work.source.partition())) {
                    work.alreadyWritten += work.written.contains(ticker) ? 1 : 0;
                    if (!work.written.isWritten(ticker, registry.mark(market))) {
                        work.changed.add(market);
                    }
                }
            }
            if (++looked % LOOKS_WITHOUT_PAUSE == 0 && !inHaste.getAsBoolean()) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        for (PartitionCycle work : works) {
            if (work.written.size() > work.alreadyWritten) {
                lookAtWritten(work);
            }
        }
    }

    /** Checks written markets that were not found above: a forgotten one is removed, one that came back is written. */
    private void lookAtWritten(PartitionCycle work) {
        Set<Market> changed = new HashSet<>(work.changed);
        work.written.tickers().forEach(ticker -> {
            Optional<Market> market = registry.market(ticker).filter(one -> one.isReadFrom(work.source.partition()));
            if (market.isEmpty()) {
                work.gone.add(ticker);
            } else if (!work.written.isWritten(ticker, registry.mark(market.get()))
                    && !changed.contains(market.get())) {
                work.changed.add(market.get());
            }
        });
    }

    private boolean write(List<PartitionCycle> works, long spreadNanos) {
        long all = Math.max(1, works.stream().mapToLong(work -> work.changed.size()).sum());
        long startedNanos = System.nanoTime();
        long done = 0;
        List<PartitionCycle> going = new ArrayList<>(works);
        for (PartitionCycle work : works) {
            for (int from = 0; from < work.changed.size() && going.contains(work); from += SLICE) {
                List<Market> slice = work.changed.subList(from, Math.min(from + SLICE, work.changed.size()));
                if (!write(work, slice)) {
                    going.remove(work);
                }
                done += slice.size();
                pause(startedNanos + spreadNanos * done / all);
                if (transaction.isFull()) {
                    transaction.commit(going, member.groupMetadata());
                    member.poll(Duration.ZERO);
                    going.removeIf(one -> !owned.contains(one.source) || toTakeOver.contains(one.source));
                }
            }
        }
        going.removeIf(work -> !work.partition.inTurn(work::goesOn));
        going.forEach(this::close);
        transaction.commit(going, member.groupMetadata());
        return going.size() == works.size();
    }

    private boolean write(PartitionCycle work, List<Market> slice) {
        List<Taken> taken = work.partition.inTurn(() -> {
            if (!work.goesOn()) {
                return null;
            }
            List<Taken> now = new ArrayList<>(slice.size());
            long next = work.partition.next();
            for (Market market : slice) {
                // read the mark first: a closing time or a loss may change the market before its state is read
                long mark = registry.mark(market);
                registry.state(market).ifPresentOrElse(
                        state -> now.add(new Taken(state, mark, next)),
                        () -> forgotten(work, market.current().ticker()));
            }
            return now;
        });
        if (taken == null) {
            return false;
        }
        for (Taken one : taken) {
            String ticker = one.state.ticker();
            byte[] key = TickerKey.of(ticker);
            work.firstTimes += work.written.contains(ticker) ? 0 : 1;
            transaction.market(work.number(), key, format.value(key, new HeldMarket(one.state, one.holdsBelow)), () -> {
                work.firstTimes -= work.written.contains(ticker) ? 0 : 1;
                work.written.wrote(ticker, one.mark);
            });
        }
        return true;
    }

    /** Removes a forgotten market: its written state lacks its last changes. A market that came back is read again. */
    private static void forgotten(PartitionCycle work, String ticker) {
        if (work.written.contains(ticker)) {
            work.gone.add(ticker);
        }
    }

    /** Finishes a partition after its markets: the tombstones, and the marker. */
    private void close(PartitionCycle work) {
        for (String ticker : work.gone) {
            transaction.remove(work.number(), TickerKey.of(ticker), () -> work.written.removed(ticker));
        }
        int markets = work.written.size() + work.firstTimes - work.gone.size();
        Marker marker = new Marker(writtenTo, markets, work.topicId, work.partitionCount, work.readFrom,
                work.newestRecordMs, registry.firstVersion(), work.connections);
        transaction.marker(work.number(), format.value(marker),
                () -> work.written.markedAt(work.topicId, work.readFrom));
    }

    private void pause(long untilNanos) {
        long aheadNanos = untilNanos - System.nanoTime();
        if (aheadNanos > 0 && !inHaste.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(aheadNanos, LONGEST_PAUSE_NANOS));
        }
    }

    /** Leaves the group and aborts what is not committed. */
    @Override
    public void close() {
        transaction.close();
        checkpointTopic.close();
        member.close(CloseOptions.timeout(Duration.ofSeconds(2)));
        metrics.owns(0);
    }
}
