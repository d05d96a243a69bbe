package io.bookserver.book;

import io.bookserver.book.MarketState.Read;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The partitions in which a market's records stand, where there is more than one: rule 8 is broken then, and the order
 * of its records is not known. Only the partition that its key belongs to is trusted, and of that only what was published
 * after everything seen in the others.
 *
 * <p><i>Immutable.</i>
 */
final class PartitionSpread {
    private final Map<Integer, Read> byPartition;

    PartitionSpread(Map<Integer, Read> byPartition) {
        this.byPartition = byPartition;
    }

    static PartitionSpread of(int partition, long offset, long newestRecordMs) {
        return new PartitionSpread(Map.of(partition, new Read(offset, newestRecordMs)));
    }

    boolean hasSeen(RecordStamp stamp) {
        Read read = byPartition.get(stamp.partition());
        return read != null && stamp.offset() <= read.offset();
    }

    boolean includes(int partition) {
        return byPartition.containsKey(partition);
    }

    PartitionSpread with(RecordStamp stamp) {
        return with(Map.of(stamp.partition(), new Read(stamp.offset(), stamp.recordMs())));
    }

    /** What both know. */
    PartitionSpread with(Map<Integer, Read> more) {
        Map<Integer, Read> next = new TreeMap<>(byPartition);
        more.forEach((partition, read) -> next.merge(partition, read, (one, other) -> new Read(
                Math.max(one.offset(), other.offset()), Math.max(one.newestRecordMs(), other.newestRecordMs()))));
        return new PartitionSpread(next);
    }

    /** How far each partition was read; not to be written into. */
    Map<Integer, Read> byPartition() {
        return byPartition;
    }

    /** The same without what was read of a partition that began anew. */
    PartitionSpread without(int partition) {
        Map<Integer, Read> next = new TreeMap<>(byPartition);
        next.remove(partition);
        return new PartitionSpread(next);
    }

    /** Whether a record of the partition that the market's key belongs to was published after all of the others. */
    boolean trusts(RecordStamp stamp, OptionalInt keyPartition) {
        return keyPartition.isPresent() && keyPartition.getAsInt() == stamp.partition()
                && byPartition.entrySet().stream()
                        .filter(other -> other.getKey() != stamp.partition())
                        .allMatch(other -> other.getValue().newestRecordMs() < stamp.recordMs());
    }
}
