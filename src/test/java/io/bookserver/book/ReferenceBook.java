package io.bookserver.book;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One market's book by the contract's rules 2, 3 and 4 and nothing else, with plain maps and every row of rule 2's
 * table in its order. It is written from the contract, not from the server, and is simple enough to be verified by
 * reading.
 *
 * <p>Where the contract leaves room, it is interpreted as follows:
 * <ul>
 * <li>L and the 8 seqs below it are remembered, S among them as long as it is one of these: a seq is a repeat merely
 *     because of its age only if more than 8 deltas were applied since S.
 * <li>With the same connection the clock decides nothing: a snapshot at S's sid and seq is a repeat, and one with
 *     S.seq &lt; seq &lt;= L.seq is late, whatever its R.
 * <li>L is the applied record with the highest seq: a delta that comes late does not move it.
 * <li>R is {@code receivedTimestamp}, or the Kafka timestamp if that is missing or more than 60,000 ms later.
 * <li>The rows about connections precede the rule for a missing sid and seq: a record without them is then applied as
 * it comes.
 * <li>If one of S and the record has a connection and the other has none, the record is judged as if neither had.
 * <li>After a snapshot without sid and seq, the first delta that has them is applied. The book is then as if a snapshot
 *     with that sid, the preceding seq and S's R had been accepted.
 * <li>A delta that comes late leaves a level the stamp of a record that was received after it: the times of a level
 *     do not run backwards (rule 7).
 * <li>A snapshot is accepted as stale if a delta that was ignored as unknown, contradicting or awaited is later than
 * it: of a larger connection or sid, or a higher seq of the same; without connections, of the same sid, with a higher
 * seq and a later R. The latest such delta is remembered until a snapshot is accepted that is not older.
 * <li>A record that is ignored publishes nothing, except one that makes a live book stale.
 * </ul>
 *
 * <p><i>Not thread-safe; confined to one thread.</i>
 */
public final class ReferenceBook {
    static final int REMEMBERED_BELOW_LAST = 8;
    /** What is later than this after another record, by both clocks, is later whatever its connection and sid say. */
    private static final long MAX_LATENESS_MS = 60_000;
    static final long MAX_CLOCK_LEAD_MS = 60_000;

    /** The effect of a record. */
    public enum Verdict {
        APPLIED,
        PASSED_OVER,
        PASSED_OVER_STALE
    }

    /** A level and the offset of the record that it comes from. */
    public record Resting(long quantityHundredths, long offset) {
    }

    /** The position of a record, for comparison: connection, sid and seq of its subscription, and R. */
    private record Place(OptionalLong connection, OptionalLong sid, long seq, long receivedMs, long kafkaMs) {
        static Place of(TopicRecord record) {
            ProxyMessage message = record.message();
            boolean sequenced = message.sid().isPresent() && message.seq().isPresent();
            return new Place(message.connection(), sequenced ? message.sid() : OptionalLong.empty(),
                    message.seq().orElse(0), feedTimeMs(record), record.kafkaMs());
        }

        /** Whether the other record is later, as far as their numbers show. */
        boolean isOvertakenBy(Place other) {
            if (!isSequenced() || !other.isSequenced()) {
                return false;
            }
            if (connection.isEmpty() || other.connection.isEmpty()) {
                return sid.equals(other.sid) && seq < other.seq && receivedMs < other.receivedMs;
            }
            int byConnection = Long.compare(connection.getAsLong(), other.connection.getAsLong());
            int bySid = Long.compare(sid.getAsLong(), other.sid.getAsLong());
            if (byConnection == 0 && bySid == 0) {
                return seq < other.seq;
            }
            boolean mayBeEarlier = Math.min(receivedMs, kafkaMs)
                    <= Math.max(other.receivedMs, other.kafkaMs) + MAX_LATENESS_MS;
            return mayBeEarlier && (byConnection < 0 || byConnection == 0 && bySid < 0);
        }

        boolean isSequenced() {
            return sid.isPresent();
        }
    }

