package io.bookserver.book;

/**
 * How much of the input has been applied to the books. Readers ask before they report books as complete; whatever
 * reads the input implements it.
 *
 * <p><i>Thread-safe: every method is a few volatile reads and never blocks.</i>
 */
public interface Completeness {
    /** Whether everything that was in the input at the start has been applied (rule 12). */
    boolean isRebuilt();

    /** The number of records of the rebuild that have been read, of {@link #recordsToRead()}. */
    long recordsRead();

    /** The number of records that were in the input at the start, as far as known so far. */
    long recordsToRead();

    /**
     * Everything published before this time is in the books. Epoch milliseconds; 0 while nothing is known. It never
     * promises too much, so it stands still while the input cannot be read.
     */
    long completeToMs();

    /** Kafka's timestamp of the newest record read from a partition, at most the current time; 0 if none was read. */
    long newestRecordMs(int partition);
}
