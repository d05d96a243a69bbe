package io.bookserver.kalshi;

import io.bookserver.kalshi.CommonRecord.Field;

/**
 * The form of the deltas of one publisher: all bytes of a record that are not values, and which values they are
 * between. The next record nearly always differs in the values only. Its field names then need not be found: the bytes
 * between the values are compared, eight at a time. Any difference leaves the record to {@link CommonRecord}'s own
 * pass.
 *
 * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
 */
final class DeltaShape {
    private static final int MAX_FIELDS = 32;
    /** A shape is replaced after so many deltas of others in a row, so that publishers that alternate cost little. */
    private static final int PATIENCE = 16;

    private byte[] sample = {};
    /**
     * Field i is preceded by the sample's bytes from {@code from[i]} to {@code to[i]}; the last entry ends the record.
     */
    private final int[] from = new int[MAX_FIELDS + 1];
    private final int[] to = new int[MAX_FIELDS + 1];
    private final Field[] fields = new Field[MAX_FIELDS];
    private int count;
    private int seen;
    private int others;

    private final int[] notedFrom = new int[MAX_FIELDS + 1];
    private final int[] notedTo = new int[MAX_FIELDS + 1];
    private final Field[] noted = new Field[MAX_FIELDS];
    private int notedCount;

    /** Whether a delta has been learned. */
    boolean isKnown() {
        return count > 0;
    }

    /** The number of values. */
    int fields() {
        return count;
    }

    Field field(int index) {
        return fields[index];
    }

    /** The fields of the learned delta, by {@link CommonRecord}'s bits. */
    int seen() {
        return seen;
    }

    /** Whether the bytes before that value come next, or for the number of values, those behind the last one. */
    boolean precedes(int index, CommonJson json) {
        return json.takeAll(sample, from[index], to[index]);
    }

    /** Notes that a record had this shape. */
    void matched() {
        others = 0;
    }

    /** Begins to note the values of a record that does not have this shape. */
    void begin(int position) {
        notedCount = 0;
        notedFrom[0] = position;
    }

    /** Notes a value, from its first byte to the first one behind it and the blanks that follow it. */
    void note(Field field, int begin, int behind) {
        if (notedCount < MAX_FIELDS) {
            noted[notedCount] = field;
            notedTo[notedCount] = begin;
            notedFrom[notedCount + 1] = behind;
        }
        notedCount++;
    }

    /** Learns the shape of the noted record, a delta that was read to its end. */
    void learn(byte[] value, int bits) {
        if (notedCount > MAX_FIELDS || count > 0 && ++others < PATIENCE) {
            return;
        }
        sample = value.clone();
        count = notedCount;
        notedTo[count] = value.length;
        System.arraycopy(notedFrom, 0, from, 0, count + 1);
        System.arraycopy(notedTo, 0, to, 0, count + 1);
        System.arraycopy(noted, 0, fields, 0, count);
        seen = bits;
        others = 0;
    }
}
