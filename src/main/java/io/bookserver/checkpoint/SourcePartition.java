package io.bookserver.checkpoint;

import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;

/**
 * One partition of the topic that the books are read from, as who writes checkpoints sees it.
 *
 * <p><i>Thread-safe.</i>
 */
public interface SourcePartition {
    /** Does that while no record of the partition is applied: it must be short, since the next one waits for it. */
    <T> T inTurn(Supplier<T> work);

    /** Everything below that offset is in the books; exact within {@link #inTurn}. */
    long next();

    /** The topic that was read. */
    Uuid topicId();

    /** Whether it is read to the end that it had at the start, and goes on in order. */
    boolean isWhole();

    /** What is known of the connections that feed it. */
    List<ConnectionState> connections();

    /** Kafka's timestamp of the newest record read, epoch milliseconds. */
    long newestRecordMs();
}