    private final TreeMap<Integer, Resting> yes = new TreeMap<>();
    private final TreeMap<Integer, Resting> no = new TreeMap<>();
    private final Map<Integer, Long> lastOffsets = new HashMap<>();
    private BookState state = BookState.AWAITING_SNAPSHOT;
    private long version;

    private Place snapshot;
    private Place last;
    private Place unused;
    private final TreeSet<Long> remembered = new TreeSet<>();
    private final Map<Long, Long> feedTimesMs = new HashMap<>();

    static long feedTimeMs(TopicRecord record) {
        OptionalLong received = record.message().receivedMs();
        boolean believed = received.isPresent() && received.getAsLong() <= record.kafkaMs() + MAX_CLOCK_LEAD_MS;
        return believed ? received.getAsLong() : record.kafkaMs();
    }

    public BookState state() {
        return state;
    }

    long version() {
        return version;
    }

    public TreeMap<Integer, Resting> ladder(Side side) {
        return side == Side.YES ? yes : no;
    }

    public Verdict apply(TopicRecord record) {
        if (record.offset() <= lastOffsets.getOrDefault(record.partition(), -1L)) {
            return Verdict.PASSED_OVER;
        }
        Verdict verdict = judge(record);
        if (verdict == Verdict.APPLIED) {
            lastOffsets.put(record.partition(), record.offset());
            feedTimesMs.put(record.offset(), feedTimeMs(record));
            version++;
            if (record.message().kind() == ProxyMessage.Kind.SNAPSHOT) {
                take(record);
            } else {
                change(record);
            }
        } else if (verdict == Verdict.PASSED_OVER_STALE && state == BookState.LIVE) {
            state = BookState.STALE;
            version++;
        }
        boolean isDelta = record.message().kind() == ProxyMessage.Kind.DELTA && !record.message().isRefused();
        if (isDelta && (verdict == Verdict.PASSED_OVER_STALE || snapshot == null)) {
            Place place = Place.of(record);
            unused = unused == null || !place.isOvertakenBy(unused) ? place : unused;
        }
        return verdict;
    }

    /** A {@code feed_gap} of a connection, or of one sid of it. */
    public void gap(TopicRecord record) {
        OptionalLong sid = record.message().sid();
        if (record.offset() > lastOffsets.getOrDefault(record.partition(), -1L) && state == BookState.LIVE
                && snapshot.connection().equals(record.message().connection())
                && (sid.isEmpty() || snapshot.sid().equals(sid))) {
            state = BookState.STALE;
            version++;
        }
    }

    /** Records were lost in a way that no record shows (rule 10). */
    public void lose() {
        if (state == BookState.LIVE) {
            state = BookState.STALE;
            version++;
        }
    }

    /** Of the snapshot on which the book is based, if it has one. */
    public OptionalLong connection() {
        return snapshot == null ? OptionalLong.empty() : snapshot.connection();
    }

    private Verdict judge(TopicRecord record) {
        ProxyMessage message = record.message();
        boolean isSnapshot = message.kind() == ProxyMessage.Kind.SNAPSHOT;
        if (snapshot == null) {
            // rule 3; and a rejected record makes a book stale only if there is one
            return isSnapshot ? Verdict.APPLIED : Verdict.PASSED_OVER;
        }
        if (message.isRefused()) {
            return Verdict.PASSED_OVER_STALE;
        }
        Place place = Place.of(record);
        boolean bothTellConnection = place.connection().isPresent() && snapshot.connection().isPresent();
        if (bothTellConnection) {
            long older = snapshot.connection().getAsLong();
            long newer = place.connection().getAsLong();
            if (newer < older) {
                return Verdict.PASSED_OVER;
            }
            if (newer > older) {
                return isSnapshot ? Verdict.APPLIED : Verdict.PASSED_OVER_STALE;
            }
        }
        if (!place.isSequenced()) {
            return Verdict.APPLIED;
        }
        return isSnapshot ? judgeSnapshot(place, bothTellConnection) : judgeDelta(place, bothTellConnection);
    }

