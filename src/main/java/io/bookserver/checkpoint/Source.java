package io.bookserver.checkpoint;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The topic that the books are read from. Who reads it implements this.
 *
 * <p><i>Thread-safe.</i>
 */
public interface Source {
    String topic();

    /** How many partitions it has; empty until the broker has told. */
    OptionalInt partitionCount();

    /** One of them; empty as long as nothing of it was read. */
    Optional<SourcePartition> partition(int number);
}
