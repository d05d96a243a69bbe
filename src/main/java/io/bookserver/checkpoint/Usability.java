package io.bookserver.checkpoint;

import java.util.Locale;

/**
 * Whether a partition's checkpoint can be begun with, and else why not. <i>Immutable.</i>
 */
enum Usability {
    USED,
    /** There is none. */
    ABSENT,
    /** Markets are missing: the topic was made anew while it was written to, or records were deleted. */
    INCOMPLETE,
    /** A record is not what a checkpoint's record looks like. */
    DAMAGED,
    /** It was written by a version of this server that writes another form. */
    UNKNOWN_VERSION,
    /** The topic was deleted and made again since. */
    OTHER_TOPIC,
    /** The topic had another number of partitions. */
    OTHER_PARTITION_COUNT,
    /** It tells of records that the topic does not have. */
    AHEAD,
    /** The broker did not let it be read. */
    UNREADABLE;

    /** The name used in metric tags and logs. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
