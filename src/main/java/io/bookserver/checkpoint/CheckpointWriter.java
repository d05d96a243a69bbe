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
 * A member of the group that shares the partitions: of those that it owns it writes the markets that changed, then what is
 * forgotten, then the marker.
 *
 * <p>A market is taken in the turn of its partition, together with the offset below which it holds all records, so it is
 * right whatever the marker says; a marker counts for all markets that were unchanged when they were looked at behind its
 * offset.
 *
 * <p><i>Not thread-safe; confined to one thread.</i>
 */
final class CheckpointWriter implements AutoCloseable {
    /** So many markets are taken in one turn: some microseconds, for which the partition's records wait. */
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

    /** @param inHaste whether there is no time to spread the work */
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

    /** Which partitions are ours; told within polls. */
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

    /** Stays a member of the group, for at most so long. */
    void poll(Duration atMost) {
        member.poll(atMost);
    }

    /**
     * Writes what changed of the partitions that this member owns.
     *
     * @param spreadOver how long the work may take, so that it does not come all at once
     * @return whether all of them are written
     * @throws KafkaException if the broker did not take it; what was not committed is written again by the next cycle
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

    /** A topic that was made anew holds nothing of what was written before. */
    private void lookAtTopic() {
        checkpointTopic.haveAtLeast(source.partitionCount().orElseThrow());
        Uuid id = checkpointTopic.describe().orElseThrow(() -> new KafkaException("no topic " + topic)).topicId();
        if (!id.equals(writtenTo)) {
            writtenTo = id;
            known.clear();
            toTakeOver.addAll(owned);
        }
    }

    private Optional<PartitionCycle> begin(TopicPartition partition) {
        Optional<SourcePartition> read = source.partition(partition.partition()).filter(SourcePartition::isWhole);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        takeOver(partition);
        WrittenPartition written = known.get(partition);
        PartitionCycle work = read.get().inTurn(() -> new PartitionCycle(partition, read.get(), written));
        long marked = written.readFrom(work.topicId);
        if (marked > work.readFrom) {
            if (marked <= reader.end(partition)) {
                // another writer was further: until we are, what we write would lack the records between
                return Optional.empty();
            }
            transaction.marker(work.number(), null, written::notMarked);
            transaction.commit(List.of(work), member.groupMetadata());
        }
        return Optional.of(work);
    }

    /** Finds out what stands in a partition that was given to us. */
    private void takeOver(TopicPartition partition) {
        if (!toTakeOver.contains(partition)) {
            return;
        }
        // answered only when no other member's transaction is under way that could still be committed
        OffsetAndMetadata last = member.committed(Set.of(partition), FOR_OTHERS).get(partition);
        WrittenPartition before = known.get(partition);
        if (before == null || last == null || !last.metadata().equals(before.token())) {
            known.put(partition, WrittenPartition.of(
                    reader.read(new TopicPartition(topic, partition.partition())), registry));
        }
        toTakeOver.remove(partition);
    }

    /** Looks at every market once, behind the offsets that the markers will tell. */
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

    /** A market that was forgotten is gone; one that has come back since is another one than is written. */
    private void lookAtWritten(PartitionCycle work) {
        Set<Market> changed = new HashSet<>(work.changed);
        work.written.tickers().forEach(ticker -> {
            Optional<Market> market = registry.market(ticker).filter(one -> one.isReadFrom(work.source.partition()));
            if (market.isEmpty()) {
                work.gone.add(ticker);
            } else if (!work.written.isWritten(ticker, registry.mark(market.get())) && !changed.contains(market.get())) {
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
                // first the mark: a closing time or a loss may change the market between the two
                long mark = registry.mark(market);
                registry.state(market).ifPresentOrElse(
                        state -> now.add(new Taken(state, mark, next)), () -> forgotten(work, market.current().ticker()));
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

    /** What is written of it lacks what changed before it was forgotten; a market that came back is read anew. */
    private static void forgotten(PartitionCycle work, String ticker) {
        if (work.written.contains(ticker)) {
            work.gone.add(ticker);
        }
    }

    /** Behind all markets: what is gone, and the marker. */
    private void close(PartitionCycle work) {
        for (String ticker : work.gone) {
            transaction.remove(work.number(), TickerKey.of(ticker), () -> work.written.removed(ticker));
        }
        int markets = work.written.size() + work.firstTimes - work.gone.size();
        Marker marker = new Marker(writtenTo, markets, work.topicId, source.partitionCount().orElseThrow(), work.readFrom, work.newestRecordMs,
                registry.firstVersion(), work.connections);
        transaction.marker(work.number(), format.value(marker), () -> work.written.markedAt(work.topicId, work.readFrom));
    }

    private void pause(long untilNanos) {
        long aheadNanos = untilNanos - System.nanoTime();
        if (aheadNanos > 0 && !inHaste.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(aheadNanos, LONGEST_PAUSE_NANOS));
        }
    }

    /** Leaves the group; what is not committed does not count. */
    @Override
    public void close() {
        transaction.close();
        checkpointTopic.close();
        member.close(CloseOptions.timeout(Duration.ofSeconds(2)));
        metrics.owns(0);
    }
}
