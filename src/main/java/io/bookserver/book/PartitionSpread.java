package io.bookserver.book;

import io.bookserver.book.MarketState.Read;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The partitions that have records of one market, if there are several. Rule 8 is then broken, and the order of the
 * records is unknown. Only the partition to which the market's key belongs is trusted, and only its records that were
 * published after everything seen in the others.
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

    /** The union of both. */
    PartitionSpread with(Map<Integer, Read> more) {
        Map<Integer, Read> next = new TreeMap<>(byPartition);
        more.forEach((partition, read) -> next.merge(partition, read, (one, other) -> new Read(
                Math.max(one.offset(), other.offset()), Math.max(one.newestRecordMs(), other.newestRecordMs()))));
        return new PartitionSpread(next);
    }

    /** How far each partition was read; callers must not modify the map. */
    Map<Integer, Read> byPartition() {
        return byPartition;
    }

    /** The same without a partition that has restarted. */
    PartitionSpread without(int partition) {
        Map<Integer, Read> next = new TreeMap<>(byPartition);
        next.remove(partition);
        return new PartitionSpread(next);
    }

    /**
     * Whether the record is of the partition to which the key belongs, and was published after all records of the
     * others.
     */
    boolean trusts(RecordStamp stamp, OptionalInt keyPartition) {
        return keyPartition.isPresent() && keyPartition.getAsInt() == stamp.partition()
                && byPartition.entrySet().stream()
                        .filter(other -> other.getKey() != stamp.partition())
                        .allMatch(other -> other.getValue().newestRecordMs() < stamp.recordMs());
    }
}
