package io.bookserver.checkpoint;

import java.util.Locale;

/**
 * Whether a partition's checkpoint can be used, and if not, why. <i>Immutable.</i>
 */
enum Usability {
    USED,
    /** There is none. */
    ABSENT,
    /** Markets are missing: the topic was created again while it was written to, or records were deleted. */
    INCOMPLETE,
    /** A record is not a valid checkpoint record. */
    DAMAGED,
    /** It was written by a version of this server that has another format. */
    UNKNOWN_VERSION,
    /** The source topic was deleted and created again since. */
    OTHER_TOPIC,
    /** The source topic had another number of partitions. */
    OTHER_PARTITION_COUNT,
    /** It refers to records that the source topic does not have. */
    AHEAD,
    /** The broker did not return it. */
    UNREADABLE;

    /** The name used in metric tags and logs. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
