package io.bookserver.book;

/**
 * How much of the input is in the books. Readers of the books ask it before they call a book right; whoever reads the
 * input implements it.
 *
 * <p><i>Thread-safe: every method is a few volatile reads and never blocks.</i>
 */
public interface Completeness {
    /** Whether the books are whole: everything that stood in the input at the start has been applied (rule 12). */
    boolean isRebuilt();

    /** The number of records of the rebuild that have been read, of {@link #recordsToRead()}. */
    long recordsRead();

    /** The number of records that stood in the input at the start, as far as is known yet. */
    long recordsToRead();

    /**
     * Everything that was published before this moment is in the books. Epoch milliseconds; 0 while nothing is known.
     * It never promises more than is true, so it stands still while the input cannot be read.
     */
    long completeToMs();

    /** Kafka's timestamp of the newest record read of a partition, held at the present; 0 where none was read. */
    long newestRecordMs(int partition);
}
