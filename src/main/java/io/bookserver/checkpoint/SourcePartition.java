package io.bookserver.checkpoint;

import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;

/**
 * One partition of the topic from which the books are read, as checkpoint writers see it.
 *
 * <p><i>Thread-safe.</i>
 */
public interface SourcePartition {
    /**
     * Runs the work while no record of the partition is applied. It must be short, since the next record waits for it.
     */
    <T> T inTurn(Supplier<T> work);

    /** Everything below this offset is in the books; exact within {@link #inTurn}. */
    long next();

    /** The topic that was read. */
    Uuid topicId();

    /** Whether it has been read to the end that it had at the start, and is being read in order. */
    boolean isWhole();

    /** The connections that publish to it. */
    List<ConnectionState> connections();

    /** Kafka's timestamp of the newest record read, epoch milliseconds. */
    long newestRecordMs();
}
