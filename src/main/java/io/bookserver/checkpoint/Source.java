package io.bookserver.checkpoint;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The topic from which the books are read, implemented by its reader.
 *
 * <p><i>Thread-safe.</i>
 */
public interface Source {
    String topic();

    /** The number of partitions; empty until the broker has reported it. */
    OptionalInt partitionCount();

    /** One of them; empty until something of it has been read. */
    Optional<SourcePartition> partition(int number);
}
