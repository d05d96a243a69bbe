package io.bookserver.chaos.oracle;

import io.bookserver.book.BookState;
import io.bookserver.book.ProxyMessage;
import io.bookserver.book.ReferenceBook;
import io.bookserver.book.ReferenceBook.Resting;
import io.bookserver.book.Side;
import io.bookserver.book.TopicRecord;
import java.util.HashMap;
import java.util.Map;

/**
 * One market as the contract's rules make it of its records, and all that it has been.
 *
 * <p><i>Not thread-safe; confined to the oracle's lock.</i>
 */
final class ModelMarket {
    final History history = new History();
    private final ReferenceBook book = new ReferenceBook();
    /** Where a level comes from, by the offset that it names. */
    private final Map<Long, Long> provenance = new HashMap<>();
    /** Kafka's timestamp of the newest record of each partition that has records of this market. */
    private final Map<Integer, Long> newestMs = new HashMap<>();
    private int partition;
    private long snapshotMs;
    private boolean isUnknown;
    /** The latest, for the report. */
    private String unclearRecord = "none";

    /**
     * Takes a record that was understood. Records of several partitions have no order (rule 8). Such a book may be live again from a
     * snapshot on that is of the key's partition and was published after all records of the others.
     */
    void apply(TopicRecord record, long recordProvenance, long readMs, int keyPartition) {
        boolean isFirst = newestMs.isEmpty();
        newestMs.merge(record.partition(), record.kafkaMs(), Math::max);
        if (isFirst) {
            partition = record.partition();
        }
        if (newestMs.size() == 1) {
            take(record, recordProvenance, readMs);
            return;
        }
        boolean isOfTheKey = number(record.partition()) == keyPartition;
        boolean isLatest = newestMs.entrySet().stream().filter(other -> other.getKey() != record.partition())
                .allMatch(other -> other.getValue() < record.kafkaMs());
        if (!isOfTheKey && number(partition) == keyPartition && record.kafkaMs() < snapshotMs) {
            // the snapshot has it; who reads this one first may have shown it before the snapshot
            boolean wasUnknown = isUnknown;
            becomeUnknown(readMs);
            isUnknown = wasUnknown;
            note(readMs);
        } else if (isOfTheKey && isLatest && (isSnapshot(record) || partition == record.partition())) {
            take(record, recordProvenance, readMs);
        } else {
            take(record, recordProvenance, readMs);
            // another order of reading, or a reader that does not know of new partitions yet, makes another book of it
            isUnknown |= !isLatest || !isOfTheKey && partition == record.partition();
            lose(readMs);
        }
    }

    private static boolean isSnapshot(TopicRecord record) {
        return !record.message().isRefused() && record.message().kind() == ProxyMessage.Kind.SNAPSHOT;
    }

    /** Of a partition in whichever topic of that name. */
    private static int number(int partition) {
        return partition % Oracle.TOPICS_APART;
    }

    private void take(TopicRecord record, long recordProvenance, long readMs) {
        provenance.put(record.offset(), recordProvenance);
        ReferenceBook.Verdict verdict = book.apply(record);
        if (verdict == ReferenceBook.Verdict.APPLIED && isSnapshot(record)) {
            isUnknown = false;
            partition = record.partition();
            snapshotMs = record.kafkaMs();
            provenance.keySet().removeIf(offset -> offset != record.offset());
        }
        note(readMs);
    }

    /** A {@code feed_gap} of its partition. */
    void gap(TopicRecord record, long readMs) {
        BookState before = book.state();
        book.gap(record);
        if (before != book.state()) {
            note(readMs);
        }
    }

    /** A record of that partition names it perhaps, and the contract does not say what it is. */
    void isNamedBy(int ofPartition, long offset, long kafkaMs, long readMs) {
        unclearRecord = "partition=" + number(ofPartition) + " offset=" + offset + " record_ms=" + kafkaMs;
        becomeUnknown(readMs);
    }

    /** From here on the contract does not say what it is, until a snapshot is taken. */
    void becomeUnknown(long readMs) {
        isUnknown = true;
        note(readMs);
    }

    /** Something was lost: not live until a snapshot is taken. */
    void lose(long readMs) {
        book.lose();
        note(readMs);
    }

    /** The topic is made anew: what its partitions had does not count any more. */
    void forgetPartitions() {
        newestMs.clear();
    }

    /** The number of the partition of the snapshot on which the book stands; of the first record if there is none. */
    int partition() {
        return number(partition);
    }

    /** Whether records of several partitions name it. */
    boolean isSpread() {
        return newestMs.size() > 1;
    }

    boolean isUnknown() {
        return isUnknown;
    }

    BookState state() {
        return book.state();
    }

    @Override
    public String toString() {
        return "state=" + book.state() + " unknown=" + isUnknown + " snapshot_of_partition=" + number(partition) + " snapshot_ms=" + snapshotMs
                + " newest_ms_by_partition=" + newestMs + " unclear_record=\"" + unclearRecord + '"' + history;
    }

    private void note(long readMs) {
        long sizes = 0;
        long full = 0;
        long tops = 0;
        for (Side side : Side.values()) {
            boolean isYes = side == Side.YES;
            long top = 0;
            for (Map.Entry<Integer, Resting> level : book.ladder(side).entrySet()) {
                long quantity = level.getValue().quantityHundredths();
                top = Fingerprint.level(isYes, level.getKey(), quantity, 0);
                sizes += top;
                full += Fingerprint.level(isYes, level.getKey(), quantity, provenance.getOrDefault(level.getValue().offset(), 0L));
            }
            tops += top;
        }
        history.add(readMs, sizes, full, tops, book.state() == BookState.LIVE, isUnknown, book.connection().orElse(0));
    }
}
