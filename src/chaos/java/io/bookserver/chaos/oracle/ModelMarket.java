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
    private boolean isUnknown;

    /** Takes a record that was understood. */
    void apply(TopicRecord record, long recordProvenance, long readMs) {
        provenance.put(record.offset(), recordProvenance);
        ReferenceBook.Verdict verdict = book.apply(record);
        if (verdict == ReferenceBook.Verdict.APPLIED && !record.message().isRefused()
                && record.message().kind() == ProxyMessage.Kind.SNAPSHOT) {
            isUnknown = false;
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

    boolean isUnknown() {
        return isUnknown;
    }

    BookState state() {
        return book.state();
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