    private Verdict judgeSnapshot(Place place, boolean sameConnection) {
        boolean sameSid = place.sid().equals(snapshot.sid());
        if (sameSid && place.seq() == snapshot.seq()
                && (sameConnection || place.receivedMs() == snapshot.receivedMs())) {
            return Verdict.PASSED_OVER;
        }
        if (sameConnection && snapshot.isSequenced()
                && (place.sid().getAsLong() < snapshot.sid().getAsLong() || sameSid && place.seq() < snapshot.seq())) {
            return Verdict.PASSED_OVER;
        }
        if (sameSid && place.seq() > snapshot.seq() && place.seq() <= last.seq()
                && (sameConnection
                        || place.receivedMs() >= snapshot.receivedMs() && place.receivedMs() <= last.receivedMs())) {
            return Verdict.PASSED_OVER;
        }
        if (!sameConnection && place.receivedMs() < snapshot.receivedMs()) {
            return Verdict.PASSED_OVER_STALE;
        }
        return Verdict.APPLIED;
    }

    private Verdict judgeDelta(Place place, boolean sameConnection) {
        if (!snapshot.isSequenced()) {
            return Verdict.APPLIED;
        }
        if (!place.sid().equals(snapshot.sid())) {
            return sameConnection && place.sid().getAsLong() < snapshot.sid().getAsLong()
                    ? Verdict.PASSED_OVER
                    : Verdict.PASSED_OVER_STALE;
        }
        if (place.seq() <= snapshot.seq()) {
            return sameConnection || place.receivedMs() <= snapshot.receivedMs()
                    ? Verdict.PASSED_OVER
                    : Verdict.PASSED_OVER_STALE;
        }
        if (!sameConnection && place.receivedMs() < snapshot.receivedMs()) {
            return Verdict.PASSED_OVER_STALE;
        }
        if (place.seq() > last.seq()) {
            return Verdict.APPLIED;
        }
        if (!sameConnection && place.receivedMs() > last.receivedMs()) {
            return Verdict.PASSED_OVER_STALE;
        }
        boolean known = remembered.contains(place.seq()) || place.seq() < remembered.first();
        return known ? Verdict.PASSED_OVER : Verdict.APPLIED;
    }

    private void take(TopicRecord record) {
        yes.clear();
        no.clear();
        record.message().yes().forEach((price, quantity) -> yes.put(price, new Resting(quantity, record.offset())));
        record.message().no().forEach((price, quantity) -> no.put(price, new Resting(quantity, record.offset())));
        boolean overtaken = unused != null && Place.of(record).isOvertakenBy(unused);
        state = overtaken ? BookState.STALE : BookState.LIVE;
        unused = overtaken ? unused : null;
        standOn(Place.of(record));
    }

    private void standOn(Place place) {
        snapshot = place;
        last = place;
        remembered.clear();
        remembered.add(place.seq());
    }

    private void change(TopicRecord record) {
        Place place = Place.of(record);
        boolean late = place.isSequenced() && snapshot.isSequenced() && place.seq() < last.seq();
        if (place.isSequenced()) {
            if (!snapshot.isSequenced()) {
                standOn(new Place(snapshot.connection(), place.sid(), place.seq() - 1, snapshot.receivedMs(),
                        snapshot.kafkaMs()));
            }
            remember(place);
        }
        TreeMap<Integer, Resting> ladder = ladder(record.message().side());
        int price = record.message().priceTicks();
        long there = ladder.containsKey(price) ? ladder.get(price).quantityHundredths() : 0;
        long next = there + record.message().deltaHundredths();
        if (next < 0) {
            state = BookState.STALE;
        }
        if (next <= 0) {
            ladder.remove(price);
        } else {
            boolean keepsStamp = late && there > 0 && feedTimesMs.get(ladder.get(price).offset()) > place.receivedMs();
            ladder.put(price, new Resting(next, keepsStamp ? ladder.get(price).offset() : record.offset()));
        }
    }

    private void remember(Place place) {
        remembered.add(place.seq());
        if (remembered.size() > REMEMBERED_BELOW_LAST + 1) {
            remembered.pollFirst();
        }
        if (place.seq() > last.seq()) {
            last = place;
        }
    }
}
